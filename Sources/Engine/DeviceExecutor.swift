import Datasets
import Kernels
import Networks
import Programs

/// The arithmetic of one device: everything that its instructions do by themselves. Prepared once; then it neither
/// allocates nor shares anything. Sending and receiving are its worker's.
struct DeviceExecutor: ~Copyable {
  let memory: DeviceMemory
  /// Numbers of the samples in this step's batch, by position in the batch.
  var samples: [Int]
  /// Losses and right answers that this device reports for the step so far.
  private(set) var result = LossResult()
  /// How each head of a tree did, over all steps; nil where nobody asks.
  var tally: HeadTally?

  private let defined: ContiguousArray<Int>
  private let kernels: ContiguousArray<LayerKernel>
  private let accumulates: ContiguousArray<Bool>
  private let losses: ContiguousArray<LossKernel>
  private let isReported: ContiguousArray<Bool>
  private let copies: ContiguousArray<PreparedCopy>
  private let updates: ContiguousArray<PreparedUpdate>
  private let runningUpdates: ContiguousArray<RunningStatisticsKernel>
  private let loads: ContiguousArray<PreparedLoad>
  private let optimizer: Optimizer
  private let weightDecay: Float

  /// - Parameters:
  ///   - counted: How many samples of a batch count in the loss, for the last batch of an evaluation; nil for all.
  init(
    _ device: DeviceProgram, of program: Program, prepared: PreparedProgram, memory: DeviceMemory, set: SampleSet,
    seed: UInt64, counted: Int? = nil
  ) {
    self.memory = memory
    samples = Array(repeating: 0, count: program.batch)
    defined = prepared.defined
    kernels = ContiguousArray(device.operations.entries.map { $0.kernel(graph: program.graph, seed: seed) })
    accumulates = ContiguousArray(device.operations.entries.map(\.accumulates))
    losses = ContiguousArray(
      device.losses.entries.map { $0.kernel(graph: program.graph, batch: program.batch, counted: counted) })
    isReported = ContiguousArray(device.losses.entries.map(\.isReported))
    copies = ContiguousArray(device.copies.entries.map(PreparedCopy.init))
    updates = ContiguousArray(device.updates.entries.map(PreparedUpdate.init))
    runningUpdates = ContiguousArray(device.runningUpdates.entries.map(RunningStatisticsKernel.init))
    loads = ContiguousArray(device.loads.entries.map { PreparedLoad($0, set: set) })
    optimizer = program.optimizer
    weightDecay = program.weightDecay
    memory.reserveWorkspace(words: KernelWorkspace.words(of: kernels))
  }

  /// Forgets the last step's loss.
  mutating func beginStep() {
    result = LossResult()
  }

  /// Executes an instruction that is neither `send` nor `receive`.
  mutating func execute(_ prepared: PreparedInstruction, step: Int, rate: Float) {
    for place in prepared.defines { memory.define(defined[place]) }
    switch prepared.instruction {
    case .load(let index):
      loads[index.position].execute(samples, memory)
    case .forward(let index):
      kernels[index.position].forward(in: memory, mode: prepared.mode, step: step)
    case .loss(let index):
      let own = losses[index.position].evaluate(in: memory, tally: &tally)
      if isReported[index.position] { result += own }
    case .backward(let index):
      kernels[index.position].backward(in: memory, accumulate: accumulates[index.position], step: step)
    case .backwardInput(let index):
      kernels[index.position].backwardInput(in: memory, step: step)
    case .backwardWeight(let index):
      kernels[index.position].backwardWeight(in: memory, accumulate: accumulates[index.position], step: step)
    case .statistics(let index):
      kernels[index.position].statistics(in: memory)
    case .gradientSums(let index):
      kernels[index.position].gradientSums(in: memory)
    case .runningStatistics(let index):
      runningUpdates[index.position].update(in: memory)
    case .copy(let index):
      let copy = copies[index.position]
      copy.work.copy(from: copy.source, to: copy.destination, in: memory)
    case .accumulate(let index):
      let copy = copies[index.position]
      copy.work.accumulate(from: copy.source, to: copy.destination, in: memory)
    case .zero(let buffer):
      memory.zero(buffer.position)
    case .update(let index):
      let update = updates[index.position]
      OptimizerKernel.update(
        optimizer: optimizer, rate: rate, weightDecay: weightDecay, step: step * update.turns + update.turn,
        parameter: update.parameter, source: update.source, gradient: update.gradient,
        gradientScale: update.gradientScale, states: update.states, in: memory)
    case .free(let buffer):
      memory.free(buffer.position)
    case .send, .receive, .endOfStep:
      break
    }
  }
}

