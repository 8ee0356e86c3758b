/// A fixed piece of arithmetic, to see how fast a processor is at this moment: `y = a x + y` over vectors that stay in the
/// first level of the cache.
///
/// It loads, multiplies, adds and stores all the time, as the loops of layers do, so that it takes longer when the processor
/// is clocked down and when another thread shares the core's execution units. What others do to caches and memory it cannot
/// tell.
public struct GaugeLoop: ~Copyable {
  private let x: UnsafeMutablePointer<Float>
  private let y: UnsafeMutablePointer<Float>

  private static let words = 512
  private static let passes = 40
  /// Small enough that no number of passes makes `y` overflow.
  private static let factor: Float = 1e-30

  public init() {
    // Vectors that lie across lines of the cache, or apart by a multiple of 4096 bytes, would be slower by chance.
    let bytes = 2 * Self.words * MemoryLayout<Float>.stride
    x = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096).bindMemory(
      to: Float.self, capacity: 2 * Self.words)
    y = x + Self.words
    x.initialize(repeating: 1, count: Self.words)
    y.initialize(repeating: 0, count: Self.words)
  }

  deinit { x.deallocate() }

  /// Brings the vectors into the cache.
  public func warmUp() { pass() }

  /// Does the arithmetic.
  public func run() {
    for _ in 0..<Self.passes { pass() }
  }

  @inline(never) private func pass() {
    var index = 0
    while index < Self.words {
      let sum = VectorLoops.load8(y + index) + VectorLoops.load8(x + index) * Self.factor
      VectorLoops.store8(sum, to: y + index)
      index += 8
    }
  }
}
