/// One array of numbers that a layer keeps from step to step.
public struct Parameter: Hashable, Sendable {
  /// What the array is to its layer; decides initial value and whether the optimizer touches it.
  public enum Role: String, Hashable, Sendable {
    case weight
    case bias
    case runningMean = "running_mean"
    case runningVariance = "running_var"
  }

  /// What an axis of the array counts; decides which part of it belongs to a part of the layer's work.
  public enum Axis: Hashable, Sendable {
    /// Rows of different filters: output row modulo tile, or the output row itself where nothing is shared.
    case rows
    /// The same for columns.
    case columns
    /// The layer's output channels or neurons, `k`.
    case outputs
    /// Its input channels or neurons, `c`.
    case inputs
    /// Taps of the kernel, which nothing cuts.
    case kernel
    /// What is not known, and so not cut.
    case whole
  }

  /// The name on disk: `LAYER.weight`, `LAYER.bias`, `LAYER.running_mean`, `LAYER.running_var`.
  public var name: String
  public var role: Role
  /// One per axis of ``shape``.
  public var axes: [Axis]
  /// PyTorch's layout: `[out, in]`, `[out, in, kh, kw]` or `[channels]`.
  ///
  /// Tiled and locally connected layers, which PyTorch does not have, put the filters' rows and columns in front:
  /// `[rows, columns, out, in, kh, kw]`, and `[rows, columns, out]` for the bias, for a bias belongs to its filter. So the
  /// filters of one position are one contiguous matrix, and those of a rectangle of positions are few long runs.
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
