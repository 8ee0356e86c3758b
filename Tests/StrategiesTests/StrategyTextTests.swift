import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

@Suite struct StrategyTextTests {
  @Test func textsRoundTrip() throws {
    var strategies: [Strategy] = [.serial, .model(split: .k)]
    strategies += ExchangeAlgorithm.allCases.map { .data(exchange: $0) }
    strategies += StateSharding.allCases.map { .data(exchange: .direct, shard: $0) }
    strategies += StateSharding.allCases.map { .mesh(Mesh(data: 2, shard: $0)) }
    strategies += StateSharding.allCases.map { .grid(Grid(rows: 2, shard: $0)) }
    strategies += ScatterAlgorithm.allCases.map { .model(split: .pairs, exchange: $0) }
    for schedule in PipelineSchedule.allCases {
      strategies += [.pipeline(schedule: schedule), .pipeline(schedule: schedule, stages: 3)]
    }
    strategies += [
      .pipeline(PipelineParallel(balance: .parameters)), .pipeline(PipelineParallel(cuts: ["relu1", "linear2"])),
      .pipeline(PipelineParallel(stages: 2, replicas: [3, 1])), .mesh(Mesh(pipeline: 2, recompute: .on)),
    ]
    for strategy in strategies { #expect(try Strategy(parsing: strategy.description) == strategy) }
  }

  @Test func layerTablesRoundTrip() throws {
    let text = """
      stage
      conv1   n=2 h=2 | 0 1 2 3
      stage
      linear1 k=2 c=2 | 4 5 6 7
      loss    n=1     | 4
      """
    let strategy = try Strategy(parsing: text)
    #expect(try Strategy(parsing: strategy.description) == strategy)
    guard case .layers(let table) = strategy else { throw CancellationError() }
    #expect(table.rows.map(\.stage) == [0, 1, 1])
    #expect(table.rows[1].split == Split(k: 2, c: 2, devices: [4, 5, 6, 7]))
  }

  /// A line says how gradients are added up, and the program does so.
  @Test func layerTablesNameTheirExchange() throws {
    let text = "exchange tree\nlinear1 n=4 | 0 1 2 3\nlinear2 n=4 | 0 1 2 3"
    let strategy = try Strategy(parsing: text)
    #expect(strategy.description == text)
    let network = Network(input: .features(4), layers: [Layer(.linear(outputs: 4)), Layer(.linear(outputs: 2))])
    let compiler = Compiler(
      graph: try Graph(network),
      training: TrainingSettings(batch: 8, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: 4)
    let collectives = try compiler.compile(strategy).collectives
    let plain = try compiler.compile(.data(exchange: .tree)).collectives
    #expect(collectives == plain && !collectives.entries.isEmpty)
    for (wrong, column) in [("exchange fast\n", 10), ("exchange\n", 9), ("exchange tree now\n", 15)] {
      do throws(DiagnosticList) {
        _ = try Strategy(parsing: wrong + "linear1 n=4 | 0 1 2 3")
        Issue.record("'\(wrong)' was accepted")
      } catch {
        #expect(error.all.first?.location?.column == column && error.description.contains("halving-doubling"))
      }
    }
  }

  @Test func everyWrongLineIsLocated() {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: "conv1 n=2 | 0 1\nlinear1 q=2 | 0\nlinear2 n=2\nconv1 k=2 | 0 1\nrelu1 n=0 | x")
      Issue.record("accepted")
    } catch {
      #expect(error.all.map { $0.location?.line } == [2, 3, 4, 5])
    }
  }

  @Test func blanksAndDefaultsAreAccepted() throws {
    #expect(try Strategy(parsing: "  data ") == .data(exchange: .ring))
    #expect(try Strategy(parsing: "data()") == .data(exchange: .ring))
    #expect(
      try Strategy(parsing: "pipeline( stages = 2 , schedule = gpipe )") == .pipeline(schedule: .gpipe, stages: 2))
  }

  @Test(arguments: [
    ("", "begins with its kind", 1), ("quick", "'quick' is no strategy", 1), ("data(ring)", "no option 'ring'", 6),
    ("data(exchange)", "expected '='", 14), ("data(exchange=fast)", "'fast' is no value", 15),
    ("pipeline(stages=0)", "a whole number from 1 to 65536, not '0'", 17),
    ("data(exchange=ring", "expected ',' or ')'", 19),
    ("serial x", "unexpected 'x'", 8), ("data(exchange=ring, exchange=direct)", "given twice", 21),
    ("serial(a=1)", "no option 'a'", 8), ("pipeline(replicas=3/x)", "a whole number from 1 to 65536", 19),
    ("pipeline(replicas=)", "a whole number", 19), ("pipeline(cuts=a//b)", "names with '/' between them", 15),
  ])
  func wrongTextsNameTheColumn(text: String, message: String, column: Int) {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: text)
      Issue.record("'\(text)' was accepted")
    } catch {
      #expect(error.description.contains(message), "\(error)")
      #expect(error.description.contains("at column \(column) "), "\(error)")
    }
  }

  @Test func menusOfferOnlyWhatParses() throws {
    for kind in StrategyKind.all {
      for option in kind.options {
        guard case .words(let words) = option.values else { continue }
        for word in words { _ = try Strategy(parsing: "\(kind.name)(\(option.name)=\(word))") }
      }
    }
  }
}
