import Networks

/// What a buffer's memory is for, in reports of peak memory.
public enum BufferKind: String, Hashable, Sendable, CaseIterable, Codable {
  case parameters
  case gradients
  case optimizer
  case activations
  /// Messages, parts being assembled and other communication memory.
  case buffers
  /// What kernels need while they work: chosen by the executor's kernels, so no buffer of a program is of this kind.
  case workspace
}

/// Float32 memory of one device, named by number.
public struct Buffer: Hashable, Sendable {
  /// For people: `conv1.out mb2`.
  public var name: String
  public var kind: BufferKind
  public var words: Int
  /// Lives from the start of the run to its end.
  public var isPersistent: Bool
  /// A view lies inside a persistent parent, `offset` words from its start.
  public var parent: Index<Buffer>?
  public var offset: Int

  public init(
    name: String, kind: BufferKind, words: Int, isPersistent: Bool = false, parent: Index<Buffer>? = nil,
    offset: Int = 0
  ) {
    self.name = name
    self.kind = kind
    self.words = words
    self.isPersistent = isPersistent
    self.parent = parent
    self.offset = offset
  }
}

/// Which samples of a step's batch a device loads.
public struct Load: Hashable, Sendable {
  public var microbatch: Int
  /// The part of the network's input that is loaded, samples counted within the step's batch; nil where only targets are.
  public var input: Box?
  public var inputBuffer: Index<Buffer>?
  /// Samples whose targets are loaded, one word each: the class or the value.
  public var targets: Range<Int>?
  public var targetBuffer: Index<Buffer>?

  public init(
    microbatch: Int, input: Box? = nil, inputBuffer: Index<Buffer>? = nil, targets: Range<Int>? = nil,
    targetBuffer: Index<Buffer>? = nil
  ) {
    self.microbatch = microbatch
    self.input = input
    self.inputBuffer = inputBuffer
    self.targets = targets
    self.targetBuffer = targetBuffer
  }
}

/// One layer's work on one device for one microbatch, with its buffers.
public struct Operation: Hashable, Sendable {
  /// Index of the layer in the graph.
  public var node: Int
  public var microbatch: Int
  /// The box of the layer's output that this operation computes, samples counted within the step's batch.
  public var box: Box
  public var geometry: LayerGeometry
  public var inputs: [Index<Buffer>]
  public var output: Index<Buffer>
  /// What forward leaves for backward, as ``LayerGeometry/savedWords`` says.
  public var saved: [Index<Buffer>]
  /// Learned parameters, then ``states``, both in the order of the node's.
  public var parameters: [Index<Buffer>]
  public var states: [Index<Buffer>]
  public var parameterGradients: [Index<Buffer>]
  public var outputGradient: Index<Buffer>?
  /// One per input; nil where nobody needs it.
  public var inputGradients: [Index<Buffer>?]
  /// False overwrites the parameter gradients (the first contribution of a step), true adds to them. A gradient that is
  /// not persistent is defined where it is overwritten.
  public var accumulates: Bool
  /// True adds to the output, which is defined before: one of several products that form one box. Linear layers only.
  public var accumulatesOutput = false
  /// True adds to the input gradients, which are defined before. Linear layers only.
  public var accumulatesInputGradients = false
  /// Batch normalisation with `geometry.statisticsMembers`: what the members tell each other.
  public var shared: SharedStatistics?

  public init(
    node: Int, microbatch: Int, box: Box, geometry: LayerGeometry, inputs: [Index<Buffer>], output: Index<Buffer>,
    saved: [Index<Buffer>] = [], parameters: [Index<Buffer>] = [], states: [Index<Buffer>] = [],
    parameterGradients: [Index<Buffer>] = [], outputGradient: Index<Buffer>? = nil,
    inputGradients: [Index<Buffer>?] = [], accumulates: Bool = false, shared: SharedStatistics? = nil
  ) {
    self.node = node
    self.microbatch = microbatch
    self.box = box
    self.geometry = geometry
    self.inputs = inputs
    self.output = output
    self.saved = saved
    self.parameters = parameters
    self.states = states
    self.parameterGradients = parameterGradients
    self.outputGradient = outputGradient
    self.inputGradients = inputGradients
    self.accumulates = accumulates
    self.shared = shared
  }
}

