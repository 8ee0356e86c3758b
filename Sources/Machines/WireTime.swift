import Diagnostics

/// How long messages take on links, in whole nanoseconds. What would be longer than any run or simulation lasts counts as
/// ``longest``, so that sums of such times stay within 64 bits.
public enum WireTime {
  /// 115 days; a simulation ends with an error long before, and a run on the wall clock does not begin.
  public static let longest: Int64 = 10_000_000_000_000_000

  /// Bytes per second of the slowest link, many times slowed down.
  static let lowestBandwidth = 1e-30

  /// The nearest nanosecond, between none and ``longest``.
  static func nanoseconds(_ value: Double) -> Int64 { min(max(Int64(saturating: value), 0), longest) }

  /// How long `bytes` occupy what lets so many pass per second; nothing where that is without limit.
  static func occupancy(bytes: Int, bytesPerSecond: Double) -> Int64 {
    guard bytes > 0, bytesPerSecond.isFinite else { return 0 }
    return nanoseconds(Double(bytes) / bytesPerSecond * 1e9)
  }

  /// `duration` after an instant of a run; far from the end of what can be counted, however many follow one another.
  public static func instant(_ instant: Int64, after duration: Int64) -> Int64 {
    min(instant, horizon) + duration
  }

  /// 146 years.
  private static let horizon: Int64 = .max / 2
}
