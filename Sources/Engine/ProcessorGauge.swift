import Kernels
import Traces

/// How fast the processor of the calling thread is: the nanoseconds that a fixed piece of arithmetic takes.
///
/// A processor of a virtual machine may run at half its speed because another guest computes on the same core. That is neither
/// stolen time nor a lower clock, and nothing else that a program can read tells of it.
struct ProcessorGauge: ~Copyable {
  private let loop = GaugeLoop()
  private var readAt = Int64.min
  /// The last reading; 0 before the first.
  private(set) var last: Int32 = 0

  /// A reading takes about three microseconds; one in so many nanoseconds, with those until a thread that slept has settled, is
  /// enough to see what lasts for a step.
  private static let interval = UndisturbedSteps.gaugeInterval - settling
  private static let settling: Int64 = 200_000

  /// True where it is time for a reading.
  func isDue(at now: Int64) -> Bool { readAt == .min || now - readAt >= Self.interval }

  /// Puts the next reading off until a thread that slept has run for a while: at first its caches are cold.
  mutating func settle(from now: Int64) { readAt = max(readAt, now - Self.interval + Self.settling) }

  /// Takes the shorter of two times, so that an interrupt in one of them does not count.
  ///
  /// - Parameter now: a moment of the clock that ``isDue(at:)`` is asked with.
  mutating func read(at now: Int64) -> Int32 {
    loop.warmUp()
    let begin = RunClock.monotonic()
    loop.run()
    let middle = RunClock.monotonic()
    loop.run()
    let end = RunClock.monotonic()
    readAt = now
    last = Int32(clamping: min(middle - begin, end - middle))
    return last
  }
}
