import Networks

/// The networks whose training is timed.
enum BenchmarkNetworks {
  static let names = ["mlp", "lenet", "vgg", "shared", "tiled", "untied"]

  static func network(_ name: String) -> Network? {
    switch name {
    case "mlp":
      Network(
        input: .features(784),
        layers: [.linear(outputs: 1024), .relu, .linear(outputs: 1024), .relu, .linear(outputs: 10)].map { Layer($0) })
    case "lenet":
      Network(
        input: .image(channels: 1, height: 28, width: 28),
        layers: [
          convolution(16, 5), .relu, pool, convolution(32, 5), .relu, pool, .flatten, .linear(outputs: 128), .relu,
          .linear(outputs: 10),
        ].map { Layer($0) })
    case "vgg":
      Network(
        input: .image(channels: 3, height: 32, width: 32),
        layers: ([32, 64].flatMap { outputs -> [LayerKind] in
          let block: [LayerKind] = [convolution(outputs, 3), .batchNorm(), .relu]
          return block + block + [pool]
        } + [.flatten, .linear(outputs: 256), .relu, .linear(outputs: 10)]).map { Layer($0) })
    // The same arithmetic with filters shared by all positions, by every second one, and by none.
    case "shared": sharing(.everywhere)
    case "tiled": sharing(.tiled(Extent(2)))
    case "untied": sharing(.nowhere)
    default: nil
    }
  }

  private static func sharing(_ sharing: FilterSharing) -> Network {
    let window = Window(kernel: Extent(3), padding: .same(kernel: Extent(3)))
    let layer = LayerKind.conv2d(outputs: 16, window: window, sharing: sharing)
    return Network(
      input: .image(channels: 3, height: 32, width: 32),
      layers: [layer, .relu, layer, .relu, pool, .flatten, .linear(outputs: 10)].map { Layer($0) })
  }

  private static let pool = LayerKind.maxPool(Window(kernel: Extent(2), stride: Extent(2)))

  private static func convolution(_ outputs: Int, _ side: Int) -> LayerKind {
    .conv2d(outputs: outputs, window: Window(kernel: Extent(side), padding: .same(kernel: Extent(side))))
  }
}
