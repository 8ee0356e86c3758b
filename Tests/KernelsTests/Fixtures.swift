import Foundation
import Networks

/// Reference numbers, written by `Fixtures/generate.py`.
enum Fixtures {
  static func load<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    let url = Bundle.module.resourceURL!.appendingPathComponent("Fixtures/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: url))
  }
}

/// One layer with its operands, its output and every gradient.
struct LayerFixture: Decodable, CustomStringConvertible {
  struct Description: Decodable {
    var kind: String
    var outputs: Int?
    var bias: Bool?
    var kernel: [Int]?
    var stride: [Int]?
    var padding: [Int]?
    var slope: Float?
    var epsilon: Float?
    var momentum: Float?
    var groups: [Int]?
    var updates: [Bool]?
    var inference: Bool?
  }

  var name: String
  var layer: Description
  var inputs: [[Int]]
  var output: [Int]
  var x: [[Float]]
  var parameters: [[Float]]
  var states: [[Float]]
  var y: [Float]
  var dy: [Float]
  var dx: [[Float]]
  var dparameters: [[Float]]
  var statesAfter: [[Float]]

  var description: String { name }

  var geometry: LayerGeometry {
    let output = extent(output)
    return LayerGeometry(
      kind: kind, inputs: inputs.map(extent), output: output,
      wholeOutput: .image(channels: output.k, height: output.h, width: output.w), statisticsGroups: layer.groups,
      updatesRunningStatistics: layer.updates)
  }

  private func extent(_ sizes: [Int]) -> Extent4 { Extent4(n: sizes[0], k: sizes[1], h: sizes[2], w: sizes[3]) }

  private var window: Window {
    let (kernel, stride, edges) = (layer.kernel!, layer.stride!, layer.padding!)
    return Window(
      kernel: Extent(kernel[0], kernel[1]), stride: Extent(stride[0], stride[1]),
      padding: Edges(top: edges[0], left: edges[1], bottom: edges[2], right: edges[3]))
  }

  private var kind: LayerKind {
    switch layer.kind {
    case "linear": .linear(outputs: layer.outputs!, bias: layer.bias!)
    case "conv2d": .conv2d(outputs: layer.outputs!, window: window, bias: layer.bias!)
    case "maxPool": .maxPool(window)
    case "averagePool": .averagePool(window)
    case "globalAveragePool": .globalAveragePool
    case "batchNorm": .batchNorm(epsilon: layer.epsilon!, momentum: layer.momentum!)
    case "relu": .relu
    case "leakyRelu": .leakyRelu(slope: layer.slope!)
    case "sigmoid": .sigmoid
    case "tanh": .tanh
    case "gelu": .gelu
    case "flatten": .flatten
    case "add": .add
    case "concat": .concat
    default: fatalError("a fixture of kind \(layer.kind)")
    }
  }
}

struct LossFixture: Decodable {
  var loss: String
  var samples: Int
  var outputs: Int
  var batch: Int
  var logits: [Float]
  var targets: [Float]
  var lossSum: Double
  var correct: Int
  var gradient: [Float]
}

struct OptimizerFixture: Decodable {
  var kind: String
  var momentum: Float?
  var weightDecay: Float
  var rates: [Float]
  var start: [Float]
  var gradients: [[Float]]
  var after: [[Float]]

  var optimizer: Optimizer {
    switch kind {
    case "sgd": .sgd
    case "momentum": .momentum(momentum!)
    case "nesterov": .nesterov(momentum!)
    case "adagrad": .adagrad()
    case "adam": .adam()
    default: fatalError("a fixture of kind \(kind)")
    }
  }
}

struct TrainingFixture: Decodable {
  var x: [Float]
  var labels: [Float]
  var parameters: [[Float]]
  var losses: [Double]
  var runningMean: [Float]
  var runningVariance: [Float]
  var after: [[Float]]
}
