/// How long a thread was off its processor although it could have run, because other threads had it, or the host of a
/// virtual machine gave it to somebody else: the time that passed, less the thread's processor time and what it slept.
///
/// Linux leaves out of a thread's processor time what the host withholds (its paravirtual time accounting). The time
/// between being woken and running counts as sleep.
struct WithheldTime {
  private var readAt: Int64
  private var processorTime: Int64
  private var slept: Int64 = 0

  /// Reading a thread's processor time may take a microsecond, so short instructions share a reading. One that is
  /// interrupted for longer than this has its own.
  static let interval: Int64 = 250_000

  /// - Parameters:
  ///   - now: a moment of the clock that ``take(at:processorTime:)`` is asked with.
  ///   - processorTime: of the thread, in nanoseconds, at that moment.
  init(now: Int64, processorTime: Int64) {
    readAt = now
    self.processorTime = processorTime
  }

  /// Leaves out nanoseconds in which the thread slept because it had nothing to do.
  mutating func sleep(_ nanoseconds: Int64) { slept += nanoseconds }

  /// True where it is time for a reading.
  func isDue(at now: Int64) -> Bool { now - readAt >= Self.interval }

  /// Nanoseconds that were withheld since the last reading.
  mutating func take(at now: Int64, processorTime: Int64) -> Int64 {
    let withheld = now - readAt - slept - (processorTime - self.processorTime)
    self = WithheldTime(now: now, processorTime: processorTime)
    return max(0, withheld)
  }
}
