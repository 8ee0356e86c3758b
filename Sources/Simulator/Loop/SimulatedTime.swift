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
  /// The longest single duration, 11 days.
  static let longest: Int64 = 1_000_000_000_000_000_000

  /// The nearest whole number of picoseconds, between nothing and ``longest``.
  public static func picoseconds(seconds: Double) -> Int64 { clamped(seconds * perSecond) }

  /// The nearest whole number of picoseconds, between nothing and ``longest``.
  public static func picoseconds(nanoseconds: Double) -> Int64 { clamped(nanoseconds * Double(perNanosecond)) }

  /// The nearest nanosecond.
  @inline(__always) static func nanoseconds(_ picoseconds: Int64) -> Int64 {
    (picoseconds + perNanosecond / 2) / perNanosecond
  }

  private static func clamped(_ value: Double) -> Int64 {
    guard value > 0 else { return 0 }
    return value < Double(longest) ? Int64(value.rounded()) : longest
  }
}
