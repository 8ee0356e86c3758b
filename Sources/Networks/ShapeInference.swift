/// Why a layer cannot stand where it stands.
struct ShapeMismatch: Error {
  var message: String
  var hint: String?
}

extension LayerKind {
  /// The output of one sample. `inputs` is not empty.
  func outputShape(from inputs: [Shape]) throws(ShapeMismatch) -> Shape {
    let input = inputs[0]
    switch self {
    case .add:
      guard inputs.count >= 2 else {
        throw ShapeMismatch(message: "add needs two or more inputs", hint: "name them: inputs: [a, b]")
      }
      guard inputs.allSatisfy({ $0 == input }) else {
        throw ShapeMismatch(message: "add needs inputs of one shape, but got \(list(inputs))")
      }
      return input
    case .concat:
      guard inputs.count >= 2 else {
        throw ShapeMismatch(message: "concat needs two or more inputs", hint: "name them: inputs: [a, b]")
      }
      guard inputs.allSatisfy({ $0.height == input.height && $0.width == input.width && $0.isImage == input.isImage })
      else { throw ShapeMismatch(message: "concat needs inputs of one height and width, but got \(list(inputs))") }
      var output = input
      output.channels = inputs.reduce(0) { $0 + $1.channels }
      return output
    case .heads(let copies):
      guard inputs.count == copies, inputs.allSatisfy({ $0 == input }) else {
        throw ShapeMismatch(message: "the \(copies) heads of a tree have one shape, but got \(list(inputs))")
      }
      var output = input
      output.channels = copies * input.channels
      return output
    default:
      guard inputs.count == 1 else {
        throw ShapeMismatch(
          message: "\(name) reads one input, but \(inputs.count) are named", hint: "only add and concat read several")
      }
    }
    switch self {
    case .linear(let outputs, _):
      guard !input.isImage else {
        throw ShapeMismatch(
          message: "linear needs a feature vector, but its input is \(input)",
          hint: "put flatten or globalAveragePool before it")
      }
      guard outputs > 0 else { throw ShapeMismatch(message: "linear needs at least one output, but has \(outputs)") }
      return .features(outputs)
    case .conv2d(let outputs, let window, _, let sharing):
      guard outputs > 0 else {
        throw ShapeMismatch(message: "\(name) needs at least one output channel, but has \(outputs)")
      }
      let extent = try windowed(input, window)
      if case .tiled(let tile) = sharing { try check(tile, on: extent) }
      return .image(channels: outputs, height: extent.height, width: extent.width)
    case .maxPool(let window), .averagePool(let window):
      let extent = try windowed(input, window)
      guard
        max(window.padding.top, window.padding.bottom) * 2 <= window.kernel.height,
        max(window.padding.left, window.padding.right) * 2 <= window.kernel.width
      else { throw ShapeMismatch(message: "padding of a pool is at most half its window") }
      return .image(channels: input.channels, height: extent.height, width: extent.width)
    case .globalAveragePool:
      guard input.isImage else {
        throw ShapeMismatch(message: "globalAveragePool needs an image, but its input is \(input)")
      }
      return .features(input.channels)
    case .flatten:
      return .features(input.count)
    case .dropout(let rate):
      guard rate >= 0, rate < 1 else { throw ShapeMismatch(message: "the rate of dropout is in 0..<1, but is \(rate)") }
      return input
    case .profiled(let profile):
      try profile.check()
      return .features(profile.outputWords)
    case .batchNorm(let epsilon, let momentum):
      guard epsilon > 0, epsilon.isFinite, momentum >= 0, momentum <= 1 else {
        throw ShapeMismatch(
          message: "batchNorm needs epsilon > 0 and momentum in 0...1, but has \(epsilon) and \(momentum)")
      }
      return input
    default:
      return input
    }
  }

