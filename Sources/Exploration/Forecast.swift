import Diagnostics
import Machines
import Programs
import Scenes
import Simulator
import Strategies
import Traces

/// A program in virtual time by a cost model: how long its steps would take. A prediction, never a measurement.
public struct Forecast: Sendable {
  public let program: Program
  /// The mean of the simulated steps but the first, in seconds; of the first if it is alone.
  public let stepSeconds: Double
  /// Peak bytes of each device in the simulation, without kernels' workspace.
  public let peakBytes: [Int]
  /// Every instruction's times; nil where they were not asked for.
  public let trace: TraceBatch?
  public let assumptions: [String]

  /// Simulates a compiled program.
  ///
  /// - Parameters:
  ///   - steps: at least 1; the first starts with empty channels and is not the one that counts.
  ///   - records: keeps every instruction's times.
  /// - Throws: a deadlock, or more time than can be counted.
  public init(
    _ program: Program, machine: Machine, pricing: Pricing, steps: Int = 3, records: Bool = false
  ) throws {
    let simulation = Simulation(program)
    let costs = pricing.costs(of: program)
    let model = pricing.model(of: machine, for: program)
    let outcome: SimulationOutcome
    if records {
      let (result, trace) = try simulation.trace(costs, on: model, steps: steps)
      (outcome, self.trace) = (result, trace)
    } else {
      outcome = try simulation.run(costs, on: model, steps: steps)
      trace = nil
    }
    self.program = program
    let ends = outcome.stepEnds.map { Double($0) * 1e-12 }
    let (first, last) = (ends.first ?? 0, ends.last ?? 0)
    stepSeconds = ends.count > 1 ? (last - first) / Double(ends.count - 1) : last
    peakBytes = outcome.peaks.map(\.total)
    assumptions = machine.assumptions + outcome.assumptions + Simulation.assumptions
  }
}

extension Scene {
  /// The scene's network and strategy compiled.
  ///
  /// - Throws: why they cannot be.
  public func compiled() throws(DiagnosticList) -> Program {
    let compiler = Compiler(
      graph: try graph(), training: training, devices: machine.devices, microbatches: microbatches)
    return try compiler.compile(strategy)
  }
}

extension Report {
  /// What a simulation of a scene's program came to, with the same numbers as a run's report.
  ///
  /// - Parameters:
  ///   - warmupSteps: nil leaves ``Scene/warmupSteps(of:)`` of the steps out of the numbers.
  /// - Throws: as ``Forecast/init(_:machine:pricing:steps:records:)``.
  public init(
    simulating program: Program, of scene: Scene, pricing: Pricing, steps: Int, warmupSteps: Int? = nil, cores: Int?
  ) throws {
    var statistics = RunStatistics(program: program, warmupSteps: warmupSteps ?? Scene.warmupSteps(of: steps))
    let outcome = try Simulation(program).run(
      pricing.costs(of: program), on: pricing.model(of: scene.machine, for: program), steps: steps
    ) { statistics.consume($0) }
    statistics.finish()
    let peaks = outcome.peaks.map { peak in
      func bytes(_ kind: BufferKind) -> Int { peak.byKind[kind] ?? 0 }
      return Report.PeakBytes(
        parameters: bytes(.parameters), gradients: bytes(.gradients), optimizer: bytes(.optimizer),
        activations: bytes(.activations), buffers: bytes(.buffers), total: peak.total)
    }
    self.init(
      RunFacts(
        scene: scene.name, clock: .model, cores: cores, seed: scene.training.seed, steps: steps, peaks: peaks,
        assumptions: scene.machine.assumptions + outcome.assumptions + Simulation.assumptions),
      statistics: statistics)
  }
}
