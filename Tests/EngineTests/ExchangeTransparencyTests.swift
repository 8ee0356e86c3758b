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
    for microbatches in [1, 2] {
      let network = Self.network(&choices)
      let result = try Self.compare(
        .data(exchange: exchange), network, devices: devices, microbatches: microbatches)
      #expect(result.maxRelativeLossDifference <= 1e-5, "\(exchange) on \(devices): \(result)")
      #expect(result.maxRelativeParameterDifference <= 1e-5, "\(exchange) on \(devices): \(result)")
      let gradients = try #require(result.maxRelativeGradientDifference)
      #expect(gradients <= 1e-4, "\(exchange) on \(devices): \(result)")
    }
  }

  @Test(arguments: [Optimizer.sgd, .adam()]) func serversUpdateWithEveryOptimizer(optimizer: Optimizer) throws {
    var choices = SeededChoices(seed: 77)
    for exchange in [ExchangeAlgorithm.server, .shardedServer] {
      let result = try Self.compare(
        .data(exchange: exchange), Self.network(&choices), devices: 3, optimizer: optimizer)
      #expect(result.isEqual, "\(exchange) with \(optimizer): \(result)")
    }
  }
}
