import Datasets
import Machines
import Networks
import Strategies
import Testing

@testable import Scenes

@Suite struct SceneWritingTests {
  @Test(arguments: SceneLibrary.presets)
  func presetsReadBack(preset: SceneLibrary.Preset) throws {
    let scene = try Scene(yaml: preset.yaml)
    let again = try Scene(yaml: scene.yaml)
    #expect(again == scene)
    #expect(again.yaml == scene.yaml)
  }

  @Test func form() throws {
    let scene = try SceneLibrary.scene("digits-cnn")
    #expect(
      scene.yaml == """
        name: digits-cnn
        about: \(scene.about)
        network:
          input: [1, 8, 8]
          layers:
            - conv: {outputs: 16, kernel: 3, padding: same}
            - batchNorm
            - relu
            - maxPool: 2
            - flatten
            - linear: 64
            - relu
            - linear: 10
          loss: softmaxCrossEntropy
        data: {set: digits, shuffle: true}
        training: {batch: 64, epochs: 3, optimizer: sgd, momentum: 0.9, rate: 0.1, seed: 7}
        machine: {devices: 4, link: shared}
        strategy: data(exchange=ring)

        """)
  }

  @Test func randomScenesReadBack() throws {
    for seed in 0..<300 {
      var random = SceneRandom(seed: UInt64(seed))
      let scene = random.scene()
      do {
        #expect(try Scene(yaml: scene.yaml, directory: "/elsewhere") == scene, "seed \(seed)\n\(scene.yaml)")
      } catch {
        Issue.record("seed \(seed): \(error)\n\(scene.yaml)")
      }
    }
  }

  @Test func aTableOfLayersStandsInLinesOfItsOwn() throws {
    let table = "conv1 n=2 | 0 1\nlinear1 k=2 | 0 1"
    let scene = try SceneLibrary.scene("digits-cnn").applying([
      SceneOverride(path: "strategy", value: .text(table), option: "--strategy")
    ])
    #expect(scene.yaml.contains("strategy: |-\n  conv1"))
    #expect(try Scene(yaml: scene.yaml) == scene)
  }

  @Test(arguments: [
    "yes", "3", "1e5", "null", "~", "# no", "a: b", "a #b", " a", "a ", "", "line\nbreak", "tab\there", "\"quoted\"",
    "'x'",
    "é ü 漢字", "back\\slash", "-", "- a", "{a}", "[a]", "&a", "*a", "!a", "%a", "@a", "`a`", "a:", "=", "<<", "\u{7}",
    "\u{2028}",
    "0x10", "1:30", "off", "2024-01-01", "a,b", "emoji 🙂", "½ of it",
  ])
  func anyTextSurvives(text: String) throws {
    var scene = try SceneLibrary.scene("spirals")
    scene.name = text
    scene.about = text
    scene.data.source = .csv(file: "/tmp/\(text)/x")
    let again = try Scene(yaml: scene.yaml, name: "")
    #expect(again.name == text)
    #expect(again.about == text)
  }
}

/// Makes scenes that are valid, with values of every form.
private struct SceneRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func number(_ range: Range<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int((state >> 33) % UInt64(range.count))
  }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0..<values.count)] }

  mutating func fraction() -> Float { Float(number(1..<9999)) / pick([10_000, 12_345, 7e7]) }

  mutating func scene() -> Scene {
    let image = Shape.image(channels: number(1..<4), height: number(9..<20), width: number(9..<20))
    var layers = (0..<number(0..<6)).map { imageLayer($0) }
    layers += [Layer(pick([.flatten, .globalAveragePool]))]
    layers += (0..<number(0..<4)).map { _ in Layer(vectorKind()) }
    layers.append(Layer(.linear(outputs: 12, bias: pick([true, false]))))
    let batch = number(8..<65)
    return Scene(
      name: pick(["a", "my net", "x: y", "42"]), about: pick(["", "Words, and more", "two\nlines"]),
      network: Network(input: image, layers: layers, loss: pick(Loss.allCases)),
      data: DataSettings(source(image), shuffle: pick([true, false])),
      training: TrainingSettings(
        batch: batch, length: pick([.steps(number(1..<100)), .epochs(number(1..<100))]), optimizer: optimizer(),
        weightDecay: pick([0, fraction()]), rate: rate(), seed: pick([0, 7, .max])),
      microbatches: pick([nil, 1, 4]),
      machine: Machine(
        devices: number(1..<9),
        link: pick([.shared, .emulated(latencyNanoseconds: Int64(number(0..<9999)), bytesPerSecond: 1e6)])),
      strategy: pick([.serial, .data(exchange: .direct), .model(), .pipeline(schedule: .gpipe, stages: 3)]))
  }

  private mutating func imageLayer(_ ordinal: Int) -> Layer {
    let window = Window(
      kernel: Extent(number(1..<4), number(1..<4)), stride: Extent(1),
      padding: Edges(top: number(1..<3), left: number(1..<3), bottom: number(1..<3), right: number(1..<3)))
    let small = Window(kernel: Extent(number(2..<4)), stride: Extent(1), padding: Edges(1))
    let same = Window(kernel: Extent(3, 4), padding: .same(kernel: Extent(3, 4)))
    let kind: LayerKind = pick([
      .conv2d(outputs: 3, window: window, bias: false), .conv2d(outputs: 2, window: same), .maxPool(small),
      .conv2d(outputs: 2, window: same, sharing: .nowhere),
      .conv2d(outputs: 2, window: window, bias: false, sharing: .tiled(Extent(number(1..<4), 2))),
      .averagePool(small),
      .batchNorm(), .batchNorm(epsilon: fraction(), momentum: fraction()), .relu, .leakyRelu(slope: fraction()),
    ])
    return Layer(
      kind, name: pick([nil, "layer_\(ordinal)", "on\(ordinal)"]), inputs: ordinal == 0 ? pick([nil, ["input"]]) : nil)
  }

  private mutating func vectorKind() -> LayerKind {
    pick([.linear(outputs: number(1..<30)), .sigmoid, .tanh, .gelu, .dropout(rate: fraction()), .leakyRelu()])
  }

  private mutating func source(_ shape: Shape) -> DataSource {
    pick([
      .synthetic(shape: shape, classes: 12, samples: 70),
      .idx(images: "/a b/c", labels: "/l", testImages: "/t", testLabels: "/u"),
      .cifar10(files: ["/one", "/two, three"], testFiles: ["/four"]), .csv(file: "/x: y"),
    ])
  }

  private mutating func optimizer() -> Optimizer {
    pick([
      .sgd, .momentum(fraction()), .nesterov(fraction()), .adagrad(), .adagrad(epsilon: fraction()), .adam(),
      .adam(beta1: fraction(), beta2: fraction(), epsilon: fraction()),
    ])
  }

  private mutating func rate() -> RateSchedule {
    RateSchedule(
      rate: fraction(),
      shape: pick([.constant, .step(every: number(1..<9), factor: fraction()), .cosine(), .cosine(final: fraction())]),
      warmup: pick([0, number(1..<50)]))
  }
}
