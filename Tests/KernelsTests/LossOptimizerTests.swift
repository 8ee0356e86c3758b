import Kernels
import Networks
import Testing

@Suite struct LossTests {
  private func evaluate(
    _ loss: Loss, outputs: Int, batch: Int, logits: [Float], targets: [Float], targetWords: Int
  ) -> (lossSum: Double, correct: Int, gradient: [Float]) {
    let memory = DeviceMemory(
      device: 0,
      slots: [logits.count, targets.count, logits.count].map {
        SlotDescription(words: $0, kind: .activations, persistent: true)
      })
    memory.write(logits, to: 0)
    memory.write(targets, to: 1)
    let kernel = LossKernel(
      loss: loss, samples: logits.count / outputs, outputs: outputs, batch: batch, logits: 0, targets: 1,
      targetWords: targetWords, gradient: 2)
    let result = kernel.evaluate(in: memory)
    return (result.lossSum, result.correct, memory.read(2))
  }

  @Test func lossesEqualPyTorch() throws {
    for fixture in try Fixtures.load("losses", as: [LossFixture].self) {
      let result = evaluate(
        Loss(rawValue: fixture.loss)!, outputs: fixture.outputs, batch: fixture.batch, logits: fixture.logits,
        targets: fixture.targets, targetWords: fixture.targets.count / fixture.samples)
      #expect(abs(result.lossSum - fixture.lossSum) <= 2e-6 * max(1, fixture.lossSum), "\(fixture.loss)")
      #expect(result.correct == fixture.correct)
      #expect(relativeError(result.gradient, fixture.gradient) < 1e-6)
    }
  }

  @Test func crossEntropyStaysFiniteAtTheEndsOfTheNumbers() {
    let result = evaluate(
      .softmaxCrossEntropy, outputs: 3, batch: 2, logits: [3e38, -3e38, 0, 1000, 1000, 1000], targets: [0, 2],
      targetWords: 1)
    #expect(abs(result.lossSum - 1.0986123) < 1e-6)
    #expect(result.correct == 1)
    #expect(result.gradient.allSatisfy { $0.isFinite })
  }

  @Test func evaluatingWithoutAGradientSlotGivesTheSameLoss() {
    let memory = DeviceMemory(
      device: 0, slots: [4, 2].map { SlotDescription(words: $0, kind: .activations, persistent: true) })
    memory.write([1, 2, 3, 5], to: 0)
    let kernel = LossKernel(
      loss: .softmaxCrossEntropy, samples: 2, outputs: 2, batch: 2, logits: 0, targets: 1, gradient: nil)
    let full = evaluate(
      .softmaxCrossEntropy, outputs: 2, batch: 2, logits: [1, 2, 3, 5], targets: [0, 0], targetWords: 1)
    #expect(kernel.evaluate(in: memory).lossSum == full.lossSum)
  }
}

@Suite struct OptimizerTests {
  @Test func updatesEqualPyTorch() throws {
    let fixtures: [OptimizerFixture] = try Fixtures.load("optimizers")
    #expect(Set(fixtures.map(\.kind)).count == 5)
    for fixture in fixtures {
      let states = Array(2..<2 + fixture.optimizer.stateCount)
      let memory = DeviceMemory(
        device: 0,
        slots: (0..<4).map { _ in SlotDescription(words: fixture.start.count, kind: .optimizer, persistent: true) })
      memory.write(fixture.start, to: 0)
      for (step, gradient) in fixture.gradients.enumerated() {
        memory.write(gradient, to: 1)
        OptimizerKernel.update(
          optimizer: fixture.optimizer, rate: fixture.rates[step], weightDecay: fixture.weightDecay, step: step,
          parameter: 0, gradient: 1, states: states, in: memory)
        #expect(
          relativeError(memory.read(0), fixture.after[step]) < 2e-6,
          "\(fixture.kind), decay \(fixture.weightDecay), \(step)")
      }
    }
  }
}
