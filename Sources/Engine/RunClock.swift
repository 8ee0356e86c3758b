import Foundation

/// The machine's monotonic time in nanoseconds since a run's start, and threads' processor time.
struct RunClock: Sendable {
  private let origin: Int64

  init() { origin = Self.monotonic() }

  func now() -> Int64 { Self.monotonic() &- origin }

  /// Nanoseconds of the machine's monotonic time.
  static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

  /// Nanoseconds of processor time that the calling thread has used.
  static func threadTime() -> Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Nanoseconds of processor time that all threads of the process have used.
  static func processTime() -> Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// What one reading of ``threadTime()`` adds to a duration: the median of many, for the calling thread.
  static func threadReadingNanoseconds() -> Int64 {
    let durations = (0..<255).map { _ in
      let before = threadTime()
      return threadTime() - before
    }
    return durations.sorted()[durations.count / 2]
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
