import Diagnostics
import Networks

/// LeNet-5 with rectifiers, as it is commonly given for 28×28 images.
let leNet = Network(
  input: .image(channels: 1, height: 28, width: 28),
  layers: [
    Layer(.conv2d(outputs: 6, window: Window(kernel: Extent(5), padding: .same(kernel: Extent(5))))), Layer(.relu),
    Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))),
    Layer(.conv2d(outputs: 16, window: Window(kernel: Extent(5)))), Layer(.relu),
    Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))),
    Layer(.flatten), Layer(.linear(outputs: 120)), Layer(.relu), Layer(.linear(outputs: 84)), Layer(.relu),
    Layer(.linear(outputs: 10)),
  ])

/// A block with a skip connection: `relu(bn2(conv2(relu(bn1(conv1(x))))) + x)`.
let residualNet = Network(
  input: .image(channels: 4, height: 6, width: 6),
  layers: [
    Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)), bias: false)), Layer(.batchNorm()),
    Layer(.relu), Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)), bias: false)),
    Layer(.batchNorm()), Layer(.add, inputs: ["batchNorm2", "input"]), Layer(.relu, name: "out"),
    Layer(.globalAveragePool), Layer(.linear(outputs: 3)),
  ])

/// What the network's problems are, in order; empty for a sound network.
func problems(_ network: Network) -> [Diagnostic] {
  do throws(DiagnosticList) {
    _ = try Graph(network)
    return []
  } catch {
    return error.all
  }
}

/// Problems of a list of layers after an image of 2×8×8, followed by what makes the loss content.
func problems(image layers: [Layer]) -> [Diagnostic] {
  problems(
    Network(
      input: .image(channels: 2, height: 8, width: 8),
      layers: layers + [Layer(.globalAveragePool), Layer(.linear(outputs: 2))]))
}
