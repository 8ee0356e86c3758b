import Networks
import Programs
import Testing

@testable import Strategies

/// A table that puts a stage on devices in turn is what `replicas` is.
@Suite struct TurnsTests {
  private static let table = """
    stage
    linear1 n=1 | 0
    stage
    linear2 m=2 | 1 2
    """

  private func program(_ strategy: String) throws -> Program {
    let network = Network(input: .features(8), layers: [6, 4].map { Layer(.linear(outputs: $0)) })
    let settings = TrainingSettings(
      batch: 8, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    return try Compiler(graph: Graph(network), training: settings, devices: 3, microbatches: 4)
      .compile(Strategy(parsing: strategy))
  }

  @Test func theLossIsComputedOnceInTurns() throws {
    let (table, replicas) = (try program(Self.table), try program("pipeline(replicas=1/2, cuts=linear2)"))
    #expect(table.devices.map(\.losses.count) == [0, 2, 2])
    #expect(table.schedule == replicas.schedule)
    #expect(table.expectedBytesPerStep == replicas.expectedBytesPerStep)
  }

  @Test func thePrintedScheduleIsRead() throws {
    let table = try program(Self.table)
    let lines = table.schedule.devices.enumerated().map {
      ScheduleRow(devices: [$0], actions: $1).description
    }
    let written = try program(([Self.table] + lines).joined(separator: "\n"))
    #expect(written.schedule == table.schedule)
  }
}
