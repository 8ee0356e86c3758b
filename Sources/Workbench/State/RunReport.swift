import Programs
import Traces

extension WorkbenchState {
  /// The report of the last run, for printing after the workbench; nil where no step was done.
  public var report: Report? {
    guard let run, let measurements, var statistics, run.doneSteps > 0 else { return nil }
    statistics.finish()
    let last = measurements.learning.evaluations.last
    var facts = RunFacts(
      scene: run.scene.name, clock: measurements.clock, cores: cores, seed: run.scene.training.seed,
      steps: run.doneSteps, losses: measurements.learning.losses.map { $0 ?? .nan }, trainAccuracy: last?.train,
      testAccuracy: last?.test, trainOracleAccuracy: last?.trainOracle, testOracleAccuracy: last?.testOracle,
      heads: last?.heads, peaks: measurements.peaks.map { $0.flatMap(Self.bytes) },
      workspaceWords: inquiries.workspaceWords?(measurements.facts.program),
      serial: references[ReferenceKey(measurements.facts.program, clock: measurements.clock, cores: cores)],
      predictedStepSeconds: run.forecast?.expectedSeconds,
      machine: run.scene.machine, carried: measurements.carried, assumptions: run.forecast?.notes ?? [])
    facts.analysis.gaugeNanoseconds = run.forecast?.gaugeNanoseconds
    return Report(facts, statistics: statistics)
  }

  private static func bytes(_ peak: MemoryPeak) -> Report.PeakBytes? {
    func kind(_ kind: BufferKind) -> Int? { peak.byKind[kind] }
    guard let parameters = kind(.parameters), let gradients = kind(.gradients), let optimizer = kind(.optimizer),
      let activations = kind(.activations), let buffers = kind(.buffers), let workspace = kind(.workspace),
      let total = peak.total
    else { return nil }
    return Report.PeakBytes(
      parameters: parameters, gradients: gradients, optimizer: optimizer, activations: activations, buffers: buffers,
      workspace: workspace, total: total)
  }
}
