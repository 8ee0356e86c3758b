import Datasets
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// Tiled and locally connected layers train under every cut what they train serially.
@Suite struct UntiedTransparencyTests {
  private static func window(_ kernel: Int, stride: Int = 1) -> Window {
    Window(kernel: Extent(kernel), stride: Extent(stride), padding: Edges(kernel / 2))
  }

  /// Odd sizes; tiles that divide neither the image nor its parts, strides, a layer without bias, and branches.
  static let mixed = Network(
    input: .image(channels: 2, height: 9, width: 7),
    layers: [
      Layer(.conv2d(outputs: 4, window: window(3), sharing: .nowhere)), Layer(.relu),
      Layer(.conv2d(outputs: 5, window: window(3), sharing: .tiled(Extent(2, 3)))), Layer(.tanh),
      Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(1)))),
      Layer(.conv2d(outputs: 6, window: window(3, stride: 2), bias: false, sharing: .tiled(Extent(4, 2)))),
      Layer(.sigmoid), Layer(.flatten), Layer(.linear(outputs: 5)),
    ])

  static let residual = Network(
    input: .image(channels: 3, height: 6, width: 5),
    layers: [
      Layer(.conv2d(outputs: 4, window: window(3), sharing: .tiled(Extent(3, 2))), name: "stem"),
      Layer(.conv2d(outputs: 4, window: window(1), sharing: .nowhere), name: "branch"), Layer(.gelu, name: "bent"),
      Layer(.add, name: "sum", inputs: ["stem", "bent"]),
      Layer(
        .conv2d(outputs: 3, window: Window(kernel: Extent(2, 3), stride: Extent(2, 1)), bias: false, sharing: .nowhere)),
      Layer(.flatten), Layer(.linear(outputs: 5)),
    ],
    loss: .meanSquaredError)

  static let settings = TrainingSettings(
    batch: 19, length: .steps(3), optimizer: .momentum(0.9), weightDecay: 1e-3, rate: RateSchedule(rate: 0.05), seed: 5)

  private func check(_ strategy: Strategy, _ network: Network, devices: Int, microbatches: Int? = nil) throws {
    try TransparencyTests.check(strategy, network, devices: devices, microbatches: microbatches, steps: 3)
  }

  /// Seeded random splits, different from layer to layer, on random lists of up to nine devices.
  @Test(arguments: 0..<80) func randomLayerTables(seed: Int) throws {
    for network in [Self.mixed, Self.residual] {
      var random = SeededChoices(seed: UInt64(500 + seed))
      let devices = random.below(9) + 1
      let microbatches = random.below(2) + 1
      let table = try LayerTable.random(
        for: Graph(network), devices: devices, batch: 19, microbatches: microbatches, &random)
      try check(.layers(table), network, devices: devices, microbatches: microbatches)
    }
  }

  @Test(
    arguments: [1, 2, 3, 4, 5, 9],
    [
      "model(split=k)", "model(split=c)", "model(split=h)", "model(split=w)", "data(exchange=ring)",
      "data(exchange=direct)",
    ])
  func uniformCuts(devices: Int, strategy: String) throws {
    for network in [Self.mixed, Self.residual] { try check(Strategy(parsing: strategy), network, devices: devices) }
  }

  @Test func pipeline() throws {
    try check(Strategy(parsing: "pipeline(schedule=1f1b, stages=3)"), Self.mixed, devices: 3, microbatches: 4)
  }

  /// What parts of four devices were saved as one model trains on, whoever has which part of it.
  @Test func aSavedModelLoadsUnderOtherSplits() throws {
    let data = try DataSource.synthetic(shape: Self.mixed.input, classes: 5, samples: 150).load(seed: 9)
    let compiler = Compiler(graph: try Graph(Self.mixed), training: Self.settings, devices: 4)
    let run = try TrainingRun(
      program: compiler.compile(Strategy(parsing: "model(split=h)")), inference: nil, dataset: data, shuffle: true,
      training: Self.settings)
    run.start()
    run.wait()
    let saved = run.parameters()
    #expect(saved.first { $0.name == "locallyConnected1.weight" }?.shape == [9, 7, 4, 2, 3, 3])
    #expect(saved.first { $0.name == "conv1.bias" }?.shape == [2, 3, 5])
    let program = try compiler.compile(Strategy(parsing: "model(split=k)"))
    let result = try Comparison(
      program: program, reference: compiler.compileReference(of: program), dataset: data, shuffle: true,
      training: Self.settings, steps: 2, initialParameters: saved)
    #expect(result.isEqual, "\(result)")
  }
}
