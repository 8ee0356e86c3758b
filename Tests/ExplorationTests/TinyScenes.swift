import Datasets
import Machines
import Networks
import Scenes
import Simulator
import Strategies

@testable import Exploration

/// Scenes that compile in a moment.
enum TinyScenes {
  static func scene(_ layers: [LayerKind], input: Int = 8, batch: Int = 8, devices: Int = 2, link: Link = .shared)
    -> Scene
  {
    Scene(
      name: "tiny", network: Network(input: .features(input), layers: layers.map { Layer($0) }),
      data: DataSettings(.synthetic(shape: .features(input), classes: 4, samples: 64)),
      training: TrainingSettings(
        batch: batch, length: .steps(3), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1),
      machine: Machine(devices: devices, link: link), strategy: .data())
  }

  static func perceptron(devices: Int = 2, link: Link = .shared) -> Scene {
    scene(
      [.linear(outputs: 32), .relu, .linear(outputs: 32), .relu, .linear(outputs: 4)], devices: devices, link: link)
  }

  /// Costs at which every choice matters: arithmetic is dear, messages are not free.
  static let forecaster = Forecaster(
    calibration: Calibration(
      machine: "a made-up one", date: "2026-01-01",
      costs: [
        "linear.forward": .init(fixed: 300, perUnit: 4), "linear.backward": .init(fixed: 500, perUnit: 4),
        "relu.forward": .init(fixed: 50, perUnit: 1), "relu.backward": .init(fixed: 50, perUnit: 1),
        "copy": .init(fixed: 20, perUnit: 0.5), "accumulate": .init(fixed: 20, perUnit: 0.7),
        "send": .init(fixed: 100, perUnit: 0), "receive": .init(fixed: 100, perUnit: 0),
        "update": .init(fixed: 50, perUnit: 2), "load": .init(fixed: 50, perUnit: 1),
        "loss": .init(fixed: 100, perUnit: 5), "runtime": .init(fixed: 5, perUnit: 0),
      ], wakeNanoseconds: 400), origin: "made-up costs", cores: 2)
}

/// Families over numbers alone: a candidate's pipeline has as many stages as its point's number, counted from 1.
enum NumberFamily {
  static func family(_ axes: [Int], prices: PriceSource? = nil) -> Family {
    Family(name: "numbers", axes: axes, prices: prices, starts: [axes.map { _ in 0 }]) { point in
      Candidate(.pipeline(stages: zip(point, axes).reduce(0) { $0 * $1.1 + $1.0 } + 1))
    }
  }

  static func point(_ candidate: Candidate, _ family: Family) -> [Int] {
    guard case .pipeline(let pipeline) = candidate.strategy else { return [] }
    return family.point((pipeline.stages ?? 1) - 1)
  }
}
