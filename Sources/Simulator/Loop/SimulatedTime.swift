import Diagnostics

/// Instants and durations of the event loop: whole picoseconds, so that sums do not depend on their order and a bandwidth
/// that does not divide a message's bytes costs less than a nanosecond in a million messages.
///
/// Traces are in nanoseconds; they are rounded once, when a record is written, and errors do not add up.
public enum SimulatedTime {
  public static let perNanosecond: Int64 = 1000
  public static let perSecond = 1e12

  /// 46 days. A simulation that goes beyond ends with an error instead of an overflow.
  static let limit: Int64 = 4_000_000_000_000_000_000
  static let beyondLimit = Diagnostic(
    "the simulated time goes beyond 46 days", hint: "fewer steps, or smaller times in the network or the link")
  /// The longest single duration: what would be longer is beyond the limit all the same.
  static let longest = limit + 1

  /// `duration` after an instant; beyond the limit, but not beyond 64 bits, where the instant is beyond it already.
  @inline(__always) static func instant(_ instant: Int64, after duration: Int64) -> Int64 {
    min(instant, limit + 1) + duration
  }

  /// The nearest whole number of picoseconds, between nothing and ``longest``.
  public static func picoseconds(seconds: Double) -> Int64 { clamped(seconds * perSecond) }

  /// The nearest whole number of picoseconds, between nothing and ``longest``.
  public static func picoseconds(nanoseconds: Double) -> Int64 { clamped(nanoseconds * Double(perNanosecond)) }

  /// The nearest nanosecond.
  @inline(__always) static func nanoseconds(_ picoseconds: Int64) -> Int64 {
    (picoseconds + perNanosecond / 2) / perNanosecond
  }

  /// A duration times a factor, to the nearest picosecond.
  static func scaled(_ picoseconds: Int64, by factor: Double) -> Int64 {
    factor == 1 ? picoseconds : clamped(Double(picoseconds) * factor)
  }

  private static func clamped(_ value: Double) -> Int64 {
    guard value > 0 else { return 0 }
    return value < Double(longest) ? Int64(value.rounded()) : longest
  }
}
