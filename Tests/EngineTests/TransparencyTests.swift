import Datasets
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// The law that everything rests on: every strategy trains what serial training trains.
@Suite struct TransparencyTests {
  static let chain = Network(
    input: .features(11),
    layers: [
      Layer(.linear(outputs: 17)), Layer(.gelu), Layer(.linear(outputs: 12, bias: false)), Layer(.dropout(rate: 0.2)),
      Layer(.tanh), Layer(.linear(outputs: 9)), Layer(.leakyRelu()), Layer(.linear(outputs: 5)),
    ])

  static let images = Network(
    input: .image(channels: 2, height: 9, width: 7),
    layers: [
      Layer(.conv2d(outputs: 6, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.batchNorm()),
      Layer(.relu),
      Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))),
      Layer(.conv2d(outputs: 8, window: Window(kernel: Extent(3), stride: Extent(2), padding: Edges(1)), bias: false)),
      Layer(.sigmoid), Layer(.flatten), Layer(.linear(outputs: 10)), Layer(.relu), Layer(.linear(outputs: 5)),
    ])

  static let residual = Network(
    input: .image(channels: 3, height: 6, width: 5),
    layers: [
      Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1))), name: "stem"),
      Layer(.relu, name: "trunk"),
      Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1))), name: "branch"),
      Layer(.batchNorm(), name: "norm"),
      Layer(.add, name: "sum", inputs: ["trunk", "norm"]),
      Layer(
        .averagePool(Window(kernel: Extent(3), stride: Extent(1), padding: Edges(1))), name: "side", inputs: ["trunk"]),
      Layer(.concat, name: "both", inputs: ["sum", "side"]),
      Layer(.globalAveragePool), Layer(.linear(outputs: 5)),
    ],
    loss: .meanSquaredError)

  /// Windows of every kind without batch normalisation, so that rows and columns can be cut.
  static let spatial = Network(
    input: .image(channels: 3, height: 11, width: 10),
    layers: [
      Layer(.conv2d(outputs: 5, window: Window(kernel: Extent(5), padding: Edges(2)))), Layer(.relu),
      Layer(.maxPool(Window(kernel: Extent(3), stride: Extent(2), padding: Edges(1)))),
      Layer(.conv2d(outputs: 7, window: Window(kernel: Extent(3, 2), stride: Extent(2, 1)))), Layer(.tanh),
      Layer(.averagePool(Window(kernel: Extent(2), stride: Extent(1)))), Layer(.flatten), Layer(.linear(outputs: 5)),
    ])

  static let networks = [chain, images, residual]

  /// Some steps, 20 unless said otherwise, with a batch that no device count divides.
  static func check(
    _ strategy: Strategy, _ network: Network, devices: Int, batch: Int = 19, microbatches: Int? = nil, steps: Int = 20
  ) throws {
    let graph = try Graph(network)
    let settings = TrainingSettings(
      batch: batch, length: .steps(steps), optimizer: .momentum(0.9), weightDecay: 1e-3, rate: RateSchedule(rate: 0.05),
      seed: 5)
    let compiler = Compiler(graph: graph, training: settings, devices: devices, microbatches: microbatches)
    let program = try compiler.compile(strategy)
    let data = try DataSource.synthetic(shape: network.input, classes: 5, samples: 150).load(seed: 9)
    let result = try Comparison(
      program: program, reference: compiler.compileReference(of: program), dataset: data, shuffle: true,
      training: settings, steps: steps)
    #expect(result.isEqual, "\(strategy) on \(devices): \(result)")
    if let gradients = result.maxRelativeGradientDifference { #expect(gradients < 1e-3, "\(strategy) on \(devices)") }
  }

  @Test(arguments: [1, 2, 3, 4, 8], [ExchangeAlgorithm.ring, .direct])
  func dataParallel(devices: Int, exchange: ExchangeAlgorithm) throws {
    for network in Self.networks { try Self.check(.data(exchange: exchange), network, devices: devices) }
  }

  @Test(arguments: [1, 2, 3, 4, 8]) func modelParallel(devices: Int) throws {
    for network in Self.networks { try Self.check(.model(split: .k), network, devices: devices) }
  }

  @Test(arguments: [1, 2, 3, 4, 8], [ModelSplit.c, .h, .w, .pairs]) func otherDimensions(
    devices: Int, split: ModelSplit
  ) throws {
    for network in [Self.chain, Self.spatial] { try Self.check(.model(split: split), network, devices: devices) }
  }

  /// Seeded random splits, different from layer to layer, on random lists of up to nine devices.
  @Test(arguments: 0..<60) func randomLayerTables(seed: Int) throws {
    for network in [Self.chain, Self.images, Self.residual, Self.spatial] {
      let graph = try Graph(network)
      var random = SeededChoices(seed: UInt64(seed))
      let devices = random.below(9) + 1
      let microbatches = random.below(2) + 1
      let table = LayerTable.random(for: graph, devices: devices, batch: 19, microbatches: microbatches, &random)
      try Self.check(.layers(table), network, devices: devices, microbatches: microbatches, steps: 3)
    }
  }

  @Test(arguments: [1, 2, 3]) func accumulatedMicrobatches(devices: Int) throws {
    for network in Self.networks { try Self.check(.data(), network, devices: devices, microbatches: 4) }
  }
}
