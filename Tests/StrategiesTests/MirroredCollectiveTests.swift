import Networks
import Programs
import Testing

@testable import Strategies

/// Activations and their gradients travel by the same algorithm.
@Suite struct MirroredCollectiveTests {
  /// Layers cut by outputs and inputs in turn sum 16 x 64 words over eight devices: after the second layer forward, before the
  /// third backward, and after the fourth for the loss. Around a ring that is 2n(P-1) words each, 57,344 bytes; between all
  /// it would be nP(P-1), four times as many.
  @Test func pairsSumBackwardAroundTheRingToo() throws {
    let layers = [128, 64, 128, 64].map { Layer(.linear(outputs: $0, bias: false)) }
    let settings = TrainingSettings(
      batch: 16, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    let compiler = try Compiler(
      graph: Graph(Network(input: .features(64), layers: layers)), training: settings, devices: 8, microbatches: 1)
    for (algorithm, bytes) in [(ScatterAlgorithm.ring, 57_344), (.halvingDoubling, 57_344), (.direct, 229_376)] {
      let program = try compiler.compile(.model(split: .pairs, exchange: algorithm))
      func sent(_ purpose: Purpose) -> Int {
        program.messages.entries.filter { $0.purpose == purpose }.reduce(0) { $0 + $1.bytes }
      }
      #expect(sent(.activationGradients) == bytes, "\(algorithm)")
      #expect(sent(.activations) == 2 * bytes, "\(algorithm)")
      #expect(program.expectedBytesPerStep == 3 * bytes, "\(algorithm)")
      #expect(program.collectives.entries.allSatisfy { $0.kind == .allReduce }, "\(algorithm)")
    }
  }
}
