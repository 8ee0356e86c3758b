import Traces

/// What makes the devices of a run work, in a time that it keeps: threads on the machine's time, or an event loop in
/// virtual time. Everything else about a run (its steps, pauses, evaluations, copies, results) is the same for both.
///
/// A driver lives in the run's coordinating thread, which alone calls it.
public protocol RunDriver: AnyObject {
  /// Nanoseconds since the run's start, in the driver's time.
  func now() -> Int64

  /// Lets all devices work from step `position`, where they stand, to step `target`.
  ///
  /// - Parameter interrupts: True where somebody wants the devices to stand earlier; asked now and then. They then stand
  ///   after the step that the furthest has begun.
  /// - Returns: the steps done by all devices, which stand now; nil where the run was closed meanwhile.
  func run(from position: Int, to target: Int, interrupts: () -> Bool) -> Int?

  /// Ends what works on its own, and returns when nothing does any more.
  func finish()
}

/// Whose time a run is told in: what makes its driver.
public struct Pacing: Sendable {
  /// The clock that the run's instants are of.
  public let clock: Clock
  /// What a reader of the run's times should know.
  public let assumptions: [String]
  let driver: @Sendable (RunParts) -> any RunDriver

  /// One thread per device, and the machine's time.
  public static let wall = Pacing(clock: .wall, assumptions: []) { ThreadedDriver($0) }

  /// Another time, over devices that work when they are told to.
  ///
  /// - Parameter driver: Called once in the run's coordinating thread, where the driver stays.
  public init(
    clock: Clock, assumptions: [String], steering: @escaping @Sendable (SteppedDevices) -> any RunDriver
  ) {
    self.init(clock: clock, assumptions: assumptions) { steering(SteppedDevices($0)) }
  }

  private init(clock: Clock, assumptions: [String], driver: @escaping @Sendable (RunParts) -> any RunDriver) {
    self.clock = clock
    self.assumptions = assumptions
    self.driver = driver
  }
}

/// What a driver drives.
struct RunParts: Sendable {
  var workers: [WorkerPlan]
  var model: ModelParameters
  var control: RunControl
  var watchdogSeconds: Double
}
