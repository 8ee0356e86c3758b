import Datasets
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// Trees train under every strategy what they train serially, and their heads are counted.
@Suite struct TreeTests {
  private static func dense(_ tree: Tree) -> Network {
    Network(
      input: .features(11),
      layers: [
        Layer(.linear(outputs: 14)), Layer(.gelu), Layer(.linear(outputs: 9)), Layer(.dropout(rate: 0.2)), Layer(.tanh),
        Layer(.linear(outputs: 5)),
      ], tree: tree)
  }

  /// Batch normalisation on both sides of the junction, and heads that read it twice.
  private static func images(_ tree: Tree, loss: Loss = .softmaxCrossEntropy) -> Network {
    let window = Window(kernel: Extent(3), padding: Edges(1))
    return Network(
      input: .image(channels: 2, height: 4, width: 3),
      layers: [
        Layer(.conv2d(outputs: 4, window: window), name: "stem"), Layer(.batchNorm()), Layer(.relu, name: "trunk"),
        Layer(.conv2d(outputs: 4, window: window), name: "branch"), Layer(.batchNorm(), name: "norm"),
        Layer(.add, name: "sum", inputs: ["trunk", "norm"]), Layer(.globalAveragePool), Layer(.linear(outputs: 5)),
      ], loss: loss, tree: tree)
  }

  private static let networks = [
    dense(Tree(after: "gelu1", copies: 3)), dense(Tree(after: "gelu1", copies: 4, loss: .ensembleMean)),
    dense(Tree(after: "tanh1", copies: 3, loss: .oracle)), dense(Tree(after: "input", copies: 2)),
    images(Tree(after: "trunk", copies: 3, loss: .oracle, best: 2)), images(Tree(after: "trunk", copies: 2)),
    images(Tree(after: "trunk", copies: 2, loss: .ensembleMean), loss: .meanSquaredError),
  ]

  @Test(arguments: 1...5, TreeParallel.Trunk.allCases) func headsOnDevices(devices: Int, trunk: TreeParallel.Trunk)
    throws
  {
    for network in Self.networks {
      try TransparencyTests.check(
        .tree(trunk: trunk), network, devices: devices, microbatches: devices % 2 == 1 ? 3 : 1, steps: 3)
    }
  }

  @Test(arguments: [2, 5]) func samplesOnDevices(devices: Int) throws {
    for network in Self.networks {
      try TransparencyTests.check(.data(), network, devices: devices, microbatches: 2, steps: 3)
    }
  }

  @Test(arguments: [2, 3], [ModelSplit.k, .pairs]) func channelsOnDevices(devices: Int, split: ModelSplit) throws {
    for network in Self.networks {
      try TransparencyTests.check(.model(split: split), network, devices: devices, steps: 3)
    }
  }

  @Test(arguments: [2, 3, 5], PipelineSchedule.allCases) func layersOnDevices(devices: Int, schedule: PipelineSchedule)
    throws
  {
    for network in Self.networks {
      let pipeline = PipelineParallel(schedule: schedule)
      guard PipelineTransparencyTests.isPossible(pipeline, network, devices: devices, microbatches: 6) else { continue }
      try TransparencyTests.check(.pipeline(pipeline), network, devices: devices, microbatches: 6, steps: 3)
    }
  }

  @Test(arguments: 0..<6) func randomLayerTables(seed: Int) throws {
    for network in Self.networks {
      var random = SeededChoices(seed: UInt64(seed))
      let (devices, microbatches) = (random.below(5) + 1, random.below(2) + 1)
      let graph = try Graph(network)
      var table = LayerTable.random(
        for: graph, devices: devices, batch: 19, microbatches: microbatches, &random)
      let parts = min(devices, graph.lossUnits)
      if parts > 1 {
        let last = table.rows.count - 1
        table.rows[last].split = Split(n: devices / parts, k: parts, devices: Array(0..<devices / parts * parts))
      }
      try TransparencyTests.check(
        .layers(table), network, devices: devices, microbatches: microbatches, steps: 3)
    }
  }

  // MARK: What the heads come to

  private func run(_ network: Network, strategy: Strategy = .serial, devices: Int = 1, steps: Int = 12) throws -> (
    run: TrainingRun, news: RunUpdate
  ) {
    let settings = TrainingSettings(
      batch: 20, length: .steps(steps), rate: RateSchedule(rate: 0.2), seed: 5)
    let compiler = Compiler(graph: try Graph(network), training: settings, devices: devices)
    let data = try DataSource.blobs(dimensions: 11, classes: 5, samples: 150, spread: 0.5).load(seed: 9)
    let run = try TrainingRun(
      program: compiler.compile(strategy), inference: compiler.compileInference(batch: 20), dataset: data,
      shuffle: true, training: settings)
    run.start()
    run.wait()
    return (run, run.drain())
  }

