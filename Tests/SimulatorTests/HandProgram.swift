import Diagnostics
import Machines
import Networks
import Programs
import Strategies

/// Programs put together by hand, with work of given milliseconds and buffers of their own.
struct HandProgram {
  var devices: [DeviceProgram]
  var channels = Table<Channel>()
  var messages = Table<Message>()

  init(devices count: Int) { devices = (0..<count).map { DeviceProgram(device: $0) } }

  mutating func buffer(_ device: Int, bytes: Int = 4) -> Index<Buffer> {
    devices[device].buffers.append(Buffer(name: "block", kind: .buffers, words: bytes / 4))
  }

  /// Work that reads some buffers and gives a new one.
  @discardableResult
  mutating func work(
    _ device: Int, milliseconds: Double, reading inputs: [Index<Buffer>] = [], bytes: Int = 4
  ) -> Index<Buffer> {
    let output = buffer(device, bytes: bytes)
    let profile = LayerProfile(
      forwardMilliseconds: milliseconds, backwardInputMilliseconds: 0, backwardWeightMilliseconds: 0, outputBytes: 4)
    let extent = Extent4(n: 1, k: 1)
    let operation = devices[device].operations.append(
      Operation(
        node: 0, microbatch: 0, box: Box(n: 0..<1, k: 0..<1),
        geometry: LayerGeometry(
          kind: .profiled(profile), inputs: [extent], output: extent, wholeOutput: .features(1)),
        inputs: inputs, output: output))
    devices[device].append(.forward(operation), action: 0)
    return output
  }

  mutating func free(_ device: Int, _ buffer: Index<Buffer>) { devices[device].append(.free(buffer), action: 0) }

  mutating func channel(_ from: Int, _ to: Int, capacity: Int = 8) -> Index<Channel> {
    channels.append(Channel(from: from, to: to, capacity: capacity))
  }

  /// Sends a buffer; the message has to be received.
  mutating func send(_ buffer: Index<Buffer>, on channel: Index<Channel>, lane: Lane = .communication) -> Index<Message>
  {
    let ends = channels[channel]
    let message = messages.append(
      Message(
        channel: channel, from: ends.from, to: ends.to, words: devices[ends.from].buffers[buffer].words,
        purpose: .other, sendBuffer: buffer, receiveBuffer: buffer))
    devices[ends.from].append(.send(message), lane: lane, action: 0)
    return message
  }

  /// Receives a message into a new buffer.
  @discardableResult
  mutating func receive(_ message: Index<Message>, lane: Lane = .communication) -> Index<Buffer> {
    let device = messages[message].to
    let buffer = buffer(device, bytes: messages[message].bytes)
    messages[message].receiveBuffer = buffer
    devices[device].append(.receive(message), lane: lane, action: 0)
    return buffer
  }

  /// Ends every device's step.
  mutating func program() throws -> Program {
    for device in devices.indices { devices[device].append(.endOfStep, action: 0) }
    var program = Program(
      graph: try Graph(Network(input: .features(1), layers: [Layer(.relu)])), mode: .training,
      strategy: "by hand", batch: 1, microbatches: 1, optimizer: .sgd, weightDecay: 0,
      schedule: Schedule(devices: devices.map { _ in [Action(.forward, stage: 0, microbatch: 0)] }), devices: devices)
    program.channels = channels
    program.messages = messages
    return program
  }

  /// A chain of measured layers, compiled.
  static func compiled(
    _ profiles: [LayerProfile], devices: Int, microbatches: Int, strategy: String
  ) throws -> Program {
    let network = Network(input: .features(1), layers: profiles.map { Layer(.profiled($0)) })
    return try Compiler(
      graph: Graph(network),
      training: TrainingSettings(batch: microbatches, length: .steps(1), rate: RateSchedule(rate: 0.1)),
      devices: devices, microbatches: microbatches
    ).compile(Strategy(parsing: strategy))
  }
}
