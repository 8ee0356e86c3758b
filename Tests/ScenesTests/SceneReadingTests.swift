import Datasets
import Diagnostics
import Machines
import Networks
import Strategies
import Testing

@testable import Scenes

/// A scene whose parts tests replace.
func sceneText(
  input: String = "[1, 8, 8]", layers: [String] = ["flatten", "linear: 10"], data: String = "{set: digits}",
  training: String = "{batch: 64, epochs: 3, rate: 0.1}", rest: String = ""
) -> String {
  "network:\n  input: \(input)\n  layers:\n" + layers.map { "    - \($0)\n" }.joined()
    + "data: \(data)\ntraining: \(training)\n\(rest)\n"
}

/// The problems that reading a text finds.
func problems(_ text: String, _ overrides: [SceneOverride] = []) -> [Diagnostic] {
  do {
    _ = try Scene(yaml: text, overrides: overrides)
    return []
  } catch {
    return error.all
  }
}

@Suite struct SceneReadingTests {
  @Test func contractExample() throws {
    let scene = try Scene(yaml: SceneLibrary.preset(named: "digits-cnn").yaml)
    #expect(scene.name == "digits-cnn")
    #expect(scene.network.input == .image(channels: 1, height: 8, width: 8))
    let window = Window(kernel: Extent(3), padding: Edges(1))
    #expect(
      scene.network.layers.map(\.kind) == [
        .conv2d(outputs: 16, window: window), .batchNorm(), .relu,
        .maxPool(Window(kernel: Extent(2), stride: Extent(2))),
        .flatten, .linear(outputs: 64), .relu, .linear(outputs: 10),
      ])
    #expect(scene.data == DataSettings(.digits))
    #expect(scene.training.optimizer == .momentum(0.9))
    #expect(scene.training.length == .epochs(3))
    #expect(scene.training.seed == 7)
    #expect(scene.machine == Machine(devices: 4))
    #expect(scene.strategy == .data(exchange: .ring))
  }

  @Test(arguments: [
    (
      "conv: {outputs: 2, kernel: [3, 5], stride: [1, 2], padding: [1, 2], bias: false}",
      LayerKind.conv2d(
        outputs: 2,
        window: Window(
          kernel: Extent(3, 5), stride: Extent(1, 2), padding: Edges(top: 1, left: 2, bottom: 1, right: 2)),
        bias: false)
    ),
    (
      "conv: {outputs: 2, kernel: 2, padding: [0, 1, 2, 3]}",
      .conv2d(outputs: 2, window: Window(kernel: Extent(2), padding: Edges(top: 0, left: 1, bottom: 2, right: 3)))
    ),
    (
      "conv: {outputs: 2, kernel: 4, padding: same}",
      .conv2d(outputs: 2, window: Window(kernel: Extent(4), padding: Edges(top: 1, left: 1, bottom: 2, right: 2)))
    ),
    (
      "conv: {outputs: 2, kernel: 1, tile: 3}",
      .conv2d(outputs: 2, window: Window(kernel: Extent(1)), sharing: .tiled(Extent(3)))
    ),
    (
      "conv: {outputs: 2, kernel: 1, tile: [1, 4], bias: false}",
      .conv2d(outputs: 2, window: Window(kernel: Extent(1)), bias: false, sharing: .tiled(Extent(1, 4)))
    ),
    ("conv: {outputs: 2, kernel: 1, tile: 1}", .conv2d(outputs: 2, window: Window(kernel: Extent(1)))),
    (
      "locallyConnected: {outputs: 2, kernel: 3, padding: same}",
      .conv2d(outputs: 2, window: Window(kernel: Extent(3), padding: Edges(1)), sharing: .nowhere)
    ),
    (
      "maxPool: {size: 3, stride: 2, padding: 1}",
      .maxPool(Window(kernel: Extent(3), stride: Extent(2), padding: Edges(1)))
    ),
    ("averagePool: [2, 4]", .averagePool(Window(kernel: Extent(2, 4), stride: Extent(2, 4)))),
    ("batchNorm", .batchNorm()), ("batchNorm:", .batchNorm()),
    ("batchNorm: {epsilon: 1e-3}", .batchNorm(epsilon: 1e-3)),
    ("leakyRelu", .leakyRelu()), ("leakyRelu: 0.2", .leakyRelu(slope: 0.2)), ("dropout: 0.25", .dropout(rate: 0.25)),
    ("gelu", .gelu), ("sigmoid: {name: s}", .sigmoid),
  ])
  func layerForms(text: String, kind: LayerKind) throws {
    let scene = try Scene(yaml: sceneText(layers: [text, "flatten", "linear: 10"]))
    #expect(scene.network.layers[0].kind == kind)
  }

  @Test func namesAndInputs() throws {
    let layers = [
      "conv: {outputs: 4, kernel: 3, padding: same, name: stem}", "relu", "add: {inputs: [stem, relu1], name: sum}",
      "concat: [sum, stem]", "flatten", "linear: {outputs: 10, bias: false, inputs: [flatten1]}",
    ]
    let network = try Scene(yaml: sceneText(layers: layers)).network
    #expect(network.layers[2].inputs == ["stem", "relu1"])
    #expect(network.layers[2].name == "sum")
    #expect(network.layers[3].inputs == ["sum", "stem"])
    #expect(network.layers[5].kind == .linear(outputs: 10, bias: false))
    #expect(network.layers[3].location == SourceLocation(line: 7, column: 7))
  }

  @Test(arguments: [
    ("{batch: 8, steps: 5, rate: 0.1}", Optimizer.sgd, RateSchedule(rate: 0.1)),
    ("{batch: 8, rate: 1e-2, optimizer: sgd, momentum: 0.9, nesterov: true}", .nesterov(0.9), RateSchedule(rate: 0.01)),
    ("{batch: 8, rate: 1, optimizer: adagrad}", .adagrad(), RateSchedule(rate: 1)),
    (
      "{batch: 8, rate: {rate: 0.1, schedule: step, every: 10, factor: 0.5}, optimizer: adam, beta1: 0.8}",
      .adam(beta1: 0.8), RateSchedule(rate: 0.1, shape: .step(every: 10, factor: 0.5))
    ),
    (
      "{batch: 8, rate: {rate: 0.1, schedule: cosine, final: 0.1, warmup: 4}}", .sgd,
      RateSchedule(rate: 0.1, shape: .cosine(final: 0.1), warmup: 4)
    ),
  ])
  func trainingForms(text: String, optimizer: Optimizer, rate: RateSchedule) throws {
    let training = try Scene(yaml: sceneText(training: text)).training
    #expect(training.optimizer == optimizer)
    #expect(training.rate == rate)
  }

  @Test func defaults() throws {
    let scene = try Scene(yaml: sceneText(training: "{batch: 8, rate: 0.1}"), name: "mine")
    #expect(scene.name == "mine")
    #expect(scene.strategy == .serial)
    #expect(scene.machine == Machine(devices: 1))
    #expect(scene.training.length == .epochs(1))
    #expect(scene.microbatches == nil)
    #expect(scene.data.shuffle)
  }

  @Test func pathsAreRelativeToTheScene() throws {
    let text = sceneText(data: "{set: idx, images: a/images.gz, labels: /data/labels, shuffle: no}")
    let scene = try Scene(yaml: text, directory: "/home/me/scenes")
    #expect(
      scene.data == DataSettings(.idx(images: "/home/me/scenes/a/images.gz", labels: "/data/labels"), shuffle: false))
  }

  @Test func linkAndMicrobatches() throws {
    let rest = "machine: {devices: 2, link: \"20us,1GB/s\"}\nstrategy: pipeline(schedule=gpipe)"
    let scene = try Scene(yaml: sceneText(training: "{batch: 8, microbatches: 4, rate: 0.1}", rest: rest))
    #expect(scene.microbatches == 4)
    #expect(scene.machine.link == .emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e9))
    #expect(scene.strategy == .pipeline(schedule: .gpipe))
  }
}
