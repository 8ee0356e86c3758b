import Checkpoints
import Datasets
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// Who exchanges how changes nothing that is learned: every algorithm trains what one device trains.
@Suite struct ExchangeTransparencyTests {
  /// Layers of a seeded random size, some of fewer words than there are devices.
  static func network(_ choices: inout SeededChoices) -> Network {
    var layers: [Layer] = []
    for _ in 0...choices.below(3) {
      layers.append(Layer(.linear(outputs: choices.below(9) + 1, bias: choices.below(2) == 0)))
      layers.append(Layer([.relu, .tanh, .sigmoid, .gelu][choices.below(4)]))
    }
    return Network(input: .features(choices.below(5) + 1), layers: layers + [Layer(.linear(outputs: 3))])
  }

  static func settings(_ optimizer: Optimizer, steps: Int) -> TrainingSettings {
    TrainingSettings(
      batch: 19, length: .steps(steps), optimizer: optimizer, weightDecay: 1e-3, rate: RateSchedule(rate: 0.05), seed: 5
    )
  }

  static func compare(
    _ strategy: Strategy, _ network: Network, devices: Int, microbatches: Int = 1,
    optimizer: Optimizer = .momentum(0.9),
    steps: Int = 6
  ) throws -> Comparison {
    let training = settings(optimizer, steps: steps)
    let compiler = Compiler(
      graph: try Graph(network), training: training, devices: devices, microbatches: microbatches)
    let program = try compiler.compile(strategy)
    let data = try DataSource.synthetic(shape: network.input, classes: 3, samples: 60).load(seed: 9)
    return try Comparison(
      program: program, reference: compiler.compileReference(of: program), dataset: data, shuffle: true,
      training: training, steps: steps)
  }

  @Test(arguments: ExchangeAlgorithm.allCases, 1...9)
  func everyAlgorithmTrainsTheSame(exchange: ExchangeAlgorithm, devices: Int) throws {
    if exchange == .server, devices == 1 { return }
    var choices = SeededChoices(seed: UInt64(devices * 100 + exchange.rawValue.count))
    let result = try Self.compare(
      .data(exchange: exchange), Self.network(&choices), devices: devices, microbatches: devices % 2 + 1, steps: 4)
    #expect(result.maxRelativeLossDifference <= 1e-5, "\(exchange) on \(devices): \(result)")
    #expect(result.maxRelativeParameterDifference <= 1e-5, "\(exchange) on \(devices): \(result)")
    let gradients = try #require(result.maxRelativeGradientDifference)
    #expect(gradients <= 1e-4, "\(exchange) on \(devices): \(result)")
  }

  @Test(arguments: [Optimizer.sgd, .adam()]) func serversUpdateWithEveryOptimizer(optimizer: Optimizer) throws {
    var choices = SeededChoices(seed: 77)
    for exchange in [ExchangeAlgorithm.server, .shardedServer] {
      let result = try Self.compare(
        .data(exchange: exchange), Self.network(&choices), devices: 3, optimizer: optimizer)
      #expect(result.isEqual, "\(exchange) with \(optimizer): \(result)")
    }
  }

  @Test(arguments: [StateSharding.optimizer, .gradients, .parameters], 1...9)
  func shardedStatesTrainTheSame(shard: StateSharding, devices: Int) throws {
    var choices = SeededChoices(seed: UInt64(devices * 10 + shard.rawValue.count))
    let exchanges = [ExchangeAlgorithm.ring, .halvingDoubling, .direct]
    let settings = [
      (Optimizer.sgd, 1), (.momentum(0.9), 3), (.adam(), 1), (.sgd, 3), (.momentum(0.9), 1), (.adam(), 3),
    ]
    for (index, (optimizer, microbatches)) in settings.enumerated()
    where 19 / microbatches >= devices && (index + devices) % 3 == 0 {
      let exchange = exchanges[choices.below(3)]
      let network = Self.network(&choices)
      let result = try Self.compare(
        .data(exchange: exchange, shard: shard), network, devices: devices, microbatches: microbatches,
        optimizer: optimizer, steps: 4)
      let what = "\(shard) by \(exchange) on \(devices) with \(optimizer), \(microbatches) microbatches: \(result)"
      #expect(result.maxRelativeLossDifference <= 1e-5, "\(what)")
      // Adam divides by the root of small squares, which magnifies rounding.
      #expect(result.maxRelativeParameterDifference <= (optimizer == .adam() ? 1e-4 : 1e-5), "\(what)")
      #expect(try #require(result.maxRelativeGradientDifference) <= 1e-4, "\(what)")
    }
  }

  /// Convolutions, normalisation and branches, and shards within a mesh of stages and shared layers.
  @Test(arguments: [StateSharding.optimizer, .gradients, .parameters])
  func everyKindOfLayerIsSharded(shard: StateSharding) throws {
    for network in [TransparencyTests.images, TransparencyTests.residual] {
      try TransparencyTests.check(.data(shard: shard), network, devices: 3, microbatches: 2, steps: 2)
      try TransparencyTests.check(.mesh(Mesh(data: 2, model: 2, shard: shard)), network, devices: 4, steps: 2)
      try TransparencyTests.check(
        .mesh(Mesh(data: 3, pipeline: 2, shard: shard)), network, devices: 6, microbatches: 3, steps: 2)
    }
    for schedule in [PipelineSchedule.zeroBubbleH1, .interleaved] {
      try TransparencyTests.check(
        .mesh(Mesh(data: 2, pipeline: 2, schedule: schedule, shard: shard)), TransparencyTests.chain, devices: 4,
        microbatches: 4, steps: 2)
    }
  }

  @Test(arguments: 2...5, [ScatterAlgorithm.ring, .halvingDoubling])
  func activationsByAnyAlgorithmTrainTheSame(devices: Int, algorithm: ScatterAlgorithm) throws {
    let networks = [TransparencyTests.chain, TransparencyTests.spatial, TransparencyTests.residual]
    for (index, split) in [ModelSplit.k, .c, .pairs].enumerated() {
      try TransparencyTests.check(
        .model(split: split, exchange: algorithm), networks[(index + devices) % 3], devices: devices, microbatches: 2,
        steps: 2)
    }
  }

  /// What a sharded run saves is the model that another run starts from.
  @Test func shardsAreSavedAndLoadedAsOneModel() throws {
    var choices = SeededChoices(seed: 4)
    let network = Self.network(&choices)
    let data = try DataSource.synthetic(shape: network.input, classes: 3, samples: 60).load(seed: 9)
    let training = Self.settings(.sgd, steps: 2)
    let compiler = Compiler(graph: try Graph(network), training: training, devices: 4)
    func run(_ strategy: Strategy, from start: [NamedTensor]?, steps: Int) throws -> [NamedTensor] {
      var training = training
      training.length = .steps(steps)
      let run = try TrainingRun(
        program: compiler.compile(strategy), inference: nil, dataset: data, shuffle: true, training: training,
        initialParameters: start)
      #expect(start == nil || run.parameters() == start)
      run.start()
      run.wait()
      return run.parameters()
    }
    let saved = try run(.data(shard: .parameters), from: nil, steps: 2)
    let sharded = try run(.data(shard: .parameters), from: saved, steps: 1)
    let serial = try run(.serial, from: saved, steps: 1)
    #expect(Comparison.relativeDifference(sharded, serial) < 1e-5)
  }
}