  private func windowed(_ input: Shape, _ window: Window) throws(ShapeMismatch) -> Extent {
    guard input.isImage else {
      throw ShapeMismatch(
        message: "\(name) needs an image, but its input is a vector of \(input) features",
        hint: "move it before flatten, or give the network an input of [channels, height, width]")
    }
    let sides = [
      window.kernel.height, window.kernel.width, window.stride.height, window.stride.width, window.padding.top,
      window.padding.left, window.padding.bottom, window.padding.right,
    ]
    guard sides.allSatisfy({ $0 <= SizeLimit.windowSide }) else {
      throw ShapeMismatch(message: "kernel, stride and padding of \(name) are at most \(SizeLimit.windowSide)")
    }
    guard sides[4...].allSatisfy({ $0 >= 0 }) else {
      throw ShapeMismatch(message: "padding of \(name) cannot be negative")
    }
    guard window.kernel.height > 0, window.kernel.width > 0, window.stride.height > 0, window.stride.width > 0 else {
      throw ShapeMismatch(message: "kernel and stride of \(name) are at least 1")
    }
    let extent = window.outputExtent(input.height, input.width)
    guard extent.height > 0, extent.width > 0 else {
      throw ShapeMismatch(
        message:
          "a \(window.kernel.height)×\(window.kernel.width) window does not fit into \(input.height)×\(input.width)",
        hint: "use a smaller kernel, more padding or fewer pools before it")
    }
    return extent
  }

  private func check(_ tile: Extent, on output: Extent) throws(ShapeMismatch) {
    guard tile.height > 0, tile.width > 0 else {
      throw ShapeMismatch(
        message: "the tile of \(name) is at least 1×1, but is \(tile.height)×\(tile.width)",
        hint: "tile 1 has the same filters at all positions")
    }
    guard tile.height <= output.height, tile.width <= output.width else {
      throw ShapeMismatch(
        message: "a tile of \(tile.height)×\(tile.width) is larger than the output of \(output.height)×\(output.width)",
        hint: "locallyConnected has filters of its own at every position, whatever the size")
    }
  }

  private func list(_ shapes: [Shape]) -> String { shapes.map(\.description).joined(separator: ", ") }
}

extension LayerKind {
  /// The arrays that a layer of this kind keeps, in PyTorch's layouts and with PyTorch's initial values; untied filters
  /// stand behind one another in the layout that one of them would have (``Parameter/shape``).
  func parameters(layer: String, input: Shape, output: Shape) -> [Parameter] {
    switch self {
    case .linear(let outputs, let bias):
      return weights(layer, (axes: [], shape: []), outputs, (axes: [.inputs], shape: [input.channels]), bias: bias)
    case .conv2d(let outputs, let window, let bias, let sharing):
      let filters = sharing.filters(of: Extent(output.height, output.width))
      return weights(
        layer, sharing == .everywhere ? ([], []) : ([.rows, .columns], [filters.height, filters.width]), outputs,
        ([.inputs, .kernel, .kernel], [input.channels, window.kernel.height, window.kernel.width]), bias: bias)
    case .batchNorm:
      func perChannel(_ role: Parameter.Role, _ value: Float) -> Parameter {
        Parameter(
          name: "\(layer).\(role.rawValue)", role: role, axes: [.outputs], shape: [input.channels],
          initial: .constant(value))
      }
      return [
        perChannel(.weight, 1), perChannel(.bias, 0), perChannel(.runningMean, 0), perChannel(.runningVariance, 1),
      ]
    case .profiled(let profile) where profile.parameterWords > 0:
      return [
        Parameter(
          name: "\(layer).weight", role: .weight, axes: [.whole], shape: [profile.parameterWords],
          initial: .constant(0))
      ]
    default:
      return []
    }
  }

  /// Weight and bias: `positions` of filters in front, then the outputs, and for the weight what each output reads.
  private func weights(
    _ layer: String, _ positions: (axes: [Parameter.Axis], shape: [Int]), _ outputs: Int,
    _ read: (axes: [Parameter.Axis], shape: [Int]), bias: Bool
  ) -> [Parameter] {
    let initial = Initializer.uniform(bound: 1 / Float(read.shape.reduce(1, *)).squareRoot())
    let (axes, shape) = (positions.axes + [.outputs], positions.shape + [outputs])
    let weight = Parameter(
      name: "\(layer).weight", role: .weight, axes: axes + read.axes, shape: shape + read.shape, initial: initial)
    let offset = Parameter(name: "\(layer).bias", role: .bias, axes: axes, shape: shape, initial: initial)
    return bias ? [weight, offset] : [weight]
  }
}
