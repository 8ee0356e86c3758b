import Foundation

/// The machine's monotonic time in nanoseconds since a run's start.
struct RunClock: Sendable {
  private let origin: Int64

  init() { origin = Self.monotonic() }

  func now() -> Int64 { Self.monotonic() &- origin }

  private static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
