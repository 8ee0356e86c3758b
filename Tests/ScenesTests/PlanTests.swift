import Diagnostics
import Foundation
import Networks
import Programs
import Strategies
import Testing

@testable import Scenes

@Suite struct PlanTests {
  private func plan(_ overrides: String...) throws -> (Plan, Program) {
    let scene = try SceneLibrary.scene("digits-mlp", overrides: overrides.map { try SceneOverride(parsing: $0) })
    let program = try Compiler(
      graph: Graph(scene.network), training: scene.training, devices: scene.machine.devices,
      microbatches: scene.microbatches
    ).compile(scene.strategy)
    return (Plan(program, scene: scene.name), program)
  }

  @Test func countsAgreeWithTheProgram() throws {
    let (plan, program) = try plan("machine.devices=3", "strategy=data(exchange=direct)", "training.batch=63")
    #expect(plan.perDevice.count == 3)
    #expect(plan.matrixBytes.joined().reduce(0, +) == program.bytesPerStep)
    #expect(plan.byPurpose.values.reduce(0, +) == program.bytesPerStep)
    #expect(plan.perDevice.reduce(0) { $0 + $1.bytesSent } == plan.perDevice.reduce(0) { $0 + $1.bytesReceived })
    #expect(plan.perDevice.reduce(0) { $0 + $1.messagesSent } == plan.messagesPerStep)
    #expect(plan.perDevice.map(\.instructions.count) == program.devices.map(\.instructions.count))
    // Everyone sends all gradients to both others.
    #expect(plan.bytesPerStep == 4 * plan.parameterCount * 3 * 2)
    #expect(plan.problems.isEmpty)
  }

  @Test func serialSendsNothing() throws {
    let (plan, _) = try plan("strategy=serial")
    #expect(plan.bytesPerStep == 0)
    #expect(plan.perDevice.count == 1)
    #expect(!plan.text.contains("from (row)"))
    // Weights, their gradients and momentum are of one size.
    #expect(plan.perDevice[0].peakBytes.parameters == 4 * plan.parameterCount)
    #expect(plan.perDevice[0].peakBytes.optimizer == 4 * plan.parameterCount)
  }

  @Test func textShowsEveryPart() throws {
    let text = try plan("machine.devices=2", "strategy=data").0.text
    for part in [
      "schedule", "  device 1  0F0 0B0", "program of device 1", "communication per step",
      "verifier: the program is sound",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
  }

  @Test func theScheduleIsDrawnInSlots() throws {
    let (plan, _) = try plan(
      "machine.devices=2", "strategy=pipeline(schedule=gpipe)", "training.microbatches=2", "training.batch=64")
    for part in [
      "  device 0  F0 F1 ·  ·  ·  B1─── B0─── U", "of TOTAL (idle / (devices x makespan))", "over IDEAL (idle / work)",
      "closed form (p-1)/(m+p-1) = 33.3 % of TOTAL, 50.0 % over IDEAL", "  device  in flight  activation bytes",
    ] {
      #expect(plan.text.contains(part), "\(part)")
    }
    let decoded = try JSONDecoder().decode(Plan.self, from: Data(plan.json().utf8))
    let slots = try #require(decoded.slots)
    #expect(slots == plan.slots)
    #expect(slots.makespan == 9 && slots.bubble.formula == "(p-1)/(m+p-1)" && slots.bubble.formulaWhole == "total")
    #expect(slots.perDevice[1].slots[0] == .init(action: "1F0", start: 1, end: 2))
    #expect(slots.perDevice.map(\.inFlight) == [2, 2])
    #expect(slots.perDevice.map(\.activationBytes) == plan.perDevice.map(\.peakBytes.activations))
  }

  @Test func versionsOfWeightsAreListed() throws {
    let (plan, _) = try plan(
      "machine.devices=2", "training.microbatches=4", "strategy=pipeline(schedule=pipedream)")
    #expect(plan.weights.map(\.forward) == [[0, 0, 1, 2], [0, 1, 2, 3]])
    #expect(plan.weights.map(\.kept) == [2, 1])
    #expect(plan.weights[0].delays == [0, 1, 1, 1])
    for part in ["version of the weights", "0 to 1, mean 0.75"] { #expect(plan.text.contains(part), "\(part)") }
    #expect(try self.plan("machine.devices=2", "strategy=pipeline").0.weights.isEmpty)
  }

  @Test func ownersAreListedAndDrawn() throws {
    let scene = try SceneLibrary.scene(
      "bench-lenet",
      overrides: ["machine.devices=4", "strategy=model(split=h)"].map { try SceneOverride(parsing: $0) })
    let program = try Compiler(
      graph: Graph(scene.network), training: scene.training, devices: 4, microbatches: scene.microbatches
    ).compile(scene.strategy)
    let layer = try #require(program.graph.node(named: "conv2"))
    let plan = Plan(program, scene: scene.name, layer: layer.index, workspaceWords: [1, 2, 3, 4])
    #expect(plan.ownership.map(\.layer) == program.graph.nodes.map(\.name))
    let conv = plan.ownership[layer.index]
    #expect(conv.split == "h=4" && conv.halo == "2 rows above, 2 below" && conv.reductions == [[0, 1, 2, 3]])
    #expect(conv.parts.first { $0.device == 1 }?.fetchedWords?.keys.sorted() == ["0", "2"])
    for part in ["who holds what", "conv2: h=4 on devices 0-3", "what each device needs of", "░0"] {
      #expect(plan.text.contains(part), "\(part)")
    }
    #expect(plan.perDevice.map(\.peakBytes.workspace) == [4, 8, 12, 16])
    #expect(plan.terms.reduce(0) { $0 + $1.expectedBytes } == plan.expectedBytesPerStep)
    let decoded = try JSONDecoder().decode(Plan.self, from: Data(plan.json().utf8))
    #expect(decoded.ownership == plan.ownership && decoded.terms == plan.terms)
  }
}
