extension ExchangeAlgorithm {
  /// How long the sum of an array takes in the usual model (Hockney 1994): a message of b bytes is there after α + b·β, every
  /// pair of devices has wires of its own, copies and sums are free and all devices begin at once. With P devices, n bytes and
  /// Q the largest power of two up to P:
  ///
  /// | algorithm | seconds |
  /// | --- | --- |
  /// | ring | 2(P-1)(α + nβ/P) |
  /// | halving-doubling | 2 log₂Q·α + 2nβ(Q-1)/Q, and 2(α + nβ) where P is no power of two |
  /// | recursive-doubling | log₂Q(α + nβ), and the same 2(α + nβ) |
  /// | tree | 2d(α + nβ), d the most ones in the binary form of a rank |
  /// | direct | α + nβ, as each device sends to all others at once |
  /// | server | 2(α + nβ) |
  /// | sharded-server | 2(α + nβ/P) |
  ///
  /// Exact in the simulator with free copies where P, or Q, divides the words; recursive-doubling may be one message faster
  /// where P is no power of two.
  ///
  /// - Parameters:
  ///   - bytes: of the array that every device has.
  ///   - peers: devices that take part, a server included.
  ///   - latency: α in seconds.
  ///   - bytesPerSecond: 1/β; may be infinite.
  public func seconds(bytes: Int, peers: Int, latency: Double, bytesPerSecond: Double) -> Double {
    guard peers > 1, bytes > 0 else { return 0 }
    let whole = Double(bytes) / bytesPerSecond
    let core = 1 << (Int.bitWidth - 1 - peers.leadingZeroBitCount)
    let rounds = Double(core.trailingZeroBitCount)
    let folding = core == peers ? 0 : 2 * (latency + whole)
    switch self {
    case .ring: return 2 * Double(peers - 1) * (latency + whole / Double(peers))
    case .halvingDoubling:
      return 2 * rounds * latency + 2 * whole * Double(core - 1) / Double(core) + folding
    case .recursiveDoubling: return rounds * (latency + whole) + folding
    case .tree:
      let depth = (0..<peers).map(\.nonzeroBitCount).max() ?? 0
      return 2 * Double(depth) * (latency + whole)
    case .direct: return latency + whole
    case .shardedServer: return 2 * (latency + whole / Double(peers))
    case .server: return 2 * (latency + whole)
    }
  }
}
