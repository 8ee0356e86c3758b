import Dispatch
import Exploration
import Foundation
import Scenes
import Synchronization
import Traces
import Workbench

/// Simulates the scene on screen after every edit: at once where that takes a few milliseconds, else on a thread of its own.
final class WorkbenchForecasts: Sendable {
  private struct Desk {
    /// Counts questions: an answer to an older one is dropped.
    var question = 0
    var answer: (scene: Scene, forecast: Forecast)?
  }

  private let desk = Mutex(Desk())
  private let forecaster: Forecaster

  /// Instructions of a step that are simulated within a turn of the interface.
  private static let quickInstructions = 12_000
  /// Instructions of a step up to which the timeline is shown.
  private static let shownInstructions = 300_000

  init(_ forecaster: Forecaster) { self.forecaster = forecaster }

  func ask(_ plan: ScenePlan, _ clock: Clock) {
    let question = desk.withLock { desk in
      desk.question += 1
      desk.answer = nil
      return desk.question
    }
    let count = plan.program.devices.reduce(0) { $0 + $1.instructions.count }
    guard count > Self.quickInstructions else { return answer(question, plan, clock, count) }
    Thread { [self] in answer(question, plan, clock, count) }.start()
  }

  /// The answer to the last question, once.
  func take() -> (scene: Scene, forecast: Forecast)? {
    desk.withLock { desk in
      defer { desk.answer = nil }
      return desk.answer
    }
  }

  private func answer(_ question: Int, _ plan: ScenePlan, _ clock: Clock, _ count: Int) {
    // Where the simulation finds an error the verifier has found it before.
    guard
      let forecast = try? forecaster.forecast(
        plan.program, on: plan.scene.machine, clock: clock, showsSteps: count <= Self.shownInstructions)
    else { return }
    desk.withLock { desk in
      if desk.question == question { desk.answer = (plan.scene, forecast) }
    }
  }
}