/// The loss of some samples of one microbatch.
public struct LossOperation: Hashable, Sendable {
  public var microbatch: Int
  public var samples: Range<Int>
  /// Words per sample.
  public var outputs: Int
  /// Which of the predictions side by side in the network's output these are: the heads of a tree.
  public var heads: Range<Int>
  public var logits: Index<Buffer>
  public var targets: Index<Buffer>
  /// dLoss/dlogits, scaled for a mean over the whole batch; nil in inference.
  public var gradient: Index<Buffer>?
  /// False where another device computes the same samples' loss and reports it.
  public var isReported: Bool

  public init(
    microbatch: Int, samples: Range<Int>, outputs: Int, logits: Index<Buffer>, targets: Index<Buffer>,
    gradient: Index<Buffer>?, isReported: Bool, heads: Range<Int> = 0..<1
  ) {
    self.microbatch = microbatch
    self.samples = samples
    self.outputs = outputs
    self.heads = heads
    self.logits = logits
    self.targets = targets
    self.gradient = gradient
    self.isReported = isReported
  }
}

/// A box of words inside a buffer: strides in words for samples, channels, rows and columns.
public struct Region: Hashable, Sendable {
  public var buffer: Index<Buffer>
  public var offset: Int
  public var strides: Extent4

  public init(buffer: Index<Buffer>, offset: Int = 0, strides: Extent4) {
    self.buffer = buffer
    self.offset = offset
    self.strides = strides
  }

  /// Where `box` lies in a buffer that holds `whole` contiguously.
  public init(buffer: Index<Buffer>, of box: Box, in whole: Box) {
    let extent = whole.extent
    let strides = Extent4(n: extent.k * extent.h * extent.w, k: extent.h * extent.w, h: extent.w, w: 1)
    let offset =
      (box.n.lowerBound - whole.n.lowerBound) * strides.n + (box.k.lowerBound - whole.k.lowerBound) * strides.k
      + (box.h.lowerBound - whole.h.lowerBound) * strides.h + (box.w.lowerBound - whole.w.lowerBound)
    self.init(buffer: buffer, offset: offset, strides: strides)
  }

  /// `count` consecutive words.
  public init(buffer: Index<Buffer>, words: Range<Int>) {
    self.init(
      buffer: buffer, offset: words.lowerBound, strides: Extent4(n: words.count, k: words.count, h: words.count, w: 1))
  }
}

/// Words moved or added inside one device.
public struct Copy: Hashable, Sendable {
  public var count: Extent4
  public var source: Region
  public var destination: Region
  /// True for the first write of a buffer that is put together from parts.
  public var defines: Bool
  public var purpose: Purpose
  public var collective: Index<Collective>?
  /// True where the copy is a contribution to a parameter's gradient, as `backward` makes them: the first after an update
  /// overwrites, the others add.
  public var contributes = false

  public init(
    count: Extent4, source: Region, destination: Region, defines: Bool, purpose: Purpose,
    collective: Index<Collective>? = nil
  ) {
    self.count = count
    self.source = source
    self.destination = destination
    self.defines = defines
    self.purpose = purpose
    self.collective = collective
  }
}

/// One optimizer step over consecutive words.
public struct Update: Hashable, Sendable {
  /// The parameters after the step.
  public var parameter: Index<Buffer>
  /// The parameters before the step, where another buffer has them, which keeps them; nil for an update in place.
  public var source: Index<Buffer>?
  public var gradient: Index<Buffer>
  public var states: [Index<Buffer>]
  /// Layers whose parameters these are, for people.
  public var nodes: [Int]
  /// Which of a step's ``turns`` updates of these parameters this is.
  public var turn: Int
  public var turns: Int
  /// Multiplies the gradient: where some of a batch's samples make an update, the mean over those.
  public var gradientScale: Float

  public init(
    parameter: Index<Buffer>, source: Index<Buffer>? = nil, gradient: Index<Buffer>, states: [Index<Buffer>],
    nodes: [Int], turn: Int = 0, turns: Int = 1, gradientScale: Float = 1
  ) {
    self.parameter = parameter
    self.source = source
    self.gradient = gradient
    self.states = states
    self.nodes = nodes
    self.turn = turn
    self.turns = turns
    self.gradientScale = gradientScale
  }
}
