import Diagnostics
import Networks
import Testing

@Suite struct GraphDiagnosticsTests {
  /// One bad layer after an image of 2×8×8 and words of the one complaint.
  static let badLayers: [(Layer, String)] = [
    (Layer(.linear(outputs: 3), name: "x"), "layer 'x': linear needs a feature vector, but its input is 2×8×8"),
    (Layer(.conv2d(outputs: 0, window: Window(kernel: Extent(3)))), "at least one output channel, but has 0"),
    (Layer(.conv2d(outputs: 1, window: Window(kernel: Extent(9)))), "a 9×9 window does not fit into 8×8"),
    (Layer(.conv2d(outputs: 1, window: Window(kernel: Extent(0)))), "kernel and stride of conv are at least 1"),
    (
      Layer(.conv2d(outputs: 1, window: Window(kernel: Extent(1), stride: Extent(0)))),
      "kernel and stride of conv are at least 1"
    ),
    (
      Layer(.conv2d(outputs: 1, window: Window(kernel: Extent(1), padding: Edges(-1)))),
      "padding of conv cannot be negative"
    ),
    (Layer(.conv2d(outputs: 1, window: Window(kernel: Extent(.max)))), "are at most 1048576"),
    (Layer(.conv2d(outputs: 1 << 40, window: Window(kernel: Extent(1)))), "is too large"),
    (Layer(.conv2d(outputs: .max, window: Window(kernel: Extent(1)))), "is too large"),
    (
      Layer(.maxPool(Window(kernel: Extent(3), stride: Extent(1), padding: Edges(2)))),
      "padding of a pool is at most half its window"
    ),
    (Layer(.averagePool(Window(kernel: Extent(10)))), "a 10×10 window does not fit into 8×8"),
    (Layer(.dropout(rate: 1)), "the rate of dropout is in 0..<1, but is 1.0"),
    (Layer(.dropout(rate: -0.1)), "the rate of dropout is in 0..<1"),
    (Layer(.dropout(rate: .nan)), "the rate of dropout is in 0..<1"),
    (Layer(.batchNorm(epsilon: 0)), "batchNorm needs epsilon > 0"),
    (Layer(.batchNorm(momentum: 2)), "momentum in 0...1"),
    (Layer(.add), "add needs two or more inputs"),
    (Layer(.concat), "concat needs two or more inputs"),
    (Layer(.relu, inputs: ["input", "input"]), "relu reads one input, but 2 are named"),
    (Layer(.relu, inputs: []), "has an empty list of inputs"),
    (Layer(.relu, inputs: ["nobody"]), "reads 'nobody', which is no layer"),
    (Layer(.relu, inputs: ["linear1"]), "reads 'linear1', which comes later"),
    (Layer(.relu, inputs: ["relu1"]), "reads 'relu1', which comes later"),
    (Layer(.relu, name: "input"), "a layer cannot be called 'input'"),
    (Layer(.relu, name: "loss"), "a layer cannot be called 'loss'"),
    (Layer(.relu, name: "linear1"), "two layers are called 'linear1'"),
    (Layer(.relu, name: "a b"), "'a b' cannot be a layer's name"),
    (Layer(.relu, name: ""), "'' cannot be a layer's name"),
  ]

  @Test(arguments: badLayers.indices) func aBadLayerIsRefusedOnce(index: Int) {
    let (layer, words) = Self.badLayers[index]
    let found = problems(image: [layer])
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.message.contains(words) == true, "\(found)")
  }

  @Test func vectorsAreRefusedWhereImagesAreNeeded() {
    let window = Window(kernel: Extent(2))
    for kind in [
      LayerKind.conv2d(outputs: 1, window: window), .maxPool(window), .averagePool(window), .globalAveragePool,
    ] {
      let found = problems(Network(input: .features(4), layers: [Layer(kind)]))
      #expect(found.count == 1)
      #expect(found.first?.message.contains("\(kind.name) needs an image, but its input is") == true, "\(found)")
    }
  }

  @Test func inputsOfOneLayerHaveToAgree() {
    let layers = [
      Layer(.conv2d(outputs: 2, window: Window(kernel: Extent(3)))),
      Layer(.add, name: "sum", inputs: ["conv1", "input"]),
      Layer(.concat, name: "side", inputs: ["conv1", "input"]),
    ]
    #expect(
      problems(image: layers).map(\.message) == [
        "layer 'sum': add needs inputs of one shape, but got 2×6×6, 2×8×8",
        "layer 'side': concat needs inputs of one height and width, but got 2×6×6, 2×8×8",
      ])
  }

  @Test func allProblemsComeAtOnceWithTheirPlaces() {
    let network = Network(
      input: .image(channels: 1, height: 4, width: 4),
      layers: [
        Layer(.linear(outputs: 3), location: SourceLocation(file: "s.yaml", line: 5, column: 7), path: "net[0]"),
        Layer(.relu), Layer(.maxPool(Window(kernel: Extent(5))), inputs: ["input"]),
        Layer(.dropout(rate: 3), inputs: ["input"]), Layer(.tanh, inputs: ["ghost"]),
      ])
    let found = problems(network)
    #expect(found.map(\.path) == ["net[0]", "network.layers[2]", "network.layers[3]", "network.layers[4]"])
    #expect(found[0].location == SourceLocation(file: "s.yaml", line: 5, column: 7))
    #expect(found[3].hint == "known here: input, linear1, relu1, maxPool1, dropout1")
  }

  @Test func aNetworkNeedsLayers() {
    #expect(problems(Network(input: .features(2), layers: [])).map(\.message) == ["the network has no layers"])
  }

  @Test(arguments: [(0, 8, 8), (2, 0, 8), (-1, -1, 1), (1 << 20, 1 << 20, 1 << 20), (.max, .max, .max)])
  func anImpossibleInputIsRefusedAlone(channels: Int, height: Int, width: Int) {
    let input = Shape.image(channels: channels, height: height, width: width)
    let found = problems(Network(input: input, layers: [Layer(.flatten), Layer(.linear(outputs: 2))]))
    #expect(found.map(\.path) == ["network.input"])
  }

  @Test func theLossNeedsAVector() {
    let found = problems(Network(input: .image(channels: 1, height: 2, width: 2), layers: [Layer(.relu)]))
    #expect(
      found.map(\.message) == ["the loss needs a feature vector, but the last layer 'relu1' gives 1×2×2"])
  }

  @Test func anOutputThatNobodyReadsIsRefused() {
    let found = problems(
      Network(
        input: .features(2),
        layers: [Layer(.relu), Layer(.tanh, inputs: ["input"]), Layer(.linear(outputs: 2), inputs: ["relu1"])]))
    #expect(found.map(\.message) == ["nothing reads the output of layer 'tanh1'"])
    #expect(found.map(\.path) == ["network.layers[1]"])
  }

  @Test func workThatCannotBeCountedIsRefused() {
    let wide = Shape.features(1 << 30)
    let found = problems(Network(input: wide, layers: [Layer(.linear(outputs: 1 << 30))]))
    #expect(found.count == 1)
    #expect(found.first?.message == "layer 'linear1': linear from 1073741824 to 1073741824 is too large")
  }
}
