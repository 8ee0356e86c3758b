import Kernels
import Networks
import Testing

/// Every layer beside PyTorch's numbers.
@Suite struct LayerReferenceTests {
  private static let tolerance: Float = 4e-6

  @Test func layersEqualPyTorch() throws {
    let fixtures: [LayerFixture] = try Fixtures.load("layers")
    #expect(fixtures.count >= 30)
    for fixture in fixtures {
      let mode: KernelMode = fixture.layer.inference == true ? .inference : .training
      let rig = LayerRig(fixture.geometry, parameters: fixture.parameters, states: fixture.states)
      #expect(relativeError(rig.forward(fixture.x, mode: mode), fixture.y) < Self.tolerance, "\(fixture), output")
      for (slot, expected) in zip(rig.slots.states, fixture.statesAfter) {
        #expect(relativeError(rig.memory.read(slot), expected) < Self.tolerance, "\(fixture), running statistics")
      }
      if mode == .inference { continue }
      rig.setOutputGradient(fixture.dy)
      rig.kernel.backward(in: rig.memory, accumulate: false, step: 0)
      for (gradient, expected) in zip(rig.inputGradients, fixture.dx) {
        #expect(relativeError(gradient, expected) < Self.tolerance, "\(fixture), input gradient")
      }
      for (gradient, expected) in zip(rig.parameterGradients, fixture.dparameters) {
        #expect(relativeError(gradient, expected) < Self.tolerance, "\(fixture), parameter gradient")
      }
    }
  }

  @Test func halvesEqualTheWholeAndGradientsAccumulate() throws {
    for fixture in try Fixtures.load("layers", as: [LayerFixture].self) where fixture.layer.inference != true {
      let whole = LayerRig(fixture.geometry, parameters: fixture.parameters, states: fixture.states)
      let halves = LayerRig(fixture.geometry, parameters: fixture.parameters, states: fixture.states)
      for rig in [whole, halves] {
        _ = rig.forward(fixture.x)
        rig.setOutputGradient(fixture.dy)
      }
      whole.kernel.backward(in: whole.memory, accumulate: false, step: 0)
      halves.kernel.backwardInput(in: halves.memory, step: 0)
      halves.kernel.backwardWeight(in: halves.memory, accumulate: false, step: 0)
      #expect(whole.inputGradients == halves.inputGradients, "\(fixture)")
      #expect(whole.parameterGradients == halves.parameterGradients, "\(fixture)")
      let once = whole.parameterGradients
      whole.kernel.backward(in: whole.memory, accumulate: true, step: 0)
      for (twice, once) in zip(whole.parameterGradients, once) {
        #expect(relativeError(twice, once.map { 2 * $0 }) < Self.tolerance, "\(fixture), accumulated")
      }
      #expect(relativeError(whole.inputGradients[0], fixture.dx[0]) < Self.tolerance, "\(fixture), overwritten")
    }
  }

  @Test func backwardReadsOnlyWhatItSays() throws {
    for fixture in try Fixtures.load("layers", as: [LayerFixture].self) where fixture.layer.inference != true {
      let rig = LayerRig(fixture.geometry, parameters: fixture.parameters, states: fixture.states)
      _ = rig.forward(fixture.x)
      rig.setOutputGradient(fixture.dy)
      let kind = fixture.geometry.kind
      if !kind.backwardReadsInput { for slot in rig.slots.inputs { rig.memory.free(slot) } }
      if !kind.backwardReadsOutput { rig.memory.free(rig.slots.output) }
      let halves = LayerKernel.halvesNeed(kind)
      rig.kernel.backwardWeight(in: rig.memory, accumulate: false, step: 0)
      if kind.backwardReadsInput, !halves.input.inputs { for slot in rig.slots.inputs { rig.memory.free(slot) } }
      rig.kernel.backwardInput(in: rig.memory, step: 0)
      #expect(relativeError(rig.inputGradients[0], fixture.dx[0]) < Self.tolerance, "\(fixture)")
    }
  }

  @Test func recomputationRepeatsForwardButNotTheRunningStatistics() throws {
    let fixture = try #require(
      Fixtures.load("layers", as: [LayerFixture].self).first { $0.name == "batchNorm in groups" })
    let rig = LayerRig(fixture.geometry, parameters: fixture.parameters, states: fixture.states)
    let output = rig.forward(fixture.x)
    let states = rig.slots.states.map { rig.memory.read($0) }
    #expect(rig.forward(fixture.x, mode: .recomputation) == output)
    #expect(rig.slots.states.map { rig.memory.read($0) } == states)
  }
}
