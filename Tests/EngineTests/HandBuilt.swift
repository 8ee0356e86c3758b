import Datasets
import Networks
import Programs

/// Programs put together by hand: what executors are tested with before any compiler exists.
enum HandBuilt {
  /// `input 2 → linear 8 → relu → linear 3`, cross-entropy.
  static let graph: Graph = {
    let network = Network(
      input: .features(2), layers: [Layer(.linear(outputs: 8)), Layer(.relu), Layer(.linear(outputs: 3))])
    guard let graph = try? Graph(network) else { preconditionFailure("the network of the tests is sound") }
    return graph
  }()

  static let batch = 12
  static let optimizer = Optimizer.momentum(0.9)

  static func training(_ length: TrainingSettings.Length, seed: UInt64 = 5) -> TrainingSettings {
    TrainingSettings(batch: batch, length: length, optimizer: optimizer, rate: RateSchedule(rate: 0.1), seed: seed)
  }

  /// 3 clusters in the plane: 60 training samples and whatever the generator gives for a test.
  static func dataset(samples: Int = 60) throws -> Dataset {
    try DataSource.blobs(dimensions: 2, classes: 3, samples: samples).load(seed: 3)
  }

  static func program(_ strategy: String, devices: [DeviceBuilder], mode: Program.Mode = .training) -> Program {
    Program(
      graph: graph, mode: mode, strategy: strategy, batch: batch, microbatches: 1, optimizer: optimizer, weightDecay: 0,
      schedule: Schedule(devices: devices.map { _ in [Action(.forward, stage: 0, microbatch: 0)] }),
      devices: devices.map(\.program))
  }

  /// One device that does everything, in `microbatches` parts.
  static func serial(microbatches: Int = 1) -> Program {
    var device = DeviceBuilder(0)
    device.addModel(nodes: [0, 2], saves: true)
    let size = batch / microbatches
    for microbatch in 0..<microbatches {
      device.addTrainingPass(samples: microbatch * size..<(microbatch + 1) * size, microbatch: microbatch)
    }
    device.addUpdate()
    return program("serial", devices: [device])
  }

  /// Forward and loss on one device.
  static func inference() -> Program {
    var device = DeviceBuilder(0)
    device.addModel(nodes: [0, 2], saves: true)
    let names = device.addForward(samples: 0..<batch, microbatch: 0)
    device.addLoss(names, samples: 0..<batch, microbatch: 0, hasGradient: false)
    device.frees([names.logits, names.targets, names.input, names.hidden])
    device.append(.endOfStep)
    return program("inference", devices: [device], mode: .inference)
  }

  /// Two devices with half of the batch each, whose gradients meet by a ring: each half of the flat gradient is summed
  /// on one device and then given to the other.
  static func ring() -> Program {
    var devices = [DeviceBuilder(0), DeviceBuilder(1)]
    for rank in 0..<2 {
      devices[rank].addModel(nodes: [0, 2], saves: rank == 0)
      devices[rank].addTrainingPass(samples: rank * batch / 2..<(rank + 1) * batch / 2, microbatch: 0)
    }
    let words = devices[0].gradientWords
    let halves = [0..<words / 2, words / 2..<words]
    var messages = Table<Message>()
    var channels = Table<Channel>()
    let lines = [
      channels.append(Channel(from: 0, to: 1, capacity: 2)), channels.append(Channel(from: 1, to: 0, capacity: 2)),
    ]
    for round in 0..<2 {
      var sent: [Index<Message>] = []
      for rank in 0..<2 {
        // Reduce: rank r sends half 1 - r. Gather: rank r sends half r, which is complete on it.
        let half = halves[round == 0 ? 1 - rank : rank]
        let out = devices[rank].addBuffer("exchange.out\(round)", .buffers, half.count)
        let into = devices[1 - rank].addBuffer("exchange.in\(round)", .buffers, half.count)
        devices[rank].copy(
          Region(buffer: devices[rank].gradient, words: half), to: Region(buffer: out, words: 0..<half.count),
          count: half.count, defines: true)
        sent.append(
          messages.append(
            Message(
              channel: lines[rank], from: rank, to: 1 - rank, words: half.count, purpose: .gradients, sendBuffer: out,
              receiveBuffer: into)))
        devices[rank].append(.send(sent[rank]), .communication)
      }
      for rank in 0..<2 {
        let half = halves[round == 0 ? rank : 1 - rank]
        let message = sent[1 - rank]
        devices[rank].append(.receive(message), .communication)
        let source = Region(buffer: messages[message].receiveBuffer, words: 0..<half.count)
        let target = Region(buffer: devices[rank].gradient, words: half)
        if round == 0 {
          devices[rank].accumulate(source, to: target, count: half.count)
        } else {
          devices[rank].copy(source, to: target, count: half.count, defines: false)
        }
        devices[rank].append(.free(messages[message].receiveBuffer), .communication)
      }
    }
    for rank in 0..<2 { devices[rank].addUpdate() }
    var program = program("data(exchange=ring)", devices: devices)
    program.channels = channels
    program.messages = messages
    return program
  }
}

