import Networks
import Programs

/// What the analysis needs to know about a program's instructions: their kinds at hand, everything else on demand.
public struct InstructionCatalogue: Sendable {
  public let program: Program
  /// Per device and instruction. Waits and parts of messages are told apart by the record (``TraceSpan``).
  private let kinds: [[SpanKind]]
  /// Per message: whether it carries an activation or its gradient from one stage to another.
  private let pipelineEdges: [Bool]

  public init(_ program: Program) {
    self.program = program
    kinds = program.devices.map { $0.instructions.map(Self.kind) }
    pipelineEdges = Self.pipelineEdges(of: program)
  }

  /// The kind of an instruction's work.
  public func kind(device: Int, instruction: Int) -> SpanKind { kinds[device][instruction] }

  /// The message that an instruction sends or receives, with its number.
  public func message(device: Int, instruction: Int) -> Index<Message>? {
    switch program.devices[device].instructions[instruction] {
    case .send(let message), .receive(let message): message
    default: nil
    }
  }

  /// True for an activation or its gradient that travels between two stages: waiting for it is the pipeline's bubble.
  public func isPipelineEdge(_ message: Index<Message>) -> Bool { pipelineEdges[message.position] }

  /// Whether the program is a pipeline: anything travels between stages.
  public var hasPipelineEdges: Bool { pipelineEdges.contains(true) }

  /// The devices that compute part of a stage; others serve, or have nothing to do.
  public var stageDevices: [Int] {
    program.devices.indices.filter { device in
      program.devices[device].instructions.contains { if case .forward = $0 { true } else { false } }
    }
  }

  /// The cell of the schedule that an instruction belongs to; nil where the schedule does not name it.
  public func action(device: Int, instruction: Int) -> Action? {
    let number = program.devices[device].actions[instruction]
    guard program.schedule.devices.indices.contains(device) else { return nil }
    let actions = program.schedule.devices[device]
    return actions.indices.contains(number) ? actions[number] : nil
  }

  /// The layer that an instruction works for; nil where it is none or several.
  public func node(device: Int, instruction: Int) -> Int? {
    let own = program.devices[device]
    switch own.instructions[instruction] {
    case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
      return own.operations[index].node
    case .statistics(let index), .gradientSums(let index): return own.operations[index].node
    case .runningStatistics(let index): return own.runningUpdates[index].node
    case .send(let index), .receive(let index): return program.messages[index].node
    case .update(let index): return own.updates[index].nodes.count == 1 ? own.updates[index].nodes[0] : nil
    case .load, .loss, .copy, .accumulate, .zero, .free, .endOfStep: return nil
    }
  }

  /// The name of ``node(device:instruction:)``.
  public func layer(device: Int, instruction: Int) -> String? {
    node(device: device, instruction: instruction).map(layerName)
  }

  public func microbatch(device: Int, instruction: Int) -> Int? {
    let own = program.devices[device]
    switch own.instructions[instruction] {
    case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
      return own.operations[index].microbatch
    case .statistics(let index), .gradientSums(let index): return own.operations[index].microbatch
    case .runningStatistics(let index): return own.runningUpdates[index].microbatch
    case .load(let index): return own.loads[index].microbatch
    case .loss(let index): return own.losses[index].microbatch
    case .send(let index), .receive(let index): return program.messages[index].microbatch
    case .copy, .accumulate, .zero, .update, .free, .endOfStep: return nil
    }
  }

  /// Bytes that an instruction moves; nil for what moves none.
  public func bytes(device: Int, instruction: Int) -> Int? {
    let own = program.devices[device]
    return switch own.instructions[instruction] {
    case .send(let index), .receive(let index): program.messages[index].bytes
    case .copy(let index), .accumulate(let index): 4 * own.copies[index].count.count
    default: nil
    }
  }

  /// The device at the other end of a message.
  public func partner(device: Int, instruction: Int) -> Int? {
    switch program.devices[device].instructions[instruction] {
    case .send(let index): program.messages[index].to
    case .receive(let index): program.messages[index].from
    default: nil
    }
  }

  /// The version of its stage's weights that a forward or backward of a layer uses; nil where there is only one in a step.
  public func weights(device: Int, instruction: Int) -> WeightUse? {
    switch program.devices[device].instructions[instruction] {
    case .forward, .backward, .backwardInput, .backwardWeight: break
    default: return nil
    }
    guard let versions = program.versions, let action = action(device: device, instruction: instruction),
      let version = versions.used[action], let delay = versions.delay(of: action)
    else { return nil }
    return WeightUse(version: version, delay: delay, updates: versions.updates)
  }

  func layerName(_ node: Int) -> String {
    program.graph.nodes.indices.contains(node) ? program.graph.nodes[node].name : "input"
  }

  private static func kind(_ instruction: Instruction) -> SpanKind {
    switch instruction {
    case .load: .load
    case .forward: .forward
    case .backward: .backward
    case .backwardInput: .backwardInput
    case .backwardWeight: .backwardWeight
    case .statistics, .gradientSums, .runningStatistics: .statistics
    case .loss: .loss
    case .zero: .zero
    case .update: .update
    case .copy: .copy
    case .accumulate: .accumulate
    case .send: .send
    case .receive: .receive
    case .free, .endOfStep: .overhead
    }
  }

  private static func pipelineEdges(of program: Program) -> [Bool] {
    /// The stage that sends and the stage that receives each message.
    var ends = [(from: Int?, to: Int?)](repeating: (nil, nil), count: program.messages.count)
    for (device, own) in program.devices.enumerated() where program.schedule.devices.indices.contains(device) {
      let actions = program.schedule.devices[device]
      for (instruction, number) in zip(own.instructions, own.actions) where actions.indices.contains(number) {
        switch instruction {
        case .send(let message): ends[message.position].from = actions[number].stage
        case .receive(let message): ends[message.position].to = actions[number].stage
        default: break
        }
      }
    }
    return zip(program.messages.entries, ends).map { message, ends in
      guard let from = ends.from, let to = ends.to else { return false }
      return from != to && (message.purpose == .activations || message.purpose == .activationGradients)
    }
  }
}
