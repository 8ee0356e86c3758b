import Programs
import Traces

/// Everything that the panels timeline, devices, communication and learning show, as one value.
///
/// Every number comes from the program or from Traces' analysis, so that panels and report cannot differ. What was not
/// measured is nil and shown as `n/a`. A display is paused by keeping a copy while the original goes on.
public struct Measurements: Sendable {
  /// How far the run has come.
  public enum State: Hashable, Sendable {
    /// Nothing was run: what is shown comes from formulas.
    case notStarted
    case running
    /// Finished, stopped or failed; nothing more will come.
    case ended
  }

  /// What is known without a run.
  public let facts: ProgramFacts
  public var state: State
  /// What the times mean.
  public var clock: Clock
  /// Sums over the measured steps; nil until a step was measured.
  public private(set) var totals: Totals?
  /// The last steps, for the timeline.
  public private(set) var timeline: KeptSteps
  /// Peak memory of each device; missing or nil where not measured.
  public var peaks: [MemoryPeak?] = []
  public var learning: LearningHistory
  /// What the executor counted on each channel since the run began; nil where it did not.
  public var carried: CarriedTraffic?
  /// Steps whose records are complete, with warm-up.
  public private(set) var closedSteps = 0
  /// Steps at the start that the measurements leave out.
  public private(set) var warmupSteps = 0
  /// Steps that the measurements leave out because records were lost.
  public private(set) var incompleteSteps = 0
  /// Trace records that the executor had no room for.
  public private(set) var droppedRecords = 0
  /// True where the timeline is a simulation and nothing was run.
  public private(set) var isPredicted = false

  /// Before a run.
  public static func empty(
    _ program: Program, clock: Clock = .wall, learning: LearningHistory = LearningHistory()
  ) -> Measurements {
    Measurements(ProgramFacts(program), clock: clock, learning: learning)
  }

  /// Before a run of a program whose facts are at hand.
  public init(_ facts: ProgramFacts, clock: Clock = .wall, learning: LearningHistory = LearningHistory()) {
    self.facts = facts
    self.clock = clock
    self.learning = learning
    state = .notStarted
    timeline = KeptSteps(facts.catalogue)
  }

  /// Takes over what was measured so far; cheap where no step was closed since the last time. Statistics of a program with
  /// another number of devices are not taken.
  public mutating func take(_ statistics: RunStatistics) {
    guard statistics.catalogue.program.devices.count == deviceCount else { return }
    droppedRecords = statistics.droppedRecords
    incompleteSteps = statistics.incompleteSteps
    warmupSteps = statistics.warmupSteps
    guard statistics.closedSteps != closedSteps else { return }
    closedSteps = statistics.closedSteps
    totals = statistics.totals.steps > 0 ? statistics.totals : nil
    timeline = KeptSteps(facts.catalogue, steps: statistics.recent.steps)
  }

  /// Shows simulated steps in the timeline until a run begins; every other panel waits for measurements.
  public mutating func predict(_ statistics: RunStatistics) {
    guard state == .notStarted, statistics.catalogue.program.devices.count == deviceCount else { return }
    clock = .model
    isPredicted = true
    timeline = KeptSteps(facts.catalogue, steps: statistics.recent.steps)
  }

  /// How many devices there are.
  public var deviceCount: Int { facts.deviceCount }
  /// Steps that the sums are about.
  public var measuredSteps: Int { totals?.steps ?? 0 }

  /// Where a device's time went in the measured steps; nil until one was measured.
  public func breakdown(of device: Int) -> Breakdown? {
    totals.flatMap { $0.breakdowns.indices.contains(device) ? $0.breakdowns[device] : nil }
  }

  /// Measured peak memory of a device.
  public func peak(of device: Int) -> MemoryPeak? { peaks.indices.contains(device) ? peaks[device] : nil }

  /// A sum over the measured steps as a mean per step; nil until one was measured.
  public func perStep(_ sum: (Totals) -> Int) -> Double? {
    totals.map { Double(sum($0)) / Double($0.steps) }
  }
}
