import Networks
import Programs
import Testing

@testable import Traces

/// Small programs put together by hand. Buffers are one stand-in per device: traces do not look at them.
struct ProgramBuilder {
  let graph: Graph
  var devices: [DeviceProgram]
  var actions: [[Action]]
  var channels = Table<Channel>()
  var messages = Table<Message>()

  init(devices count: Int) throws {
    graph = try Graph(
      Network(input: .features(4), layers: [Layer(.linear(outputs: 3)), Layer(.linear(outputs: 2))]))
    actions = Array(repeating: [], count: count)
    devices = (0..<count).map { number in
      var device = DeviceProgram(device: number)
      _ = device.buffers.append(Buffer(name: "block", kind: .buffers, words: 6))
      return device
    }
  }

  static let block = Index<Buffer>(0)

  /// The number of an action in its device's schedule, added where it is not the last one.
  mutating func action(_ device: Int, _ action: Action) -> Int {
    if actions[device].last != action { actions[device].append(action) }
    return actions[device].count - 1
  }

  func operation(node: Int, microbatch: Int) -> Programs.Operation {
    let extent = Extent4(n: 2, k: 3)
    return Operation(
      node: node, microbatch: microbatch, box: Box(n: 0..<2, k: 0..<3),
      geometry: LayerGeometry(kind: .linear(outputs: 3), inputs: [extent], output: extent, wholeOutput: .features(3)),
      inputs: [Self.block], output: Self.block)
  }

  mutating func forward(_ device: Int, node: Int, microbatch: Int) {
    let number = action(device, Action(.forward, stage: node, microbatch: microbatch))
    let operation = devices[device].operations.append(operation(node: node, microbatch: microbatch))
    devices[device].append(.forward(operation), action: number)
  }

  mutating func backward(_ device: Int, node: Int, microbatch: Int) {
    let number = action(device, Action(.backward, stage: node, microbatch: microbatch))
    let operation = devices[device].operations.append(operation(node: node, microbatch: microbatch))
    devices[device].append(.backward(operation), action: number)
  }

  /// Adds the channel, or finds it.
  mutating func channel(_ from: Int, _ to: Int, capacity: Int) -> Index<Channel> {
    if let place = channels.entries.firstIndex(where: { $0.from == from && $0.to == to }) { return Index(place) }
    return channels.append(Channel(from: from, to: to, capacity: capacity))
  }

  mutating func message(
    _ from: Int, _ to: Int, words: Int = 6, purpose: Purpose, node: Int? = nil, microbatch: Int? = nil,
    capacity: Int = 4
  ) -> Index<Message> {
    let channel = channel(from, to, capacity: capacity)
    return messages.append(
      Message(
        channel: channel, from: from, to: to, words: words, purpose: purpose, sendBuffer: Self.block,
        receiveBuffer: Self.block, node: node, microbatch: microbatch))
  }

  /// Ends every device's step and puts the program together.
  mutating func program(batch: Int = 8, microbatches: Int = 2, strategy: String = "pipeline(schedule=gpipe, stages=2)")
    -> Program
  {
    for device in devices.indices {
      let last = max(0, actions[device].count - 1)
      devices[device].append(.endOfStep, action: last)
    }
    var program = Program(
      graph: graph, mode: .training, strategy: strategy, batch: batch, microbatches: microbatches, optimizer: .sgd,
      weightDecay: 0, schedule: Schedule(devices: actions), devices: devices)
    program.channels = channels
    program.messages = messages
    return program
  }
}

/// GPipe over two devices: all forwards, then all backwards.
func pipelineProgram(microbatches: Int = 2, capacity: Int = 4) throws -> Program {
  var builder = try ProgramBuilder(devices: 2)
  let activations = (0..<microbatches).map {
    builder.message(0, 1, purpose: .activations, node: 0, microbatch: $0, capacity: capacity)
  }
  let gradients = (0..<microbatches).map {
    builder.message(1, 0, purpose: .activationGradients, node: 0, microbatch: $0, capacity: capacity)
  }
  for m in 0..<microbatches {
    builder.forward(0, node: 0, microbatch: m)
    builder.devices[0].append(.send(activations[m]), lane: .communication, action: builder.actions[0].count - 1)
    let number = builder.action(1, Action(.forward, stage: 1, microbatch: m))
    builder.devices[1].append(.receive(activations[m]), lane: .communication, action: number)
    builder.forward(1, node: 1, microbatch: m)
  }
  for m in 0..<microbatches {
    builder.backward(1, node: 1, microbatch: m)
    builder.devices[1].append(.send(gradients[m]), lane: .communication, action: builder.actions[1].count - 1)
    let number = builder.action(0, Action(.backward, stage: 0, microbatch: m))
    builder.devices[0].append(.receive(gradients[m]), lane: .communication, action: number)
    builder.backward(0, node: 0, microbatch: m)
  }
  var program = builder.program(microbatches: microbatches)
  // (p-1)/(m+p-1)
  program.bubble = BubbleFormula("1/(m+1)", fractionOfTotal: 1 / Double(microbatches + 1))
  return program
}

/// Two devices that each compute once and send each other their gradient.
func exchangeProgram() throws -> Program {
  var builder = try ProgramBuilder(devices: 2)
  let there = builder.message(0, 1, words: 10, purpose: .gradients, node: 0)
  let back = builder.message(1, 0, words: 20, purpose: .gradients, node: 0)
  for (device, (sent, received)) in [(there, back), (back, there)].enumerated() {
    builder.forward(device, node: 0, microbatch: 0)
    builder.devices[device].append(.send(sent), lane: .communication, action: 0)
    builder.devices[device].append(.receive(received), lane: .communication, action: 0)
  }
  return builder.program(microbatches: 1, strategy: "data(exchange=direct)")
}

/// One device that computes once per step.
func serialProgram() throws -> Program {
  var builder = try ProgramBuilder(devices: 1)
  builder.forward(0, node: 0, microbatch: 0)
  return builder.program(microbatches: 1, strategy: "serial")
}

/// The position of the device's first instruction that satisfies `condition`.
func position(_ program: Program, _ device: Int, where condition: (Instruction) -> Bool) throws -> Int32 {
  let place = program.devices[device].instructions.firstIndex(where: condition)
  return Int32(try #require(place))
}
