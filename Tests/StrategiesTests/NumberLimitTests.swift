import Diagnostics
import Networks
import Testing

@testable import Strategies

/// Numbers in strategy texts have stated limits: nothing overflows, and nothing is made in proportion to one that is refused.
@Suite struct NumberLimitTests {
  private static let largest = "9223372036854775807"

  @Test(arguments: [
    "mesh(data=\(largest), model=2)", "mesh(model=\(largest), pipeline=\(largest))", "grid(rows=\(largest), columns=2)",
    "grid(rows=99999999999999999999)", "summa(rows=65537)", "pipeline(schedule=interleaved, chunks=1000000000)",
    "pipeline(stages=\(largest))", "pipeline(replicas=1/\(largest))", "redundant(copies=\(largest))",
  ])
  func optionsStateTheirLimit(text: String) {
    expectRefusal("a whole number from 1 to 65536, not") { () throws(DiagnosticList) in _ = try Strategy(parsing: text)
    }
  }

  @Test func countsOfSamplesHaveThoseOfABatch() throws {
    expectRefusal("'ghost' is a whole number from 1 to 16777216") { () throws(DiagnosticList) in
      _ = try Strategy(parsing: "data(statistics=ghost, ghost=16777217)")
    }
    expectRefusal("'accumulate' is a whole number from 1 to 65536") { () throws(DiagnosticList) in
      _ = try Strategy(parsing: "pipeline(schedule=pipedream-2bw, accumulate=65537)")
    }
    _ = try Strategy(parsing: "data(statistics=ghost, ghost=16777216)")
  }

  @Test(arguments: [
    ("linear1 n=\(largest) | 0", "a degree is a whole number from 1 to 65536", 9),
    ("linear1 n=65536 k=65536 c=65536 h=65536 w=65536 m=65536 | 0", "multiply to more than 65536 parts", 17),
    ("linear1 n=1 | 0 \(largest)", "is no device number, which is a whole number from 0 to 65535", 17),
    ("statistics ghost \(largest)\nlinear1 n=1 | 0", "a ghost group has a whole number from 1 to 16777216", 18),
    ("linear1 n=1 | 0\nschedule 0 | 0F\(largest)", "microbatches up to 65535", 14),
    ("linear1 n=1 | 0\nschedule 0 | 0F1000000000", "microbatches up to 65535", 14),
    ("linear1 n=1 | 0\nschedule 0 | \(largest)F0", "stages up to 65535", 14),
    ("linear1 n=1 | 0\nschedule 0 | 0F-1", "is no action", 14),
    ("linear1 n=1 | 0\nschedule \(largest) | 0F0", "is no device number, which is a whole number from 0 to 65535", 10),
    ("linear1 n=1 | 0\nschedule 0 | 0F0 0F60000 0B0", "the schedule has 3 actions in all", 18),
  ])
  func linesOfTablesStateTheirLimit(text: String, message: String, column: Int) {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: text)
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains(message), "\(error)")
      #expect(error.all.first?.location?.column == column, "\(error)")
    }
  }

  private func compile(_ text: String, batch: Int = 64, devices: Int, microbatches: Int? = nil) throws(DiagnosticList) {
    let graph = try Graph(
      Network(
        input: .features(1 << 20),
        layers: [Layer(.linear(outputs: 4)), Layer(.relu), Layer(.linear(outputs: 3))]))
    let training = TrainingSettings(
      batch: batch, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    _ = try Compiler(graph: graph, training: training, devices: devices, microbatches: microbatches)
      .compile(Strategy(parsing: text))
  }

  /// What each number allows by itself may still be too much together; that is said before anything is made.
  @Test func whatIsTooMuchTogetherIsRefusedAtOnce() {
    expectRefusal("3 layers cannot be cut into 131072 stages") { () throws(DiagnosticList) in
      try compile("pipeline(schedule=interleaved, chunks=65536)", devices: 2, microbatches: 2)
    }
    expectRefusal("needs 4294967296 devices") { () throws(DiagnosticList) in
      try compile("grid(rows=65536, columns=65536)", devices: 2)
    }
    expectRefusal("needs 281474976710656 devices") { () throws(DiagnosticList) in
      try compile("mesh(data=65536, model=65536, pipeline=65536)", devices: 2)
    }
    expectRefusal("65536 microbatches on 65536 devices are too many") { () throws(DiagnosticList) in
      try compile("serial", batch: 1 << 16, devices: 65_536, microbatches: 65_536)
    }
    // 2²⁰ features of 2²⁴ samples on 2¹⁶ devices are 2⁶⁰ words and more.
    expectRefusal("a batch of 16777216 samples of this network on 65536 devices is too large") {
      () throws(DiagnosticList) in try compile("data", batch: 1 << 24, devices: 65_536)
    }
    expectRefusal("a schedule of 2 actions cannot be one of 64 microbatches") { () throws(DiagnosticList) in
      try compile("linear1 n=1 | 0\nschedule 0 | 0F0 0B0", devices: 1, microbatches: 64)
    }
  }

  private func expectRefusal(_ message: String, _ work: () throws(DiagnosticList) -> Void) {
    do throws(DiagnosticList) {
      try work()
      Issue.record("accepted, instead of: \(message)")
    } catch {
      #expect(error.description.contains(message), "\(error)")
    }
  }
}
