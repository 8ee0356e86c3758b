import Scenes
import Screens
import Traces

/// What can happen to the workbench.
public enum WorkbenchMessage: Sendable {
  case key(Key)
  case mouse(Mouse)
  /// Text that was pasted.
  case pasted(String)
  case resized(Size)
  case signal(Event.Signal)
  /// The answer to ``Effect/compile(_:)``.
  case compiled(Compilation, of: Scene)
  /// A compilation takes longer than a moment.
  case stillCompiling
  /// The answer to ``Effect/forecast``: what a simulation of a compiled scene came to.
  case forecast(Forecast, of: Scene)
  /// The answer to ``Effect/start(_:paused:)``: the run has begun with this plan.
  case started(ScenePlan, paused: Bool)
  /// What came of timing serial steps.
  case timed(TimedReference)
  /// News of the run.
  case run(SessionUpdate)
  /// The answer to ``Effect/loadScene(_:)``.
  case loaded(Scene, path: String?)
  /// The answer to ``Effect/recover(_:)``.
  case recovered(Scene, path: String?, id: String)
  /// The answer to ``Effect/saveScene(_:)``.
  case saved(SaveOrder)
  /// The answer to a save that would replace a file.
  case notSaved(SaveOrder, SaveObstacle)
  /// An effect could not be performed.
  case failed(title: String, text: String)
}

/// What the workbench wants done in the world; the loop does it.
public enum Effect: Hashable, Sendable {
  case compile(Scene)
  /// Asks for a simulation of the compiled scene, as after every compilation.
  case forecast
  /// Starts a run of the scene in place of one that may exist.
  case start(Scene, paused: Bool)
  /// Times serial steps of the compiled scene.
  case reference
  case pauseRun, resumeRun
  case step(Int)
  case stopRun
  /// Ends the run and forgets it.
  case resetRun
  /// A preset's name, or a path.
  case loadScene(String)
  case saveScene(SaveOrder)
  /// Opens edits that an earlier workbench left unsaved, or deletes them.
  case recover(String), discard(String)
  case redraw, suspend
  case quit(Departure)
}

/// Why the workbench was left.
public enum Departure: Hashable, Sendable {
  /// By a key or a command.
  case quit
  /// SIGINT, SIGTERM or SIGHUP.
  case signal(Event.Signal)
  /// Nothing can be typed any more.
  case endOfInput

  /// The process's exit code: 0, or 128 and the signal's number.
  public var exitCode: Int32 {
    switch self {
    case .quit, .endOfInput: 0
    case .signal(.interrupt): 130
    case .signal(.hangup): 129
    case .signal: 143
    }
  }
}
