import Diagnostics

/// What a layer computes, with its hyperparameters. Formulas and defaults are PyTorch's.
public enum LayerKind: Hashable, Sendable {
  /// `y = W x + b`, `W` of `outputs × inputs`.
  case linear(outputs: Int, bias: Bool = true)
  /// Cross-correlation with `outputs` filters, the same at all positions or different ones (`sharing`).
  case conv2d(outputs: Int, window: Window, bias: Bool = true, sharing: FilterSharing = .everywhere)
  case maxPool(Window)
  /// Mean over the window; padding counts as zeros (PyTorch's `count_include_pad`).
  case averagePool(Window)
  /// Mean over height and width; leaves a feature vector.
  case globalAveragePool
  /// Per-channel normalisation over samples, height and width (Ioffe and Szegedy 2015).
  case batchNorm(epsilon: Float = 1e-5, momentum: Float = 0.1)
  case relu
  case leakyRelu(slope: Float = 0.01)
  case sigmoid
  case tanh
  /// `x Φ(x)` with the exact normal distribution function.
  case gelu
  /// Zeroes with probability `rate`, scales the rest by `1 / (1 - rate)`.
  case dropout(rate: Float = 0.5)
  /// An image as a feature vector, channel first.
  case flatten
  /// Sum of two or more inputs of one shape.
  case add
  /// Inputs side by side along the channels.
  case concat
  /// Where the heads of a ``Tree`` part: forward is the identity, backward divides the sum of the heads' gradients by their
  /// number, so that the trunk learns no faster with more heads. Only a tree makes one.
  case junction(copies: Int)
  /// The outputs of the heads of a ``Tree`` side by side. Only a tree makes one.
  case heads(copies: Int)
  /// Known by its measured times and sizes alone: it can be simulated, but computes nothing.
  case profiled(LayerProfile)
}

extension LayerKind {
  /// The name that scenes use, and the stem of default layer names.
  public var name: String {
    switch self {
    case .linear: "linear"
    case .conv2d(_, _, _, let sharing): sharing == .nowhere ? "locallyConnected" : "conv"
    case .maxPool: "maxPool"
    case .averagePool: "averagePool"
    case .globalAveragePool: "globalAveragePool"
    case .batchNorm: "batchNorm"
    case .relu: "relu"
    case .leakyRelu: "leakyRelu"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .gelu: "gelu"
    case .dropout: "dropout"
    case .flatten: "flatten"
    case .add: "add"
    case .concat: "concat"
    case .junction: Tree.junctionName
    case .heads: Tree.joinName
    case .profiled: "profiled"
    }
  }

  /// True where each output word depends on the input word at the same place alone.
  public var isElementwise: Bool {
    switch self {
    case .relu, .leakyRelu, .sigmoid, .tanh, .gelu, .dropout, .add, .junction: true
    default: false
    }
  }
}

/// One layer as a person writes it.
public struct Layer: Hashable, Sendable {
  /// Unique in the network; nil takes kind and ordinal (`conv1`, `conv2`).
  public var name: String?
  public var kind: LayerKind
  /// Names of the layers whose outputs are read; nil reads the layer before (the network's input for the first).
  /// The name `input` means the network's input.
  public var inputs: [String]?
  /// Where the layer stands in its document, for diagnostics.
  public var location: SourceLocation?
  /// The path of the layer in its document, for diagnostics.
  public var path: String?

  public init(
    _ kind: LayerKind, name: String? = nil, inputs: [String]? = nil, location: SourceLocation? = nil,
    path: String? = nil
  ) {
    self.kind = kind
    self.name = name
    self.inputs = inputs
    self.location = location
    self.path = path
  }
}

/// What training minimises.
public enum Loss: String, Hashable, Sendable, CaseIterable {
  /// Mean over the batch of `-log softmax(x)[label]`.
  case softmaxCrossEntropy
  /// Mean over the batch and the outputs of `(x - target)²`; class labels become one-hot targets.
  case meanSquaredError
}

/// A network as a person writes it: a list of layers that may name their inputs.
public struct Network: Hashable, Sendable {
  public var input: Shape
  public var layers: [Layer]
  public var loss: Loss
  /// Below which layer the network goes on in several copies; nil for an ordinary network.
  public var tree: Tree?

  public init(input: Shape, layers: [Layer], loss: Loss = .softmaxCrossEntropy, tree: Tree? = nil) {
    self.input = input
    self.layers = layers
    self.loss = loss
    self.tree = tree
  }
}
