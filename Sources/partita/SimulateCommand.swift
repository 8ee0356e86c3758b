import ArgumentParser
import Diagnostics
import Exploration
import Foundation
import Programs
import Scenes
import Simulator
import Traces

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Executes the same programs in virtual time with modelled costs: no arithmetic, any number of devices.",
    discussion: """
      Simulates 5 steps unless --steps or --epochs say otherwise. Costs are those that 'partita bench' measured on this \
      machine, or built-in ones from another; times of profiled layers are used exactly.
      """)

  @OptionGroup var options: SceneOptions
  @OptionGroup var outputs: OutputOptions

  func validate() throws {
    try outputs.refuseParameters("a simulation computes none")
    if options.clock != nil { throw ValidationError("--clock is for run and verify: a simulation has its own clock.") }
  }

  func run() throws {
    let scene = try options.load(standardSteps: 5)
    let files = try outputs.open(for: scene)
    let steps = try scene.stepCount()
    let forecaster = Forecaster.ofThisMachine
    let compiled = try CompiledScene(scene, forecaster)
    let program = compiled.program
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let clock = Clock.standard(devices: program.devices.count, cores: cores)
    let costs = forecaster.costs(of: program, clock: clock)
    let machine = forecaster.model(of: scene.machine, for: program, clock: clock)
    var statistics = RunStatistics(program: program, warmupSteps: Scene.warmupSteps(of: steps))
    var pictures = TraceFiles(files, catalogue: statistics.catalogue, scene: scene, clock: .model)
    let outcome = try Simulation(program).run(costs, on: machine, steps: steps) { batch in
      statistics.consume(batch)
      pictures.append(batch)
    }
    statistics.finish()
    pictures.finish(statistics)
    let serial = try RunAnalysis.serial(
      compiled.compiler.compileReference(of: program), forecaster, machine: scene.machine)
    var facts = RunFacts(
      scene: scene.name, clock: .model, cores: cores, seed: scene.training.seed,
      steps: steps, peaks: outcome.peaks.map(Report.PeakBytes.init), serial: serial,
      machine: scene.machine, carried: outcome.carried,
      assumptions: scene.machine.assumptions + outcome.assumptions + Simulation.assumptions)
    facts.assumptions.append("the serial reference of the speedup is simulated with the same costs")
    facts.analysis = RunAnalysis.context(
      of: statistics, costs: costs, on: machine, scene: scene, forecaster, clock: clock)
    let report = Report(facts, statistics: statistics)
    try files.deliver(outputs.json ? try report.json() : ReportText(report).text)
  }
}

extension Scene {
  /// Steps of the whole run. Data is read only where nothing else says how many samples there are.
  fileprivate func stepCount() throws(DiagnosticList) -> Int {
    if case .steps(let count) = training.length { return count }
    if let count = try samples().outline?.trainCount { return max(1, training.steps(samples: count)) }
    return max(1, training.steps(samples: try loadDataset().train.count))
  }
}