private struct PreparedCopy {
  let work: StridedCopy
  let source: Int
  let destination: Int

  init(_ copy: Copy) {
    work = StridedCopy(
      count: copy.count, source: .init(offset: copy.source.offset, strides: copy.source.strides),
      destination: .init(offset: copy.destination.offset, strides: copy.destination.strides))
    source = copy.source.buffer.position
    destination = copy.destination.buffer.position
  }
}

private struct PreparedUpdate {
  let parameter: Int
  let source: Int?
  let gradient: Int
  let states: [Int]
  let turn: Int
  let turns: Int
  let gradientScale: Float

  init(_ update: Update) {
    turn = update.turn
    turns = update.turns
    gradientScale = update.gradientScale
    parameter = update.parameter.position
    source = update.source?.position
    gradient = update.gradient.position
    states = update.states.map(\.position)
  }
}

private struct PreparedLoad {
  private let input: (gather: SampleGather, positions: Range<Int>, slot: Int)?
  private let targets: (gather: SampleGather, positions: Range<Int>, slot: Int)?

  init(_ load: Load, set: SampleSet) {
    input =
      if let box = load.input, let buffer = load.inputBuffer {
        (
          SampleGather(features: set.features, shape: set.shape, channels: box.k, rows: box.h, columns: box.w), box.n,
          buffer.position
        )
      } else { nil }
    targets =
      if let range = load.targets, let buffer = load.targetBuffer {
        (
          SampleGather(features: set.targets, shape: .features(1), channels: 0..<1, rows: 0..<1, columns: 0..<1), range,
          buffer.position
        )
      } else { nil }
  }

  func execute(_ samples: [Int], _ memory: DeviceMemory) {
    if let input { input.gather.copy(samples, at: input.positions, into: input.slot, in: memory) }
    if let targets { targets.gather.copy(samples, at: targets.positions, into: targets.slot, in: memory) }
  }
}

extension Operation {
  func kernel(graph: Graph, seed: UInt64) -> LayerKernel {
    var slots = LayerSlots(
      inputs: inputs.map(\.position), output: output.position, parameters: parameters.map(\.position),
      states: states.map(\.position), saved: saved.map(\.position), moments: shared?.moments.map(\.position) ?? [],
      gradientSums: shared?.gradientSums.map(\.position) ?? [], outputGradient: outputGradient?.position,
      inputGradients: inputGradients.isEmpty ? nil : inputGradients.map { $0?.position },
      parameterGradients: parameterGradients.map(\.position))
    slots.addsToOutput = accumulatesOutput
    slots.addsToInputGradients = accumulatesInputGradients
    return LayerKernel(
      geometry: geometry, slots: slots, dropout: DropoutKey(seed: seed, layer: graph.nodes[node].name))
  }
}

extension RunningStatisticsKernel {
  init(_ update: RunningUpdate) {
    self.init(
      parts: update.parts.map { Part(moments: $0.moments.map(\.position), counts: $0.counts) },
      channels: update.channels, momentum: update.momentum, states: update.states.map(\.position))
  }
}

extension LossOperation {
  fileprivate func kernel(graph: Graph, batch: Int, counted: Int?) -> LossKernel {
    let counting = counted.map { samples.clamped(to: 0..<$0).count } ?? samples.count
    return LossKernel(
      loss: graph.loss, samples: counting, outputs: graph.headOutputs, batch: batch, logits: logits.position,
      targets: targets.position, gradient: gradient?.position, tree: graph.tree, heads: heads)
  }
}

extension LossResult {
  /// Adds what others came to.
  static func += (sum: inout LossResult, other: LossResult) {
    sum.lossSum += other.lossSum
    sum.correct += other.correct
    sum.oracleCorrect += other.oracleCorrect
  }
}

extension DeviceMemory {
  /// The memory of one device of a program, with persistent buffers at zero.
  convenience init(_ device: DeviceProgram) {
    self.init(
      device: device.device,
      slots: device.buffers.entries.map { buffer in
        SlotDescription(
          words: buffer.words, kind: MemoryKind(buffer.kind), persistent: buffer.isPersistent,
          parent: buffer.parent?.position, offset: buffer.offset)
      })
  }
}

extension MemoryKind {
  init(_ kind: BufferKind) {
    switch kind {
    case .parameters: self = .parameters
    case .gradients: self = .gradients
    case .optimizer: self = .optimizer
    case .activations: self = .activations
    case .buffers: self = .buffers
    case .workspace: self = .workspace
    }
  }
}
