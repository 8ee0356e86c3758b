import Diagnostics

extension Machine {
  /// How many devices there may be, and parts that devices take.
  public static let deviceCounts = WholeNumbers(1...65_536)
  /// What devices are called: their numbers, from 0.
  public static let deviceNumbers = WholeNumbers(0...65_535)
}
