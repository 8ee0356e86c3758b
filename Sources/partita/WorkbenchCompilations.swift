import Dispatch
import Scenes
import Workbench

/// Compiles the scene on screen after every edit. Most are compiled before anybody could see that they are not; nobody waits for
/// the others.
final class WorkbenchCompilations: Sendable {
  private let answers = LatestAnswer<(scene: Scene, result: Compilation)>()
  private let patience: DispatchTimeInterval?

  /// - Parameter patience: how long an edit waits for its compilation; nil for as long as it takes, as scripts do.
  init(patience: DispatchTimeInterval?) { self.patience = patience }

  func ask(_ scene: Scene, _ inquiries: Inquiries) {
    answers.ask(patience: patience) { _ in (scene, Compilation(scene, asking: inquiries)) }
  }

  /// The answer to the last question, once.
  func take() -> (scene: Scene, result: Compilation)? { answers.take() }
}
