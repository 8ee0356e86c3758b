/// What backward reads besides the output's gradient and what was saved: the compiler frees the rest after forward, and the
/// kernels keep to it.
extension LayerKind {
  public var backwardReadsInput: Bool {
    switch self {
    case .linear, .conv2d, .batchNorm, .gelu, .profiled: true
    // The output has the input's sign only if the slope keeps it.
    case .leakyRelu(let slope): slope < 0
    default: false
    }
  }

  public var backwardReadsOutput: Bool {
    switch self {
    case .relu, .sigmoid, .tanh: true
    case .leakyRelu(let slope): slope >= 0
    default: false
    }
  }

  public var backwardReadsParameters: Bool {
    switch self {
    case .linear, .conv2d, .batchNorm, .profiled: true
    default: false
    }
  }
}

extension LayerGeometry {
  /// Words of the buffers that forward leaves for backward: batch normalisation's mean and 1/√(variance + epsilon) per
  /// group and channel; max pooling's position of each maximum.
  public var savedWords: [Int] {
    switch kind {
    case .batchNorm: [statisticsGroups.count * output.k, statisticsGroups.count * output.k]
    case .maxPool: [output.count]
    default: []
    }
  }

  /// Words that a member of a group sends the others: two numbers per group and channel. Forward they are mean and sum of
  /// squared deviations, group by group all means before all sums; backward Σdy and Σdy·x̂.
  public var statisticsWords: Int { 2 * statisticsGroups.count * output.k }
}
