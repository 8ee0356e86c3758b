import Networks
import Programs
import Strategies
import Testing

/// Cuts in rows and columns where padding reaches past the kernel, so that some devices' windows read nothing but padding.
@Suite struct PaddingTransparencyTests {
  /// Kernels smaller than their padding, of even and odd size, with strides, all kinds of sharing, and pools between them.
  private static let reaching = Network(
    input: .image(channels: 2, height: 4, width: 3),
    layers: [
      Layer(.conv2d(outputs: 3, window: Window(kernel: Extent(1), padding: Edges(2)))), Layer(.tanh),
      Layer(
        .conv2d(
          outputs: 4, window: Window(kernel: Extent(2), stride: Extent(2, 1), padding: Edges(top: 3, bottom: 2)),
          sharing: .tiled(Extent(2, 2)))),
      Layer(.sigmoid),
      Layer(.maxPool(Window(kernel: Extent(2, 3), stride: Extent(1), padding: Edges(1)))),
      Layer(
        .conv2d(
          outputs: 2, window: Window(kernel: Extent(3, 2), padding: Edges(top: 5, left: 4, bottom: 4, right: 3)),
          sharing: .nowhere)),
      Layer(.averagePool(Window(kernel: Extent(4, 2), stride: Extent(2, 1), padding: Edges(top: 2, left: 1)))),
      Layer(.flatten), Layer(.linear(outputs: 5)),
    ])

  @Test(arguments: [2, 3, 4, 6, 8], ["model(split=h)", "model(split=w)", "grid(split=h)", "grid(split=w)"])
  func everyCutTrainsWhatSerialTrainingDoes(devices: Int, strategy: String) throws {
    try TransparencyTests.check(Strategy(parsing: strategy), Self.reaching, devices: devices, steps: 4)
  }

  /// Two pixels square, one of padding, a kernel of one: the first and the last of four devices have a row of padding alone.
  @Test func rowsOfPaddingAlone() throws {
    let network = Network(
      input: .image(channels: 1, height: 2, width: 2),
      layers: [
        Layer(.conv2d(outputs: 1, window: Window(kernel: Extent(1), padding: Edges(1)))), Layer(.flatten),
        Layer(.linear(outputs: 5)),
      ])
    try TransparencyTests.check(.model(split: .h), network, devices: 4, batch: 4, steps: 4)
  }

  /// A layer's several operands are read in different ways, however many there are and whoever else reads them.
  @Test func manyOperandsAreToldApart() throws {
    let network = Network(
      input: .image(channels: 2, height: 3, width: 3),
      layers: [
        Layer(.conv2d(outputs: 2, window: Window(kernel: Extent(1))), name: "stem"),
        Layer(.concat, name: "both", inputs: Array(repeating: "stem", count: 65)),
        Layer(
          .conv2d(outputs: 130, window: Window(kernel: Extent(3), padding: Edges(1))), name: "side", inputs: ["stem"]),
        Layer(.add, name: "sum", inputs: ["both", "side"]), Layer(.globalAveragePool), Layer(.linear(outputs: 5)),
      ])
    for split in [ModelSplit.k, .h] {
      try TransparencyTests.check(.model(split: split), network, devices: 2, batch: 5, steps: 2)
    }
  }
}
