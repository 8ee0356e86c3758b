/// The efficiency of a parallel run, factor by factor, as the POP project defines it, with useful time = computing.
///
/// | factor | definition |
/// | --- | --- |
/// | load balance | avg(useful) / max(useful) |
/// | serialisation | max(useful) / T on a network that costs nothing |
/// | transfer | T on a network that costs nothing / T |
/// | communication | max(useful) / T = serialisation × transfer |
/// | parallel | avg(useful) / T = load balance × communication |
/// | computation scaling | Σ useful of the serial reference / Σ useful |
/// | global | parallel × computation scaling |
///
/// 0.8 and more is taken as acceptable. One thread is one device here, so devices share caches, memory bandwidth and clock
/// frequency: computation scaling is where that shows, and the strategy is not blamed for it.
public struct EfficiencyTree: Hashable, Sendable {
  public var loadBalance: Double?
  public var serialisation: Double?
  public var transfer: Double?
  public var communication: Double?
  public var parallel: Double?
  public var computationScaling: Double?
  public var global: Double?

  /// - Parameters:
  ///   - useful: nanoseconds of computing per device.
  ///   - window: nanoseconds of every device's window.
  ///   - idealWindow: nanoseconds that the same work takes where messages cost nothing, from a simulation; nil where none was
  ///     made.
  ///   - serialUseful: nanoseconds of computing for the same steps on one device; nil without a reference.
  public init(useful: [Int64], window: Int64, idealWindow: Double? = nil, serialUseful: Double? = nil) {
    let sum = Double(useful.reduce(0, +))
    let most = Double(useful.max() ?? 0)
    guard window > 0, most > 0 else { return }
    let average = sum / Double(useful.count)
    let time = Double(window)
    loadBalance = average / most
    communication = most / time
    parallel = average / time
    if let idealWindow, idealWindow > 0 {
      // No network makes the busiest device's computing shorter; a simulation of median durations may fall below it.
      let ideal = max(idealWindow, most)
      serialisation = most / ideal
      transfer = ideal / time
    }
    computationScaling = serialUseful.map { $0 / sum }
    global = computationScaling.map { $0 * average / time }
  }
}
