import Datasets
import Networks
import Programs
import Testing

@testable import Engine
@testable import Strategies

/// Layers by Cannon, SUMMA and redundant computation train what serial training trains.
@Suite struct LayerAlgorithmTransparencyTests {
  static let settings = TrainingSettings(
    batch: 19, length: .steps(3), optimizer: .momentum(0.9), weightDecay: 1e-3, rate: RateSchedule(rate: 0.05), seed: 5)

  static let normalized = Network(
    input: .features(10),
    layers: [
      Layer(.linear(outputs: 14)), Layer(.relu), Layer(.linear(outputs: 11, bias: false)), Layer(.batchNorm()),
      Layer(.dropout(rate: 0.3)), Layer(.linear(outputs: 13)), Layer(.gelu), Layer(.linear(outputs: 9)), Layer(.tanh),
      Layer(.linear(outputs: 5)),
    ])

  private func check(_ strategy: Strategy, _ network: Network, devices: Int, microbatches: Int? = nil) throws {
    let compiler = Compiler(
      graph: try Graph(network), training: Self.settings, devices: devices, microbatches: microbatches)
    let program = try compiler.compile(strategy)
    let data = try DataSource.synthetic(shape: network.input, classes: 5, samples: 60).load(seed: 9)
    let result = try Comparison(
      program: program, reference: compiler.compileReference(of: program), dataset: data, shuffle: true,
      training: Self.settings, steps: 3)
    #expect(result.isEqual, "\(strategy) on \(devices): \(result)")
    if let gradients = result.maxRelativeGradientDifference { #expect(gradients < 1e-3, "\(strategy) on \(devices)") }
  }

  @Test(arguments: [1, 4, 9], [1, 3]) func cannon(devices: Int, microbatches: Int) throws {
    for network in [TransparencyTests.chain] + (devices == 4 ? [Self.normalized, TransparencyTests.images] : []) {
      try check(.cannon(), network, devices: devices, microbatches: microbatches)
    }
  }

  @Test(arguments: [(1, 3), (3, 1), (2, 2), (2, 3), (3, 2), (2, 4), (4, 2)]) func summa(rows: Int, columns: Int) throws
  {
    for network in [TransparencyTests.chain, Self.normalized] {
      let strategy = Strategy.summa(SummaParallel(rows: rows, columns: columns))
      try check(strategy, network, devices: rows * columns, microbatches: rows > 2 ? 2 : 1)
    }
  }

  @Test(arguments: 1...5) func redundant(devices: Int) throws {
    for network in [TransparencyTests.chain] + (devices == 3 ? [Self.normalized, TransparencyTests.images] : []) {
      let fan = Strategy.redundant(RedundantParallel(construction: .fan))
      try check(fan, network, devices: devices, microbatches: 2)
      for copies in Set([min(2, devices), devices]) {
        try check(.redundant(RedundantParallel(copies: copies)), network, devices: devices)
      }
    }
  }

  /// Seeded random tables in which linear layers are computed by any algorithm or cut in any way.
  @Test(arguments: 0..<40) func randomTables(seed: Int) throws {
    let network = seed % 2 == 0 ? TransparencyTests.chain : Self.normalized
    let graph = try Graph(network)
    var random = SeededChoices(seed: UInt64(1000 + seed))
    let devices = random.below(9) + 1
    let microbatches = random.below(2) + 1
    let rules = SplitRules(graph: graph, batch: 19, microbatches: microbatches, devices: devices)
    var table = LayerTable.random(for: graph, devices: devices, batch: 19, microbatches: microbatches, &random)
    for row in table.rows.indices {
      guard let node = graph.node(named: table.rows[row].layer), case .linear = node.kind, random.below(4) > 0 else {
        continue
      }
      var split: Split
      repeat {
        let algorithm = [LayerAlgorithm.cannon, .summa, .fan][random.below(3)]
        let rows = random.below(4) + 1
        let columns = algorithm == .cannon ? rows : algorithm == .fan ? 1 : random.below(4) + 1
        let first = random.below(devices)
        let list = (0..<rows * columns).map { (first + $0 * (devices % 2 + 1)) % devices }
        split = .grid(algorithm, rows: rows, columns: columns, devices: list)
      } while !rules.problems(split, of: node).isEmpty
      table.rows[row].split = split
    }
    try check(.layers(table), network, devices: devices, microbatches: microbatches)
  }

  /// Algorithms inside the stages of a pipeline, each on its own devices.
  @Test(arguments: [1, 3, 4]) func stages(microbatches: Int) throws {
    let table = """
      stage
      linear1  cannon=2  | 0 1 2 3
      gelu1    k=4       | 3 2 1 0
      linear2  summa=1x3 | 2 1 0
      stage
      dropout1 n=2       | 4 5
      tanh1    k=2       | 4 5
      linear3  fan=3     | 6 4 5
      stage
      leakyRelu1 k=2     | 7 8
      linear4  summa=2x1 | 8 7
      loss     n=1       | 7
      """
    try check(Strategy(parsing: table), TransparencyTests.chain, devices: 9, microbatches: microbatches)
  }

  /// Copies of weights are never exchanged: equal arithmetic keeps them equal, bit for bit.
  @Test(arguments: [2, 3, 5], [1, 3]) func redundantCopiesStayEqualBitForBit(devices: Int, microbatches: Int) throws {
    for network in [devices == 3 ? Self.normalized : TransparencyTests.chain] {
      var strategies = [Strategy.redundant(RedundantParallel(construction: .fan))]
      strategies += (2...devices).map { .redundant(RedundantParallel(copies: $0)) }
      for strategy in strategies {
        let compiler = Compiler(
          graph: try Graph(network), training: Self.settings, devices: devices, microbatches: microbatches)
        let run = try TrainingRun(
          program: compiler.compile(strategy), inference: nil,
          dataset: DataSource.synthetic(shape: network.input, classes: 5, samples: 60).load(seed: 9), shuffle: true,
          training: Self.settings)
        run.start()
        run.wait()
        #expect(run.drain().state == .finished)
        #expect(run.unequalCopies().isEmpty, "\(strategy) on \(devices): \(run.unequalCopies())")
      }
    }
  }
}
