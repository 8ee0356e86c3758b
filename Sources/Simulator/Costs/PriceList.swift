/// A calibration made ready for pricing many programs: its measurements in order, for so many devices at work.
///
/// Making one takes longer than pricing a small program with it.
public struct PriceList: Sendable {
  public let calibration: Calibration
  /// How many devices work at the same time on one machine, and share its caches and memory; 1 where each has a machine of
  /// its own.
  public let threads: Int
  let times: CalibratedTimes

  public init(_ calibration: Calibration, threads: Int = 1) {
    self.calibration = calibration
    self.threads = threads
    times = CalibratedTimes(calibration, threads: threads)
  }
}
