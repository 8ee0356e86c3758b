import Networks

/// Networks that exercise every kind of junction: chains, images, branches.
enum SampleNetworks {
  static let perceptron = try! Graph(
    Network(
      input: .features(7),
      layers: [
        Layer(.linear(outputs: 13)), Layer(.relu), Layer(.linear(outputs: 9, bias: false)), Layer(.tanh),
        Layer(.linear(outputs: 5)),
      ]))

  static let convolutional = try! Graph(
    Network(
      input: .image(channels: 2, height: 7, width: 6),
      layers: [
        Layer(.conv2d(outputs: 5, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.batchNorm()),
        Layer(.relu),
        Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))),
        Layer(.conv2d(outputs: 6, window: Window(kernel: Extent(2), stride: Extent(1)))), Layer(.relu), Layer(.flatten),
        Layer(.linear(outputs: 4)),
      ]))

  static let residual = try! Graph(
    Network(
      input: .image(channels: 3, height: 5, width: 5),
      layers: [
        Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1))), name: "stem"),
        Layer(.relu, name: "trunk"),
        Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1))), name: "branch"),
        Layer(.batchNorm(), name: "norm"),
        Layer(.add, name: "sum", inputs: ["trunk", "norm"]),
        Layer(.conv2d(outputs: 3, window: Window(kernel: Extent(1))), name: "side", inputs: ["trunk"]),
        Layer(.concat, name: "both", inputs: ["sum", "side"]),
        Layer(.globalAveragePool), Layer(.linear(outputs: 6)),
      ]))

  static let all = [("perceptron", perceptron), ("convolutional", convolutional), ("residual", residual)]
}
