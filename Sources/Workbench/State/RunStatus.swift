import Scenes
import Traces

/// What the workbench knows about the current run.
public struct RunStatus: Sendable {
  /// The scene that runs, which editing does not change.
  public var scene: Scene
  /// Whose time it is told in.
  public var clock: Clock
  /// What was expected before it began.
  public var forecast: Forecast?
  public var state: SessionUpdate.State
  public var totalSteps: Int
  /// Training steps whose loss is known.
  public var doneSteps = 0
  /// The first step, from 1, whose loss is no number any more; nil while all are.
  public var divergedStep: Int?
  /// Whether the user has asked it to stop.
  public var isStopping = false

  public init(scene: Scene, clock: Clock, state: SessionUpdate.State, totalSteps: Int) {
    self.scene = scene
    self.clock = clock
    self.state = state
    self.totalSteps = totalSteps
  }
}

/// Where things stand, in one word for the status line.
public enum RunPhase: String, Hashable, Sendable {
  /// The scene compiles and nothing runs.
  case ready = "READY"
  /// The scene is being compiled, and nothing runs.
  case compiling = "COMPILING"
  /// The scene does not compile and nothing runs.
  case refused = "REFUSED"
  case running = "RUNNING"
  case stopping = "STOPPING"
  case halted = "HALTED"
  case finished = "FINISHED"
  /// The run is over, and its loss has become infinite or undefined.
  case diverged = "DIVERGED"
  case stopped = "STOPPED"
  case failed = "FAILED"
}
