import Networks
import Programs
import Testing

@testable import Strategies

/// Channels have the room that an order needs.
@Suite struct ChannelRoomTests {
  private func program(_ strategy: String, stages: Int, microbatches: Int) throws -> Program {
    let network = Network(
      input: .features(2), layers: (0..<stages).map { _ in Layer(.linear(outputs: 2, bias: false)) })
    let settings = TrainingSettings(
      batch: microbatches, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    return try Compiler(
      graph: Graph(network), training: settings, devices: stages, microbatches: microbatches
    ).compile(Strategy(parsing: strategy))
  }

  /// Two pipelines in opposite directions over 36 devices: the last to take a microbatch is more than eight behind.
  @Test func longBidirectionalPipelinesHaveTheRoomTheyNeed() throws {
    let program = try program("pipeline(schedule=chimera)", stages: 36, microbatches: 36)
    #expect(Verifier(program).check().isEmpty)
    #expect(program.channels.entries.contains { $0.capacity > ChannelRoom.standard })
    #expect(program.channels.entries.allSatisfy { $0.capacity <= 36 })
  }

  @Test func whereSendersMayWaitTheProgramSaysSo() throws {
    let text = "a sender waits when 8 messages in its channel have not been taken"
    let long = try program("pipeline(schedule=gpipe)", stages: 2, microbatches: 20)
    #expect(long.channels.entries.allSatisfy { $0.capacity == 8 } && long.assumptions.contains(text))
    let short = try program("pipeline(schedule=gpipe)", stages: 2, microbatches: 8)
    #expect(!short.assumptions.contains { $0.hasPrefix("a sender waits") })
  }
}
