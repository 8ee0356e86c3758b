import Dispatch
import Exploration
import Foundation
import Programs
import Synchronization
import Traces
import Workbench

/// Simulates the scene on screen after every edit: at once where that takes a few milliseconds, else on a thread of its own.
final class WorkbenchForecasts: Sendable {
  private struct Desk {
    /// Counts questions: an answer to an older one is dropped.
    var question = 0
    var answer: PlanForecast?
  }

  private let desk = Mutex(Desk())
  private let pricing = Pricing.ofThisMachine
  /// By the calibration as it was when the workbench was opened.
  private let forecasting = Forecasting()

  /// Instructions of a step that are simulated within a turn of the interface.
  private static let quickInstructions = 12_000
  /// Instructions of a step up to which the timeline is shown.
  private static let shownInstructions = 300_000

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
  func take() -> PlanForecast? {
    desk.withLock { desk in
      defer { desk.answer = nil }
      return desk.answer
    }
  }

  private func answer(_ question: Int, _ plan: ScenePlan, _ clock: Clock, _ count: Int) {
    let isShown = count <= Self.shownInstructions
    // Where the simulation finds an error the verifier has found it before.
    guard
      let forecast = try? Forecast(
        plan.program, machine: plan.scene.machine, pricing: pricing, steps: 2, records: isShown)
    else { return }
    var statistics: RunStatistics?
    if let trace = forecast.trace {
      var steps = RunStatistics(program: plan.program)
      steps.consume(trace)
      steps.finish()
      statistics = steps
    }
    let expected = forecasting.step(of: plan.program, on: plan.scene.machine, clock: clock)
    let result = PlanForecast(
      scene: plan.scene, clock: clock,
      expected: expected.map { .init(seconds: $0.seconds, assumptions: $0.assumptions) },
      stepSeconds: forecast.stepSeconds, statistics: statistics, origin: pricing.origin)
    desk.withLock { desk in
      if desk.question == question { desk.answer = result }
    }
  }
}
