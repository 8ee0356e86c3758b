import Networks

/// What a forward pass is for.
public enum KernelMode: Sendable {
  /// Dropout drops; batch normalisation uses the samples' statistics and updates the running ones.
  case training
  /// As ``training``, for a second time: repeats what a first pass computed and leaves running statistics alone.
  case recomputation
  /// Dropout does nothing; batch normalisation uses the running statistics.
  case inference
}

/// The slots of a device's memory that a layer reads and writes.
public struct LayerSlots: Hashable, Sendable {
  /// One per input of the layer.
  public var inputs: [Int]
  /// What forward writes.
  public var output: Int
  /// Learned parameters, in the order of `Graph.Node.parameters`: weight, bias.
  public var parameters: [Int]
  /// Batch normalisation: running mean and running variance.
  public var states: [Int]
  /// What forward leaves for backward, of sizes `LayerGeometry.savedWords`.
  public var saved: [Int]
  /// Batch normalisation with `LayerGeometry.statisticsMembers`: mean and sum of squared deviations of every member, in
  /// rank order, of `LayerGeometry.statisticsWords` each.
  public var moments: [Int]
  /// The same for the sums of gradients; the own one alone where no input gradient is needed.
  public var gradientSums: [Int]
  /// The gradient of the output; nil where backward never runs.
  public var outputGradient: Int?
  /// One per input; nil where nobody needs it.
  public var inputGradients: [Int?]
  /// One per learned parameter; empty where backward never runs.
  public var parameterGradients: [Int]
  /// True where forward adds to the output instead of overwriting it; linear layers only.
  public var addsToOutput = false
  /// True where backward adds to the inputs' gradients instead of overwriting them; linear layers only.
  public var addsToInputGradients = false

  /// Slots of one layer; what is left out is not there.
  public init(
    inputs: [Int], output: Int, parameters: [Int] = [], states: [Int] = [], saved: [Int] = [],
    moments: [Int] = [], gradientSums: [Int] = [], outputGradient: Int? = nil,
    inputGradients: [Int?]? = nil, parameterGradients: [Int] = []
  ) {
    self.inputs = inputs
    self.output = output
    self.parameters = parameters
    self.states = states
    self.saved = saved
    self.moments = moments
    self.gradientSums = gradientSums
    self.outputGradient = outputGradient
    self.inputGradients = inputGradients ?? inputs.map { _ in nil }
    self.parameterGradients = parameterGradients
  }
}

/// Where dropout's random numbers come from: the run's seed and the layer's name. With the step and an element's place
/// in the whole layer's output they decide what is dropped, whoever computes it.
public struct DropoutKey: Hashable, Sendable {
  /// The run's seed.
  public var seed: UInt64
  /// The layer's name.
  public var layer: String

  /// The key of one layer in one run.
  public init(seed: UInt64, layer: String) {
    self.seed = seed
    self.layer = layer
  }
}

/// One layer's arithmetic for one device and one microbatch, prepared once and run many times.
///
/// Activations are `n × k × h × w`, contiguous in that order. Weights are PyTorch's: `[out, in]` and `[out, in, kh, kw]`, the
/// latter for each filter row and column in turn where filters are not shared by all positions.
/// Element-wise layers with one input may write their output over their input, and their input gradient over their output
/// gradient, where backward does not read what is overwritten (`LayerKind.backwardReadsInput`, `backwardReadsOutput`).
public final class LayerKernel: Sendable {
  /// The part of the layer that is computed.
  public let geometry: LayerGeometry
  /// Where its operands are.
  public let slots: LayerSlots
  private let arithmetic: any LayerArithmetic

