import Programs
import Scenes
import Simulator
import Traces

extension Report {
  /// What a simulation of a scene's program came to, with the same numbers as a run's report.
  ///
  /// - Parameters:
  ///   - clock: whose time the runs are told in that are simulated; the report's own clock is `model`.
  ///   - warmupSteps: nil leaves ``Scene/warmupSteps(of:)`` of the steps out of the numbers.
  /// - Throws: a deadlock, or more time than can be counted.
  public init(
    simulating program: Program, of scene: Scene, forecaster: Forecaster, clock: Clock, steps: Int,
    warmupSteps: Int? = nil
  ) throws {
    var statistics = RunStatistics(program: program, warmupSteps: warmupSteps ?? Scene.warmupSteps(of: steps))
    let outcome = try Simulation(program).run(
      forecaster.costs(of: program, clock: clock), on: forecaster.model(of: scene.machine, for: program, clock: clock),
      steps: steps
    ) { statistics.consume($0) }
    statistics.finish()
    self.init(
      RunFacts(
        scene: scene.name, clock: .model, cores: forecaster.cores, seed: scene.training.seed, steps: steps,
        peaks: outcome.peaks.map(Report.PeakBytes.init),
        assumptions: scene.machine.assumptions + outcome.assumptions + Simulation.assumptions),
      statistics: statistics)
  }
}

extension Report.PeakBytes {
  /// Kinds that a device has nothing of count 0.
  public init(_ peak: SimulationOutcome.Memory) {
    func bytes(_ kind: BufferKind) -> Int { peak.byKind[kind] ?? 0 }
    self.init(
      parameters: bytes(.parameters), gradients: bytes(.gradients), optimizer: bytes(.optimizer),
      activations: bytes(.activations), buffers: bytes(.buffers), total: peak.total)
  }
}
