import Dispatch
import Exploration
import Scenes
import Traces
import Workbench

/// Simulates the scene on screen after every edit: nobody waits for what takes longer than a moment.
final class WorkbenchForecasts: Sendable {
  private let answers = LatestAnswer<(scene: Scene, forecast: Forecast)>()
  private let forecaster: Forecaster
  private let patience: DispatchTimeInterval?

  /// Instructions of a step up to which the timeline is shown.
  private static let shownInstructions = 300_000

  /// - Parameter patience: how long an edit waits for its forecast; nil for as long as it takes, as scripts do.
  init(_ forecaster: Forecaster, patience: DispatchTimeInterval?) {
    self.forecaster = forecaster
    self.patience = patience
  }

  func ask(_ plan: ScenePlan, _ clock: Clock) {
    answers.ask(patience: patience) { [forecaster] _ in
      let count = plan.program.devices.reduce(0) { $0 + $1.instructions.count }
      // Where the simulation finds an error the verifier has found it before.
      return
        (try? forecaster.forecast(
          plan.program, on: plan.scene.machine, clock: clock, showsSteps: count <= Self.shownInstructions))
        .map { (plan.scene, $0) }
    }
  }

  /// The answer to the last question, once.
  func take() -> (scene: Scene, forecast: Forecast)? { answers.take() }
}
