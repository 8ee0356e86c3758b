/// Dot products of four filters' output gradients with one to three neighbouring taps of an input plane, over all
/// positions of a group of samples.
enum TapBlock {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  /// The positions, and distances in words. `columns` is a multiple of eight.
  struct Shape {
    var samples: Int
    var rows: Int
    var columns: Int
    var inputSample: Int
    var inputRow: Int
    var gradientSample: Int
    var gradientPlane: Int
  }

  private typealias Sums = (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)
  private static let none: Sums = (.zero, .zero, .zero, .zero)

  /// Adds to `target[filter · stride + tap]` for three taps and `real` filters.
  static func addThree(_ x: Source, _ dy: Source, _ shape: Shape, _ real: Int, into target: Words, stride: Int) {
    var (one, two, three) = (none, none, none)
    eachVector(x, dy, shape, real) { x, a, b, c, d in
      accumulate(&one, VectorLoops.load8(x), a, b, c, d)
      accumulate(&two, VectorLoops.load8(x + 1), a, b, c, d)
      accumulate(&three, VectorLoops.load8(x + 2), a, b, c, d)
    }
    add(one, real, to: target, stride)
    add(two, real, to: target + 1, stride)
    add(three, real, to: target + 2, stride)
  }

  /// The same for two taps.
  static func addTwo(_ x: Source, _ dy: Source, _ shape: Shape, _ real: Int, into target: Words, stride: Int) {
    var (one, two) = (none, none)
    eachVector(x, dy, shape, real) { x, a, b, c, d in
      accumulate(&one, VectorLoops.load8(x), a, b, c, d)
      accumulate(&two, VectorLoops.load8(x + 1), a, b, c, d)
    }
    add(one, real, to: target, stride)
    add(two, real, to: target + 1, stride)
  }

  /// The same for one tap.
  static func addOne(_ x: Source, _ dy: Source, _ shape: Shape, _ real: Int, into target: Words, stride: Int) {
    var one = none
    eachVector(x, dy, shape, real) { x, a, b, c, d in
      accumulate(&one, VectorLoops.load8(x), a, b, c, d)
    }
    add(one, real, to: target, stride)
  }

  /// Filters that are not there stand for the last one that is; their sums are not used.
  @inline(__always) private static func eachVector(
    _ x: Source, _ dy: Source, _ shape: Shape, _ real: Int,
    _ body: (Source, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) -> Void
  ) {
    let (second, third) = (min(1, real - 1) * shape.gradientPlane, min(2, real - 1) * shape.gradientPlane)
    let fourth = min(3, real - 1) * shape.gradientPlane
    for sample in 0..<shape.samples {
      var x = x + sample * shape.inputSample
      var dy = dy + sample * shape.gradientSample
      for _ in 0..<shape.rows {
        var column = 0
        while column < shape.columns {
          let gradient = dy + column
          body(
            x + column, VectorLoops.load8(gradient), VectorLoops.load8(gradient + second),
            VectorLoops.load8(gradient + third), VectorLoops.load8(gradient + fourth))
          column += 8
        }
        x += shape.inputRow
        dy += shape.columns
      }
    }
  }

  @inline(__always) private static func accumulate(
    _ sums: inout Sums, _ x: SIMD8<Float>, _ a: SIMD8<Float>, _ b: SIMD8<Float>, _ c: SIMD8<Float>, _ d: SIMD8<Float>
  ) {
    sums.0.addProduct(x, a)
    sums.1.addProduct(x, b)
    sums.2.addProduct(x, c)
    sums.3.addProduct(x, d)
  }

  @inline(__always) private static func add(_ sums: Sums, _ real: Int, to target: Words, _ stride: Int) {
    target[0] += sums.0.sum()
    if real > 1 { target[stride] += sums.1.sum() }
    if real > 2 { target[2 * stride] += sums.2.sum() }
    if real > 3 { target[3 * stride] += sums.3.sum() }
  }
}
