import Synchronization

/// A calibration made ready for pricing many programs: its measurements in order, for so many devices at work.
///
/// Making one takes longer than pricing a small program with it.
public final class PriceList: Sendable {
  public let calibration: Calibration
  /// How many devices work at the same time on one machine, and share its caches and memory; 1 where each has a machine of
  /// its own.
  public let threads: Int
  private let contention: Contention
  private let known = Mutex<[WorkingSet: CalibratedTimes]>([:])

  public init(_ calibration: Calibration, threads: Int = 1) {
    self.calibration = calibration
    self.threads = threads
    contention = Contention(calibration.measurements)
  }

  /// Times of work in programs of one working set, made ready once.
  func times(in workingSet: WorkingSet) -> CalibratedTimes {
    known.withLock { known in
      if let times = known[workingSet] { return times }
      let times = CalibratedTimes(calibration, threads: threads, workingSet: workingSet, contention: contention)
      known[workingSet] = times
      return times
    }
  }
}
