import Datasets
import Diagnostics
import Foundation
import Machines
import Networks
import Programs
import Scenes
import Strategies

/// One training run that `bench` takes durations from.
struct BenchWork {
  var name: String
  var network: Network
  var training: TrainingSettings
  var devices = 1
  var strategy = "serial"
  var shuffle = true
  var load: () throws -> Dataset

  /// Small networks with all kinds of layers, for the lines of sizes that no scene has.
  static var kinds: [BenchWork] {
    let same = Edges(1)
    func conv(_ outputs: Int) -> Layer {
      Layer(.conv2d(outputs: outputs, window: Window(kernel: Extent(3), padding: same)))
    }
    let pool = Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2))))
    func perceptron(_ width: Int) -> Network {
      Network(
        input: .features(width),
        layers: [
          Layer(.linear(outputs: width)), Layer(.relu), Layer(.linear(outputs: width)), Layer(.tanh),
          Layer(.linear(outputs: width / 2)), Layer(.sigmoid), Layer(.linear(outputs: width / 4)), Layer(.gelu),
          Layer(.linear(outputs: 10)),
        ])
    }
    let small = Network(
      input: .image(channels: 1, height: 8, width: 8),
      layers: [
        conv(16), Layer(.batchNorm()), Layer(.relu), pool, conv(32), Layer(.relu), Layer(.flatten),
        Layer(.linear(outputs: 64)), Layer(.relu), Layer(.linear(outputs: 10)),
      ])
    let large = Network(
      input: .image(channels: 3, height: 32, width: 32),
      layers: [
        conv(16), Layer(.batchNorm()), Layer(.relu), pool, conv(32), Layer(.batchNorm()),
        Layer(.leakyRelu()), pool, conv(64), Layer(.relu), conv(64), Layer(.dropout()),
        Layer(.averagePool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.globalAveragePool),
        Layer(.linear(outputs: 10)),
      ])
    return [
      BenchWork("linear layers of 64", perceptron(64), batch: 32),
      BenchWork("linear layers of 256", perceptron(256), batch: 64),
      BenchWork("linear layers of 1024", perceptron(1024), batch: 64),
      BenchWork("a small convolutional net", small, batch: 64),
      BenchWork("a larger convolutional net", large, batch: 32),
      BenchWork("a sum around a ring", perceptron(256), batch: 64, devices: 2, strategy: "data(exchange=ring)"),
      BenchWork("gradients sent directly", perceptron(64), batch: 64, devices: 2, strategy: "data(exchange=direct)"),
    ]
  }

  /// Scenes that are measured where nobody names others.
  static let scenes = ["bench-lenet", "bench-mlp", "bench-vgg", "digits-cnn", "digits-mlp"]

  /// A scene on one device with the parts of its batch that 1, 2 and 4 devices have, and on as many devices as there are
  /// cores under the strategies that suit any network. What cannot be compiled for the scene is left out when it is measured.
  static func works(of scene: Scene, cores: Int) -> [BenchWork] {
    func work(_ name: String, batch: Int, devices: Int = 1, strategy: String = "serial") -> BenchWork {
      var training = scene.training
      training.batch = batch
      return BenchWork(
        name: "\(scene.name), \(name)", network: scene.network, training: training, devices: devices,
        strategy: strategy, shuffle: scene.data.shuffle, load: { try scene.loadDataset() })
    }
    let batch = scene.training.batch
    let alone = [1, 2, 4].filter { batch % $0 == 0 }
      .map { work("1 device, batch \(batch / $0)", batch: batch / $0) }
    let together = [2, 4].filter { $0 <= cores }.flatMap { devices in
      Self.strategies.map { work("\(devices) devices, \($0)", batch: batch, devices: devices, strategy: $0) }
    }
    return alone + together
  }

  private static let strategies = [
    "data(exchange=ring)", "data(exchange=direct)", "data(exchange=server)", "data(exchange=ring, shard=parameters)",
    "model(split=k)", "model(split=c)", "model(split=h)", "model(split=w)", "redundant(construction=b)",
    "pipeline(schedule=gpipe)", "pipeline(schedule=1f1b)", "pipeline(schedule=zb-h1)", "pipeline(schedule=interleaved)",
    "pipeline(schedule=chimera)",
  ]

  private init(_ name: String, _ network: Network, batch: Int, devices: Int = 1, strategy: String = "serial") {
    self.init(
      name: name, network: network,
      training: TrainingSettings(
        batch: batch, length: .steps(1), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.001), seed: 1),
      devices: devices, strategy: strategy,
      load: { try DataSource.synthetic(shape: network.input, classes: 10, samples: 4 * batch).load(seed: 1) })
  }

  private init(
    name: String, network: Network, training: TrainingSettings, devices: Int, strategy: String, shuffle: Bool = true,
    load: @escaping () throws -> Dataset
  ) {
    self.name = name
    self.network = network
    self.training = training
    self.devices = devices
    self.strategy = strategy
    self.shuffle = shuffle
    self.load = load
  }

  /// The work ready to be measured; nil where the strategy does not suit the network.
  ///
  /// - Throws: what is wrong with the network.
  func prepare() throws -> BenchRun? {
    var training = training
    training.length = .steps(BenchRun.mostSteps)
    let compiler = Compiler(graph: try Graph(network), training: training, devices: devices)
    guard let program = try? compiler.compile(Strategy(parsing: strategy)) else { return nil }
    return BenchRun(name: name, program: program, training: training, shuffle: shuffle, load: load)
  }
}
