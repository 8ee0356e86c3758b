import Diagnostics
import Engine
import Exploration
import Foundation
import Machines
import Programs
import Simulator
import Traces

/// What an analysis takes from simulations and from the calibration of this machine.
enum RunAnalysis {
  /// Of a real run: its recorded durations replayed.
  static func context(of statistics: RunStatistics, on machine: Machine, clock: Clock) -> AnalysisContext {
    AnalysedSteps.longest(of: statistics.recent.steps, catalogue: statistics.catalogue)
      .map { context(of: $0, on: machine, clock: clock) } ?? context(nil, CalibrationStore.measured)
  }

  /// Of some steps of a real run.
  static func context(of steps: AnalysedSteps, on machine: Machine, clock: Clock) -> AnalysisContext {
    let program = steps.catalogue.program
    // Nothing is withheld where instructions' times do not come from the wall clock.
    let calibration = CalibrationStore.measured
    let usualWake = clock == .wall ? calibration?.wakeNanoseconds ?? .infinity : nil
    return context(
      try? Simulation(program).replay(
        steps, on: machine,
        spinNanoseconds: TrainingRun.spinNanoseconds(devices: program.devices.count, clock: clock),
        usualWakeNanoseconds: usualWake), calibration)
  }

  /// Of a simulation: its own costs again.
  static func context(of statistics: RunStatistics, costs: CostTable, on machine: MachineModel) -> AnalysisContext {
    context(
      AnalysedSteps.longest(of: statistics.recent.steps, catalogue: statistics.catalogue).flatMap { steps in
        try? Simulation(steps.catalogue.program).replay(costs, on: machine, path: CriticalPath(steps))
      }, CalibrationStore.measured)
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
