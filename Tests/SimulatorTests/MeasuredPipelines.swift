import Diagnostics
import Machines
import Networks
import Programs
import Simulator
import Strategies
import Traces

/// Networks of measured layers, compiled as any other network.
enum Measured {
  /// `layers` equal layers; a batch of as many samples as microbatches.
  static func program(
    layers: Int, devices: Int, microbatches: Int, strategy: String, forward: Double = 1, backwardInput: Double = 1,
    backwardWeight: Double = 1, outputBytes: Int = 4, parameterBytes: Int = 4, batch: Int? = nil
  ) throws -> Program {
    let batch = batch ?? microbatches
    let profile = LayerProfile(
      forwardMilliseconds: forward, backwardInputMilliseconds: backwardInput,
      backwardWeightMilliseconds: backwardWeight,
      outputBytes: outputBytes, parameterBytes: parameterBytes, samples: Double(batch) / Double(microbatches))
    let network = Network(
      input: .features(1), layers: Array(repeating: Layer(.profiled(profile)), count: layers))
    let compiler = Compiler(
      graph: try Graph(network),
      training: TrainingSettings(batch: batch, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: devices,
      microbatches: microbatches)
    return try compiler.compile(Strategy(parsing: strategy))
  }

  /// Simulated with the given times; all records.
  static func simulate(
    _ program: Program, link: LinkModel = LinkModel(), steps: Int = 1
  ) throws -> (outcome: SimulationOutcome, trace: TraceBatch) {
    try Simulation(program).trace(CostTable(givenTimesOf: program), link: link, steps: steps)
  }
}

/// Picoseconds of a millisecond.
let millisecond: Int64 = 1_000_000_000

extension TraceBatch {
  /// The analysis of all records.
  func statistics(_ program: Program) -> RunStatistics {
    var statistics = RunStatistics(program: program)
    statistics.consume(self)
    statistics.finish()
    return statistics
  }
}