/// One device's program under construction.
struct DeviceBuilder {
  var program: DeviceProgram
  private(set) var gradientWords = 0
  private(set) var parameter = Index<Buffer>(0)
  private(set) var gradient = Index<Buffer>(0)
  private var states: [Index<Buffer>] = []
  /// Views by node: weight, bias and their gradients.
  private var weights: [Int: (parameters: [Index<Buffer>], gradients: [Index<Buffer>])] = [:]
  private var nodes: [Int] = []
  /// Later gradients of the step are added.
  var hasContributed = false

  struct Activations {
    var input: Index<Buffer>
    var targets: Index<Buffer>
    var hidden: Index<Buffer>
    var logits: Index<Buffer>
  }

  init(_ device: Int) { program = DeviceProgram(device: device) }

  mutating func addBuffer(_ name: String, _ kind: BufferKind, _ words: Int) -> Index<Buffer> {
    program.buffers.append(Buffer(name: name, kind: kind, words: words))
  }

  /// Parameters, gradients and optimizer state of `nodes`, flat, with a view per array.
  mutating func addModel(nodes: [Int], saves: Bool) {
    self.nodes = nodes
    let arrays = nodes.flatMap { HandBuilt.graph.nodes[$0].parameters }
    gradientWords = arrays.reduce(0) { $0 + $1.count }
    func flat(_ name: String, _ kind: BufferKind) -> Buffer {
      Buffer(name: name, kind: kind, words: gradientWords, isPersistent: true)
    }
    parameter = program.buffers.append(flat("parameters", .parameters))
    gradient = program.buffers.append(flat("gradients", .gradients))
    states = (0..<HandBuilt.optimizer.stateCount).map { program.buffers.append(flat("state\($0)", .optimizer)) }
    var offset = 0
    for node in nodes {
      var views: (parameters: [Index<Buffer>], gradients: [Index<Buffer>]) = ([], [])
      for (ordinal, array) in HandBuilt.graph.nodes[node].parameters.enumerated() {
        let value = program.buffers.append(
          Buffer(
            name: array.name, kind: .parameters, words: array.count, isPersistent: true, parent: parameter,
            offset: offset))
        let slope = program.buffers.append(
          Buffer(
            name: "\(array.name).gradient", kind: .gradients, words: array.count, isPersistent: true, parent: gradient,
            offset: offset))
        views.parameters.append(value)
        views.gradients.append(slope)
        program.parameters.append(
          HeldParameter(
            node: node, ordinal: ordinal, ranges: array.shape.map { 0..<$0 }, buffer: value, gradient: slope,
            isSaved: saves))
        offset += array.count
      }
      weights[node] = views
    }
  }

  mutating func append(_ instruction: Instruction, _ lane: Lane = .compute) {
    program.append(instruction, lane: lane, action: 0)
  }

  mutating func frees(_ buffers: [Index<Buffer>]) { for buffer in buffers { append(.free(buffer)) } }

  mutating func copy(_ source: Region, to destination: Region, count: Int, defines: Bool) {
    let copy = Copy(
      count: Extent4(n: 1, k: 1, h: 1, w: count), source: source, destination: destination, defines: defines,
      purpose: .gradients)
    append(.copy(program.copies.append(copy)), .communication)
  }

  mutating func accumulate(_ source: Region, to destination: Region, count: Int) {
    let copy = Copy(
      count: Extent4(n: 1, k: 1, h: 1, w: count), source: source, destination: destination, defines: false,
      purpose: .gradients)
    append(.accumulate(program.copies.append(copy)), .communication)
  }