  /// Prepares a layer. `dropout` is needed for dropout layers alone.
  public init(geometry: LayerGeometry, slots: LayerSlots, dropout: DropoutKey? = nil) {
    precondition(slots.inputs.count == geometry.inputs.count, "one slot per input")
    precondition(slots.inputGradients.count == geometry.inputs.count, "one gradient slot, or nil, per input")
    if case .linear = geometry.kind {
    } else {
      precondition(!slots.addsToOutput && !slots.addsToInputGradients, "only linear layers add to what they compute")
    }
    self.geometry = geometry
    self.slots = slots
    arithmetic =
      switch geometry.kind {
      case .linear: LinearArithmetic(geometry, slots)
      case .conv2d(_, let window, _, .everywhere): ConvolutionArithmetic(geometry, slots, window)
      case .conv2d(_, let window, _, let sharing): UntiedConvolutionArithmetic(geometry, slots, window, sharing)
      case .maxPool(let window): MaxPoolArithmetic(geometry, slots, window)
      case .averagePool(let window): AveragePoolArithmetic(geometry, slots, window)
      case .globalAveragePool: AveragePoolArithmetic(geometry, slots, .whole(of: geometry.inputs[0]))
      case .batchNorm(let epsilon, let momentum):
        BatchNormArithmetic(geometry, slots, epsilon: epsilon, momentum: momentum)
      case .relu, .leakyRelu, .sigmoid, .tanh, .gelu: ActivationArithmetic(geometry, slots)
      case .dropout(let rate): DropoutArithmetic(geometry, slots, rate: rate, key: dropout)
      case .flatten: JoinArithmetic(geometry, slots)
      case .concat, .heads: JoinArithmetic(geometry, slots)
      case .junction(let copies): JunctionArithmetic(geometry, slots, copies: copies)
      case .add: AddArithmetic(geometry, slots)
      case .profiled: preconditionFailure("a measured layer computes nothing; programs with one are refused before")
      }
  }

  /// Computes the output (and what is saved for backward) from inputs and parameters. `step` counts from 0.
  public func forward(in memory: DeviceMemory, mode: KernelMode, step: Int) {
    arithmetic.forward(memory, mode, step)
  }

  /// Computes all gradients: the inputs', which are overwritten unless the slots say otherwise, and the parameters', which are added to with
  /// `accumulate` and else overwritten.
  public func backward(in memory: DeviceMemory, accumulate: Bool, step: Int) {
    arithmetic.backward(memory, accumulate, step)
  }

  /// The first half of ``backward(in:accumulate:step:)``: the inputs' gradients.
  public func backwardInput(in memory: DeviceMemory, step: Int) {
    arithmetic.backwardInput(memory, step)
  }

  /// The second half of ``backward(in:accumulate:step:)``: the parameters' gradients.
  public func backwardWeight(in memory: DeviceMemory, accumulate: Bool, step: Int) {
    arithmetic.backwardWeight(memory, accumulate, step)
  }

  /// Batch normalisation with members: this part's mean and sum of squared deviations per group and channel, which forward
  /// merges with the others'.
  public func statistics(in memory: DeviceMemory) { arithmetic.statistics(memory) }

  /// Batch normalisation with members: this part's sums of gradients per group and channel, which backward adds to the
  /// others'.
  public func gradientSums(in memory: DeviceMemory) { arithmetic.gradientSums(memory) }

  /// Words of workspace that the kernel asks its memory for; `DeviceMemory.reserveWorkspace` may be told the maximum.
  public var workspaceWords: Int { arithmetic.workspaceWords }

  /// Which activations each half of backward reads; together they are what
  /// `LayerKind.backwardReadsInput` and `backwardReadsOutput` say.
  public static func halvesNeed(
    _ kind: LayerKind
  ) -> (input: (inputs: Bool, output: Bool), weight: (inputs: Bool, output: Bool)) {
    switch kind {
    case .linear, .conv2d: ((false, false), (true, false))
    case .batchNorm: ((true, false), (true, false))
    default: ((kind.backwardReadsInput, kind.backwardReadsOutput), (false, false))
    }
  }
}

/// The arithmetic of one kind of layer. `backward` is its two halves, where sharing work between them does not pay.
protocol LayerArithmetic: Sendable {
  var workspaceWords: Int { get }
  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int)
  func backward(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int)
  func backwardInput(_ memory: DeviceMemory, _ step: Int)
  func backwardWeight(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int)
  func statistics(_ memory: DeviceMemory)
  func gradientSums(_ memory: DeviceMemory)
}

extension LayerArithmetic {
  var workspaceWords: Int { 0 }
  func backward(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    backwardInput(memory, step)
    backwardWeight(memory, accumulate, step)
  }
  func backwardWeight(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {}
  func statistics(_ memory: DeviceMemory) { preconditionFailure("this layer has no statistics") }
  func gradientSums(_ memory: DeviceMemory) { preconditionFailure("this layer has no statistics") }
}

extension LayerSlots {
  /// The output gradient's first word.
  func outputGradient(in memory: DeviceMemory) -> UnsafeMutablePointer<Float> {
    guard let slot = outputGradient else { preconditionFailure("backward of a layer without an output gradient") }
    return memory.address(slot)
  }
}
