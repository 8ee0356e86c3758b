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
    case .conv2d(let outputs, let window, _):
      guard outputs > 0 else {
        throw ShapeMismatch(message: "conv needs at least one output channel, but has \(outputs)")
      }
      let extent = try windowed(input, window)
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

  private func list(_ shapes: [Shape]) -> String { shapes.map(\.description).joined(separator: ", ") }
}

extension LayerKind {
  /// The arrays that a layer of this kind keeps, in PyTorch's layouts and with PyTorch's initial values.
  func parameters(layer: String, input: Shape) -> [Parameter] {
    switch self {
    case .linear(let outputs, let bias):
      return weights(layer, [outputs, input.channels], fanIn: input.channels, bias: bias)
    case .conv2d(let outputs, let window, let bias):
      let area = window.kernel.height * window.kernel.width
      return weights(
        layer, [outputs, input.channels, window.kernel.height, window.kernel.width], fanIn: input.channels * area,
        bias: bias)
    case .batchNorm:
      let shape = [input.channels]
      return [
        Parameter(name: "\(layer).weight", role: .weight, shape: shape, initial: .constant(1)),
        Parameter(name: "\(layer).bias", role: .bias, shape: shape, initial: .constant(0)),
        Parameter(name: "\(layer).running_mean", role: .runningMean, shape: shape, initial: .constant(0)),
        Parameter(name: "\(layer).running_var", role: .runningVariance, shape: shape, initial: .constant(1)),
      ]
    case .profiled(let profile) where profile.parameterWords > 0:
      return [
        Parameter(name: "\(layer).weight", role: .weight, shape: [profile.parameterWords], initial: .constant(0))
      ]
    default:
      return []
    }
  }

  private func weights(_ layer: String, _ shape: [Int], fanIn: Int, bias: Bool) -> [Parameter] {
    let initial = Initializer.uniform(bound: 1 / Float(fanIn).squareRoot())
    let weight = Parameter(name: "\(layer).weight", role: .weight, shape: shape, initial: initial)
    let offset = Parameter(name: "\(layer).bias", role: .bias, shape: [shape[0]], initial: initial)
    return bias ? [weight, offset] : [weight]
  }
}
