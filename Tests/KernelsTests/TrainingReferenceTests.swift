import Kernels
import Networks
import Testing

/// Ten steps of a small network with batch normalisation and momentum, beside PyTorch's losses.
@Suite struct TrainingReferenceTests {
  @Test func tenLossesEqualPyTorch() throws {
    let fixture: TrainingFixture = try Fixtures.load("training")
    let network = Network(
      input: .image(channels: 2, height: 7, width: 6),
      layers: [
        Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.batchNorm()),
        Layer(.relu), Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.flatten),
        Layer(.linear(outputs: 3)),
      ])
    let chain = try LayerChain(Graph(network), samples: 6)
    let memory = chain.memory
    for (values, slot) in zip(fixture.parameters, chain.learned) { memory.write(values, to: slot.parameter) }
    for (values, slot) in zip([[0, 0, 0, 0], [1, 1, 1, 1]] as [[Float]], chain.states) {
      memory.write(values, to: slot)
    }
    memory.write(fixture.x, to: chain.input)
    memory.write(fixture.labels, to: chain.targets)
    for (step, expected) in fixture.losses.enumerated() {
      let sum = chain.step(step, optimizer: .momentum(0.9), rate: 0.05)
      #expect(abs(sum / 6 - expected) < 2e-5 * max(1, expected), "step \(step)")
    }
    #expect(relativeError(memory.read(chain.states[0]), fixture.runningMean) < 2e-5)
    #expect(relativeError(memory.read(chain.states[1]), fixture.runningVariance) < 2e-5)
    for (slot, expected) in zip(chain.learned, fixture.after) {
      #expect(relativeError(memory.read(slot.parameter), expected) < 2e-5)
    }
  }
}