  /// One layer's operation; buffers that a half of the network does not have are simply not named.
  mutating func operation(
    _ node: Int, samples: Range<Int>, microbatch: Int, input: Index<Buffer>, output: Index<Buffer>,
    outputGradient: Index<Buffer>?, inputGradient: Index<Buffer>?
  ) -> Index<Operation> {
    let layer = HandBuilt.graph.nodes[node]
    let geometry = LayerGeometry(
      kind: layer.kind, inputs: [Extent4(n: samples.count, k: layer.inputShapes[0].channels)],
      output: Extent4(n: samples.count, k: layer.outputShape.channels),
      origin: Extent4(n: samples.lowerBound, k: 0, h: 0, w: 0), wholeOutput: layer.outputShape)
    let views = weights[node]
    return program.operations.append(
      Operation(
        node: node, microbatch: microbatch, box: Box(samples: samples, shape: layer.outputShape), geometry: geometry,
        inputs: [input], output: output, parameters: views?.parameters ?? [],
        parameterGradients: outputGradient == nil ? [] : views?.gradients ?? [], outputGradient: outputGradient,
        inputGradients: [inputGradient], accumulates: hasContributed))
  }

  mutating func load(input: Index<Buffer>?, targets: Index<Buffer>?, samples: Range<Int>, microbatch: Int) {
    append(
      .load(
        program.loads.append(
          Load(
            microbatch: microbatch, input: input.map { _ in Box(samples: samples, shape: HandBuilt.graph.input) },
            inputBuffer: input, targets: targets.map { _ in samples }, targetBuffer: targets))))
  }

  mutating func addForward(samples: Range<Int>, microbatch: Int) -> Activations {
    let n = samples.count
    let names = Activations(
      input: addBuffer("input mb\(microbatch)", .activations, n * 2),
      targets: addBuffer("targets mb\(microbatch)", .activations, n),
      hidden: addBuffer("relu1 mb\(microbatch)", .activations, n * 8),
      logits: addBuffer("linear2 mb\(microbatch)", .activations, n * 3))
    let sum = addBuffer("linear1 mb\(microbatch)", .activations, n * 8)
    load(input: names.input, targets: names.targets, samples: samples, microbatch: microbatch)
    for (node, input, output) in [(0, names.input, sum), (1, sum, names.hidden), (2, names.hidden, names.logits)] {
      append(
        .forward(
          operation(
            node, samples: samples, microbatch: microbatch, input: input, output: output, outputGradient: nil,
            inputGradient: nil)))
    }
    append(.free(sum))
    return names
  }

  @discardableResult mutating func addLoss(
    _ names: Activations, samples: Range<Int>, microbatch: Int, hasGradient: Bool
  ) -> Index<Buffer>? {
    let slope = hasGradient ? addBuffer("loss gradient mb\(microbatch)", .activations, samples.count * 3) : nil
    append(
      .loss(
        program.losses.append(
          LossOperation(
            microbatch: microbatch, samples: samples, outputs: 3, logits: names.logits, targets: names.targets,
            gradient: slope, isReported: true))))
    return slope
  }

  /// Forward, loss and backward of some samples.
  mutating func addTrainingPass(samples: Range<Int>, microbatch: Int) {
    let n = samples.count
    let names = addForward(samples: samples, microbatch: microbatch)
    guard let dLogits = addLoss(names, samples: samples, microbatch: microbatch, hasGradient: true) else { return }
    let dHidden = addBuffer("relu1 gradient mb\(microbatch)", .activations, n * 8)
    let dSum = addBuffer("linear1 gradient mb\(microbatch)", .activations, n * 8)
    let passes = [
      (2, names.hidden, names.logits, dLogits, Optional(dHidden)), (1, names.input, names.hidden, dHidden, dSum),
      (0, names.input, names.hidden, dSum, nil),
    ]
    for (node, input, output, slope, inputSlope) in passes {
      append(
        .backward(
          operation(
            node, samples: samples, microbatch: microbatch, input: input, output: output, outputGradient: slope,
            inputGradient: inputSlope)))
    }
    frees([names.input, names.targets, names.hidden, names.logits, dLogits, dHidden, dSum])
    hasContributed = true
  }

  /// The optimizer's step over all parameters, and the end of the step.
  mutating func addUpdate() {
    append(
      .update(
        program.updates.append(Update(parameter: parameter, gradient: gradient, states: states, nodes: nodes))))
    append(.endOfStep)
  }
}
