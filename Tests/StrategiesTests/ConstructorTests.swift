import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

/// Strategies that combine dimensions: who gets what, and which combinations cannot be.
@Suite struct ConstructorTests {
  private static let settings = TrainingSettings(
    batch: 32, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)

  private func partitioning(_ text: String, devices: Int, microbatches: Int? = nil) throws -> Partitioning {
    try Compiler(
      graph: SampleNetworks.convolutional, training: Self.settings, devices: devices, microbatches: microbatches
    ).partitioning(for: Strategy(parsing: text))
  }

  @Test func aMeshNumbersTheModelDimensionFastest() throws {
    let mesh = try partitioning("mesh(data=2, model=2, pipeline=2)", devices: 8)
    #expect(mesh.splits[0].description == "n=2 k=2 | 0 1 4 5")
    #expect(mesh.stageDevices == [[0, 1, 4, 5], [2, 3, 6, 7]])
    #expect(mesh.schedule.devices[0] == mesh.schedule.devices[5])
    #expect(mesh.microbatches == 4)
  }

  @Test func aGridPutsRowsSideBySide() throws {
    let grid = try partitioning("grid(rows=2, columns=3)", devices: 6)
    #expect(grid.splits[0].description == "n=3 k=2 | 0 1 2 3 4 5")
    #expect(grid.lossSplit.description == "n=3 | 0 2 4 1 3 5")
    let square = try partitioning("grid", devices: 8)
    #expect(square.splits[0].k == 2 && square.splits[0].n == 4)
  }

  /// Scheme c, three devices: the next round's activations leave before this round's linear layers compute.
  @Test func roundsOfTheHybridOverlap() throws {
    let rounds = try partitioning("hybrid(scheme=c)", devices: 3).schedule.description.split(separator: "\n")
    #expect(rounds[0] == "0F0 0F1 1F0 1B0 0F2 1F1 1B1 0B0 1F2 1B2 0B1 0B2 1U 0X 0U")
    let turns = try partitioning("hybrid(scheme=b, variable=on)", devices: 2).schedule.description.split(
      separator: "\n")
    #expect(turns[1] == "0F1 1F0 1B0 1U0 1F1 1B1 1U1 0B1 0X 0U")
  }

  /// A gradient that is scaled for the batch is scaled back for the round that updates.
  @Test func aRoundsUpdateTakesTheMeanOverItsSamples() throws {
    let compiler = Compiler(graph: SampleNetworks.convolutional, training: Self.settings, devices: 4)
    let program = try compiler.compile(Strategy(parsing: "hybrid(scheme=b, variable=on)"))
    let updates = program.devices[0].updates.entries
    #expect(updates.filter { $0.turns == 4 }.map(\.gradientScale) == [4, 4, 4, 4])
    #expect(updates.filter { $0.turns == 1 }.map(\.gradientScale) == [1])
  }

  @Test(arguments: [
    ("mesh(data=2, model=2, pipeline=2)", 6, "needs 8 devices, not 6"),
    ("grid(rows=2, columns=2)", 6, "needs 4 devices, not 6"),
    ("hybrid(scheme=a, variable=on)", 2, "cannot be updated more often"),
    ("hybrid(scheme=c)", 6, "a batch of at least 36, not 32"),
    ("mesh(pipeline=40)", 40, "cannot be cut into 40 stages"),
  ])
  func impossibleCombinationsAreRefusedWithTheReason(text: String, devices: Int, reason: String) throws {
    do {
      _ = try partitioning(text, devices: devices)
      Issue.record("accepted")
    } catch let error as DiagnosticList { #expect(error.description.contains(reason), "\(error)") }
  }
}
