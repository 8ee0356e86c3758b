import Diagnostics

extension Graph.Node {
  /// Floating-point operations of one sample's forward pass: 2 per multiply-add for linear and convolution layers, one per
  /// word read for pools, one per word written for element-wise layers, and 8 per word for batch normalisation (two passes
  /// for the statistics, one to normalise).
  public var forwardFlops: Int {
    let output = outputShape.count
    switch kind {
    case .linear: return 2 * inputShapes[0].channels * output
    case .conv2d(_, let window, _, _):
      return 2 * inputShapes[0].channels * window.kernel.height * window.kernel.width * output
    case .maxPool(let window), .averagePool(let window): return window.kernel.height * window.kernel.width * output
    case .globalAveragePool: return inputShapes[0].count
    case .batchNorm: return 8 * output
    case .flatten, .concat, .heads: return 0
    case .add: return (inputShapes.count - 1) * output
    case .relu, .leakyRelu, .sigmoid, .tanh, .gelu, .dropout, .junction: return output
    case .profiled: return 0
    }
  }

  /// Floating-point operations of one sample's backward pass: the gradients of input and of weight each cost as much as
  /// forward; a layer that reads only the network's input needs no input gradient.
  public var backwardFlops: Int {
    let needsInputGradient = inputs.contains { $0 != Graph.networkInput }
    switch kind {
    case .linear, .conv2d: return forwardFlops * (needsInputGradient ? 2 : 1)
    default: return needsInputGradient ? forwardFlops : 0
    }
  }

  /// What the layer weighs when layers are shared out evenly: operations and output words of one sample; of a measured
  /// layer its time, at ten operations a nanosecond.
  public var balanceCost: Int {
    guard let profile = kind.profile else { return forwardFlops + backwardFlops + outputShape.count }
    let milliseconds =
      profile.forwardMilliseconds + profile.backwardInputMilliseconds + profile.backwardWeightMilliseconds
    return Int(saturating: min(milliseconds * 1e7, 1e15))
  }

  /// Bytes of one sample's output in float32.
  public var activationBytes: Int { 4 * outputShape.count }
}

extension Graph {
  /// Floating-point operations of one sample's forward and backward pass.
  public var flopsPerSample: Int { nodes.reduce(0) { $0 + $1.forwardFlops + $1.backwardFlops } }
}
