import Datasets
import Diagnostics
import Engine
import Machines
import Networks
import Simulator
import Strategies

/// One training run that `bench` takes durations from.
struct BenchWork {
  var name: String
  var network: Network
  var batch: Int
  var devices = 1
  var strategy = "serial"
  var steps = 40

  /// Steps at the start that are left out: page faults, caches and clocks settle in them.
  private static let warmup = 10

  static var all: [BenchWork] {
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
      BenchWork(name: "linear layers of 64", network: perceptron(64), batch: 32),
      BenchWork(name: "linear layers of 256", network: perceptron(256), batch: 64),
      BenchWork(name: "linear layers of 1024", network: perceptron(1024), batch: 64, steps: 25),
      BenchWork(name: "a small convolutional net", network: small, batch: 64),
      BenchWork(name: "a larger convolutional net", network: large, batch: 32, steps: 25),
      BenchWork(
        name: "exchange of gradients between 2 devices", network: perceptron(256), batch: 64, devices: 2,
        strategy: "data(exchange=ring)"),
      BenchWork(
        name: "gradients sent directly between 2 devices", network: perceptron(64), batch: 64, devices: 2,
        strategy: "data(exchange=direct)"),
    ]
  }

  /// Trains and takes every instruction's durations.
  ///
  /// - Throws: why the run is not possible, or how it failed.
  func measure() throws -> RecordedTimes {
    let training = TrainingSettings(
      batch: batch, length: .steps(steps), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.001), seed: 1)
    let program = try Compiler(graph: try Graph(network), training: training, devices: devices)
      .compile(Strategy(parsing: strategy))
    let data = DataSource.synthetic(shape: network.input, classes: 10, samples: 4 * batch)
    let run = try TrainingRun(
      program: program, inference: nil, dataset: try data.load(seed: 1), shuffle: true, training: training)
    var times = RecordedTimes(program, warmupSteps: Self.warmup)
    run.start()
    run.wait()
    let news = run.drain()
    if case .failed(let failure) = news.state { throw Failure(.runFailed, "error: the run failed: \(failure)") }
    times.add(news.trace)
    return times
  }
}
