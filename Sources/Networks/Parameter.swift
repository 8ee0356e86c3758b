/// One array of numbers that a layer keeps from step to step.
public struct Parameter: Hashable, Sendable {
  /// What the array is to its layer; decides initial value and whether the optimizer touches it.
  public enum Role: String, Hashable, Sendable {
    case weight
    case bias
    case runningMean = "running_mean"
    case runningVariance = "running_var"
  }

  /// The name on disk: `LAYER.weight`, `LAYER.bias`, `LAYER.running_mean`, `LAYER.running_var`.
  public var name: String
  public var role: Role
  /// PyTorch's layout: `[out, in]`, `[out, in, kh, kw]` or `[channels]`. The first axis is the layer's `k`, the second its `c`.
  public var shape: [Int]
  /// How it starts.
  public var initial: Initializer

  /// Words.
  public var count: Int { shape.reduce(1, *) }
  /// True for what the optimizer updates; running statistics are state, not learned.
  public var isLearned: Bool { role == .weight || role == .bias }
}

/// How a parameter starts.
public enum Initializer: Hashable, Sendable {
  case constant(Float)
  /// Uniform in ±bound. PyTorch's default for linear and convolution layers is bound = 1/√fan-in for weight and bias
  /// (Kaiming uniform with a = √5).
  case uniform(bound: Float)
}