  @Test func headsStartDifferently() throws {
    let settings = TrainingSettings(batch: 4, length: .steps(1), rate: RateSchedule(rate: 0.1), seed: 5)
    let network = Self.dense(Tree(after: "gelu1", copies: 3))
    let data = try DataSource.synthetic(shape: network.input, classes: 5, samples: 20).load(seed: 1)
    let run = try TrainingRun(
      program: Compiler(graph: Graph(network), training: settings, devices: 1).compile(.serial), inference: nil,
      dataset: data, shuffle: false, training: settings)
    let values = Dictionary(uniqueKeysWithValues: run.parameters().map { ($0.name, $0.values) })
    #expect(values.count == 2 + 3 * 4)
    #expect(Set((1...3).map { values["linear2.\($0).weight"] }).count == 3)
    var plain = network
    plain.tree = nil
    let alone = try TrainingRun(
      program: Compiler(graph: Graph(plain), training: settings, devices: 1).compile(.serial), inference: nil,
      dataset: data, shuffle: false, training: settings)
    #expect(alone.parameters().first { $0.name == "linear1.weight" }?.values == values["linear1.weight"])
  }

  /// Heads that share nothing and have losses of their own are networks trained alone.
  @Test func independentHeadsWithoutATrunkAreNetworksOfTheirOwn() throws {
    let plain = Network(
      input: .features(11), layers: [Layer(.linear(outputs: 8)), Layer(.tanh), Layer(.linear(outputs: 5))])
    var network = plain
    network.tree = Tree(after: "input", copies: 2)
    let both = try run(network)
    let trained = Dictionary(uniqueKeysWithValues: both.run.parameters().map { ($0.name, $0.values) })
    for head in 1...2 {
      var alone = plain
      for index in alone.layers.indices { alone.layers[index].name = Graph.names(of: plain.layers)[index] + ".\(head)" }
      for tensor in try run(alone).run.parameters() {
        let other = try #require(trained[tensor.name])
        #expect(zip(tensor.values, other).allSatisfy { abs($0 - $1) < 1e-5 }, "\(tensor.name)")
      }
    }
  }

  @Test func evaluationCountsEnsembleOracleAndHeads() throws {
    for loss in Tree.Loss.allCases {
      let (_, news) = try run(Self.dense(Tree(after: "gelu1", copies: 3, loss: loss)))
      let last = try #require(news.evaluations.last)
      let (ensemble, oracle) = (try #require(last.testAccuracy), try #require(last.testOracleAccuracy))
      let heads = try #require(last.heads)
      let samples = heads.winsByClass.joined().reduce(0, +)
      #expect(samples > 0 && heads.correct.count == 3 && heads.winsByClass[0].count == 5)
      #expect(oracle >= ensemble)
      #expect(heads.correct.allSatisfy { Double($0) <= oracle * Double(samples) + 1e-9 })
      #expect(try #require(last.trainOracleAccuracy) >= #require(last.trainAccuracy))
    }
    var plain = Self.dense(Tree(after: "gelu1", copies: 3))
    plain.tree = nil
    let last = try #require(try run(plain).news.evaluations.last)
    #expect(last.testAccuracy != nil && last.testOracleAccuracy == nil && last.heads == nil)
    #expect(last.trainOracleAccuracy == nil)
  }

  /// With every head's outputs on its own device nobody knows what the ensemble answered while training; the test set is
  /// evaluated on one device.
  @Test func whatNoDeviceSeesIsUnknown() throws {
    let network = Self.dense(Tree(after: "gelu1", copies: 3))
    let serial = try #require(try run(network).news.evaluations.last)
    let last = try #require(try run(network, strategy: .tree(trunk: .single), devices: 3).news.evaluations.last)
    #expect(last.trainAccuracy == nil && last.trainOracleAccuracy == nil)
    #expect(last.testAccuracy == serial.testAccuracy && last.testOracleAccuracy == serial.testOracleAccuracy)
    let whole = Self.dense(Tree(after: "gelu1", copies: 3, loss: .oracle))
    let gathered = try #require(try run(whole, strategy: .tree(trunk: .single), devices: 3).news.evaluations.last)
    #expect(gathered.trainAccuracy != nil && gathered.trainOracleAccuracy != nil)
  }
}
