import ArgumentParser
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

  func validate() throws { try outputs.refuseRunFiles("plan runs nothing; use partita run") }

  func run() throws {
    let scene = try options.load()
    let files = try outputs.open()
    let program = try CompiledScene(scene).program
    let plan = Plan(program, scene: scene.name)
    try files.deliver(outputs.json ? try plan.json() : plan.text)
    if !plan.problems.isEmpty { throw Failure(.wrongInput, plan.problems.joined(separator: "\n")) }
  }
}
