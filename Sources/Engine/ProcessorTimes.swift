import Foundation

/// What a machine's processors have done since it began, for the question of what else they did while a run lasted: no
/// prediction of a run knows of that.
public struct ProcessorTimes: Hashable, Sendable {
  /// Seconds of all processors together in which they worked, for this process or others.
  var busy: Double
  /// Seconds in which a processor was wanted, and the host of this virtual machine gave it to somebody else.
  var stolen: Double
  /// Seconds of all processors, with those in which they had nothing to do.
  var whole: Double
  /// Seconds in which they worked for this process.
  var own: Double

  /// Shorter times hold too few of the system's ticks.
  private static let shortest = 0.5

  /// Up to this moment; nil where the system does not tell, as outside of Linux.
  public init?() {
    #if os(Linux)
      guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8) else { return nil }
      self.init(
        stat: text, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))), own: 1e-9 * Double(RunClock.processTime()))
    #else
      return nil
    #endif
  }

  /// Reads the first line of Linux's `/proc/stat`: `cpu user nice system idle iowait irq softirq steal …`, in ticks.
  init?(stat: String, ticksPerSecond: Double, own: Double) {
    let fields = stat.prefix { $0 != "\n" }.split(separator: " ")
    let ticks = fields.dropFirst().prefix(8).compactMap { Double($0) }
    guard fields.first == "cpu", ticks.count == 8, ticksPerSecond > 0 else { return nil }
    whole = ticks.reduce(0, +) / ticksPerSecond
    stolen = ticks[7] / ticksPerSecond
    busy = whole - stolen - (ticks[3] + ticks[4]) / ticksPerSecond
    self.own = own
  }

  /// What a run's report says of the processors between an earlier moment and this one, on a machine of so many cores; nil
  /// where too little time has passed.
  public func text(since earlier: ProcessorTimes, cores: Int) -> String? {
    let time = whole - earlier.whole
    let busy = busy - earlier.busy
    let stolen = stolen - earlier.stolen
    guard time >= Self.shortest * Double(cores) else { return nil }
    let others = max(0, busy - (own - earlier.own)) / time * Double(cores)
    let withheld = busy + stolen > 0 ? stolen / (busy + stolen) : 0
    return String(
      format: "while it ran, other programs used %.2f of %d %@, and %.1f %% of the processor time that was wanted was "
        + "withheld by the host (steal); predictions know of neither", others, cores, cores == 1 ? "core" : "cores",
      100 * withheld)
  }
}
