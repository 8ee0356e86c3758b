import ArgumentParser
import Diagnostics
import Engine
import Exploration
import Networks
import Programs
import Scenes
import Strategies

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Prints schedule, programs, messages and memory by formula; runs the verifier. Nothing is trained.")

  @OptionGroup var options: SceneOptions
  @OptionGroup var outputs: OutputOptions

  @Option(
    help: ArgumentHelp(
      "The layer whose owners are drawn: who holds which box of its weights, output and input, halos included. Without it "
        + "the layer with the most to see.", valueName: "name"))
  var layer: String?

  func validate() throws { try outputs.refuseRunFiles("plan runs nothing; use partita run") }

  func run() throws {
    let scene = try options.load()
    let files = try outputs.open(for: scene)
    let forecaster = Forecaster.ofThisMachine
    let compiled = try CompiledScene(scene, forecaster)
    let program = compiled.program
    let node = try layer.map { name throws(DiagnosticList) -> Int in
      if let node = program.graph.node(named: name) { return node.index }
      throw DiagnosticList(
        "--layer \(name): the network has no such layer",
        hint: "its layers: \(program.graph.nodes.map(\.name).joined(separator: ", "))")
    }
    var plan = Plan(
      program, scene: scene.name, layer: node, workspaceWords: KernelWorkspace.words(of: program),
      layerCosts: compiled.layerSeconds, machine: scene.machine,
      // The compiler gives out no program with which the verifier finds fault.
      findings: [])
    plan.assumptions += scene.training.assumptions
    let clock = options.pacing(of: scene).clock
    if plan.problems.isEmpty, let forecast = try? forecaster.forecast(program, on: scene.machine, clock: clock) {
      plan.predict(stepSeconds: forecast.stepSeconds, clock: clock.rawValue, assumptions: forecast.assumptions)
    }
    try files.deliver(outputs.json ? try plan.json() : plan.text)
    if !plan.problems.isEmpty { throw Failure(.wrongInput, plan.problems.joined(separator: "\n")) }
  }
}
