import Diagnostics
import Networks
import Programs
import Scenes
import Traces

/// What runs programs for the workbench: the engine behind it in the program, a fixed sequence of values in tests.
///
/// One thread calls it. No call waits for a device: commands take effect at the end of a step, and what happened is
/// fetched with ``drain()``.
public protocol Session: AnyObject {
  /// Starts a run of a plan, in place of one that may exist.
  ///
  /// - Parameters:
  ///   - clock: whose time it is told in, the wall's or virtual.
  ///   - paused: true to stop before the first step.
  /// - Throws: why the run cannot begin, such as a data file that is not there.
  func start(_ plan: ScenePlan, clock: Clock, paused: Bool) throws
  /// Halts the devices at the end of the step.
  func pause()
  func resume()
  /// Runs some steps and halts again.
  func step(_ count: Int)
  /// Ends the run at the end of the step; a second call ends it at once.
  func stop()
  /// Ends the run and forgets it.
  func reset()
  /// What happened since the last call; nil where there is no run.
  func drain() -> SessionUpdate?
  /// Compiles a scene; a later one takes its place.
  func compile(_ scene: Scene, asking inquiries: Inquiries)
  /// What came of the last one, once; nil while it goes on.
  func compiled() -> (scene: Scene, result: Compilation)?
  /// Asks for a simulation of a plan, for a run on that clock; a later question replaces one that is not answered yet.
  func forecast(_ plan: ScenePlan, clock: Clock)
  /// The answer to the last question, once; nil where there is none yet.
  func forecasted() -> (scene: Scene, forecast: Forecast)?
  /// Times a few serial steps of a plan on one device and that clock, while nothing runs.
  func timeReference(_ plan: ScenePlan, clock: Clock) throws
  /// What came of it, once; nil while it goes on or where nobody asked.
  func timedReference() -> TimedReference?
}

extension Session {
  /// Without a simulator nothing is predicted.
  public func forecast(_ plan: ScenePlan, clock: Clock) {}
  public func forecasted() -> (scene: Scene, forecast: Forecast)? { nil }

  /// Without an executor nothing is timed.
  public func timeReference(_ plan: ScenePlan, clock: Clock) throws {
    throw DiagnosticList("nobody is there to train")
  }
  public func timedReference() -> TimedReference? { nil }
}

/// What a run did since the update before.
public struct SessionUpdate: Sendable {
  /// The loss of a step's batch before its update.
  public struct StepResult: Hashable, Sendable {
    /// From 0.
    public var step: Int
    /// The mean over the batch.
    public var loss: Double
    /// The learning rate of the step; nil where not known.
    public var rate: Double?

    public init(step: Int, loss: Double, rate: Double? = nil) {
      self.step = step
      self.loss = loss
      self.rate = rate
    }
  }

  /// Where a run stands.
  public enum State: Hashable, Sendable {
    case running
    case paused
    /// All steps are done.
    case finished
    /// Ended by the user.
    case stopped
    /// Ended by an error, with its text.
    case failed(String)

    /// Whether anything can still happen.
    public var isOver: Bool {
      switch self {
      case .running, .paused: false
      case .finished, .stopped, .failed: true
      }
    }
  }

  public var state: State
  /// Steps of the whole run.
  public var totalSteps: Int
  /// Nil where the end of an epoch is not known.
  public var stepsPerEpoch: Int?
  public var results: [StepResult]
  public var evaluations: [LearningHistory.Evaluation]
  /// New trace records.
  public var trace: TraceBatch?
  /// Measured peak memory by device; empty where not known yet.
  public var peaks: [MemoryPeak?]
  /// What was sent over each channel since the run began; nil where nobody counted.
  public var carried: CarriedTraffic?

  public init(
    state: State, totalSteps: Int, stepsPerEpoch: Int? = nil, results: [StepResult] = [],
    evaluations: [LearningHistory.Evaluation] = [], trace: TraceBatch? = nil, peaks: [MemoryPeak?] = [],
    carried: CarriedTraffic? = nil
  ) {
    self.state = state
    self.totalSteps = totalSteps
    self.stepsPerEpoch = stepsPerEpoch
    self.results = results
    self.evaluations = evaluations
    self.trace = trace
    self.peaks = peaks
    self.carried = carried
  }
}
