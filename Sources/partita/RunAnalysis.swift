import Diagnostics
import Engine
import Exploration
import Foundation
import Machines
import Programs
import Scenes
import Simulator
import Traces

/// What an analysis takes from simulations and from the calibration of this machine.
enum RunAnalysis {
  /// Of a real run: its recorded durations replayed, and other strategies tried.
  static func context(
    of statistics: RunStatistics, scene: Scene, _ forecaster: Forecaster, clock: Clock
  ) -> AnalysisContext {
    AnalysedSteps.longest(of: statistics.recent.steps, catalogue: statistics.catalogue)
      .map { context(of: $0, scene: scene, forecaster, clock: clock) } ?? context(nil, CalibrationStore.measured)
  }

  /// Of some steps of a real run.
  static func context(
    of steps: AnalysedSteps, scene: Scene, _ forecaster: Forecaster, clock: Clock
  ) -> AnalysisContext {
    let program = steps.catalogue.program
    // Nothing is withheld where instructions' times do not come from the wall clock.
    let calibration = CalibrationStore.measured
    let usualWake = clock == .wall ? calibration?.chargedWakeNanoseconds ?? .infinity : nil
    var result = context(
      try? Simulation(program).replay(
        steps, on: scene.machine,
        spinNanoseconds: TrainingRun.spinNanoseconds(devices: program.devices.count, clock: clock),
        usualWakeNanoseconds: usualWake), calibration)
    result.trials = StrategyTrials(program, of: scene, forecaster: forecaster, clock: clock)?.run()
    return result
  }

  /// Of a simulation: its own costs again.
  static func context(
    of statistics: RunStatistics, costs: CostTable, on machine: MachineModel, scene: Scene, _ forecaster: Forecaster,
    clock: Clock
  ) -> AnalysisContext {
    var result = context(
      AnalysedSteps.longest(of: statistics.recent.steps, catalogue: statistics.catalogue).flatMap { steps in
        try? Simulation(steps.catalogue.program).replay(
          costs, on: machine, describedBy: scene.machine, path: CriticalPath(steps))
      }, CalibrationStore.measured)
    result.trials = StrategyTrials(statistics.catalogue.program, of: scene, forecaster: forecaster, clock: clock)?.run()
    return result
  }

  /// A program that has just run does run in a simulation; without an answer the report says n/a.
  private static func context(_ replay: Replay?, _ calibration: Calibration?) -> AnalysisContext {
    AnalysisContext(
      replay: replay, peakFlopsPerSecond: calibration?.peakFlopsPerSecond,
      gaugeNanoseconds: calibration?.gaugeNanoseconds)
  }

  /// Serial training simulated on the machine's fastest device with the same calibration; nil where nothing took time.
  ///
  /// - Throws: a program that cannot run.
  static func serial(
    _ reference: Program, _ forecaster: Forecaster, machine: Machine
  ) throws -> SerialReference? {
    let costs = forecaster.costs(of: reference, clock: .virtual)
    let (_, trace) = try Simulation(reference).trace(costs, on: MachineModel(machine.alone), steps: 2)
    var statistics = RunStatistics(program: reference, warmupSteps: 1)
    statistics.consume(trace)
    statistics.finish()
    let totals = statistics.totals
    guard totals.steps > 0, let step = totals.stepSeconds(quantile: 0.5), step > 0 else { return nil }
    return SerialReference(
      source: "simulated with the same costs", steps: totals.steps, stepSeconds: step,
      computeSeconds: Double(totals.breakdowns[0].compute) * 1e-9 / Double(totals.steps))
  }
}
