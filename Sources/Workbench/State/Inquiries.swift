import Networks
import Programs
import Scenes
import Traces

/// What the workbench may ask of those that it does not know: the executor, and the calibration of this machine. Whatever is
/// nil is not asked, and nothing that follows from it is shown.
///
/// Answers come at once. What takes its time, runs and simulations, belongs to a ``Session``.
public struct Inquiries: Sendable {
  /// Words of workspace that the executor's kernels need for a program, per device.
  public var workspaceWords: (@Sendable (Program) -> [Int])?
  /// What layers take on this machine, forward and backward of a batch, in seconds; nil where it is not known.
  public var layerSeconds: (@Sendable (Graph, TrainingSettings) -> [Double]?)?
  /// What an analysis can use beside a trace of a scene's run: replays of its steps, and other strategies tried.
  public var analysisContext: (@Sendable (AnalysedSteps, Scene, Clock) -> AnalysisContext)?

  public init(
    workspaceWords: (@Sendable (Program) -> [Int])? = nil,
    layerSeconds: (@Sendable (Graph, TrainingSettings) -> [Double]?)? = nil,
    analysisContext: (@Sendable (AnalysedSteps, Scene, Clock) -> AnalysisContext)? = nil
  ) {
    self.workspaceWords = workspaceWords
    self.layerSeconds = layerSeconds
    self.analysisContext = analysisContext
  }
}
