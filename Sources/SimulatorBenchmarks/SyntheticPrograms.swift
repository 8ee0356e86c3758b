import Networks
import Programs

/// Large programs made without the compiler, so that the simulator alone is measured.
struct SyntheticProgram {
  private var devices: [DeviceProgram]
  private var channels = Table<Channel>()
  private var messages = Table<Message>()

  private init(devices count: Int) { devices = (0..<count).map { DeviceProgram(device: $0) } }

  /// Reduce-scatter and all-gather of one array around a ring.
  static func ring(devices count: Int, wordsPerChunk: Int) throws -> Program {
    var synthetic = SyntheticProgram(devices: count)
    let ring = (0..<count).map { synthetic.channel($0, ($0 + 1) % count) }
    var held = (0..<count).map { synthetic.work($0, words: wordsPerChunk) }
    for hop in 0..<2 * (count - 1) {
      let sent = (0..<count).map { synthetic.send(held[$0], on: ring[$0]) }
      for device in 0..<count {
        held[device] = synthetic.receive(sent[(device + count - 1) % count])
        synthetic.accumulate(device, held[device], words: wordsPerChunk, adds: hop < count - 1)
      }
    }
    for device in 0..<count { synthetic.devices[device].append(.free(held[device]), action: 0) }
    return try synthetic.program("a ring of \(count) devices")
  }

  /// GPipe: all forward passes, then all backward passes, one stage per device.
  static func pipeline(stages: Int, microbatches: Int) throws -> Program {
    var synthetic = SyntheticProgram(devices: stages)
    let down = (0..<stages - 1).map { synthetic.channel($0, $0 + 1) }
    let up = (0..<stages - 1).map { synthetic.channel($0 + 1, $0) }
    var arriving: [Index<Message>?] = Array(repeating: nil, count: microbatches)
    var kept = (0..<stages).map { _ in [Index<Buffer>]() }
    for stage in 0..<stages {
      for microbatch in 0..<microbatches {
        let input = arriving[microbatch].map { synthetic.receive($0) } ?? synthetic.work(stage, words: 64)
        let output = synthetic.work(stage, words: 64, reading: input)
        kept[stage].append(input)
        if stage < stages - 1 {
          arriving[microbatch] = synthetic.send(output, on: down[stage])
        } else {
          synthetic.devices[stage].append(.free(output), action: 0)
        }
      }
    }
    arriving = Array(repeating: nil, count: microbatches)
    for stage in (0..<stages).reversed() {
      for microbatch in 0..<microbatches {
        let gradient = arriving[microbatch].map { synthetic.receive($0) } ?? synthetic.work(stage, words: 64)
        let output = synthetic.work(stage, words: 64, reading: gradient)
        for buffer in [kept[stage][microbatch], gradient] {
          synthetic.devices[stage].append(.free(buffer), action: 0)
        }
        if stage > 0 {
          arriving[microbatch] = synthetic.send(output, on: up[stage - 1])
        } else {
          synthetic.devices[stage].append(.free(output), action: 0)
        }
      }
    }
    return try synthetic.program("a pipeline of \(stages) stages and \(microbatches) microbatches")
  }

  private mutating func buffer(_ device: Int, words: Int) -> Index<Buffer> {
    devices[device].buffers.append(Buffer(name: "block", kind: .buffers, words: words))
  }

  private mutating func channel(_ from: Int, _ to: Int) -> Index<Channel> {
    channels.append(Channel(from: from, to: to, capacity: 8))
  }

  private mutating func work(_ device: Int, words: Int, reading input: Index<Buffer>? = nil) -> Index<Buffer> {
    let output = buffer(device, words: words)
    let extent = Extent4(n: 1, k: words)
    let operation = devices[device].operations.append(
      Operation(
        node: 0, microbatch: 0, box: Box(n: 0..<1, k: 0..<words),
        geometry: LayerGeometry(kind: .relu, inputs: [extent], output: extent, wholeOutput: .features(words)),
        inputs: [input].compactMap { $0 }, output: output))
    devices[device].append(.forward(operation), action: 0)
    return output
  }

  private mutating func accumulate(_ device: Int, _ buffer: Index<Buffer>, words: Int, adds: Bool) {
    let region = Region(buffer: buffer, words: 0..<words)
    let copy = devices[device].copies.append(
      Copy(
        count: Extent4(n: 1, k: 1, h: 1, w: words), source: region, destination: region, defines: false,
        purpose: .gradients))
    devices[device].append(adds ? .accumulate(copy) : .copy(copy), lane: .communication, action: 0)
  }

  private mutating func send(_ buffer: Index<Buffer>, on channel: Index<Channel>) -> Index<Message> {
    let ends = channels[channel]
    let message = messages.append(
      Message(
        channel: channel, from: ends.from, to: ends.to, words: devices[ends.from].buffers[buffer].words,
        purpose: .gradients, sendBuffer: buffer, receiveBuffer: buffer))
    devices[ends.from].append(.send(message), lane: .communication, action: 0)
    return message
  }

  private mutating func receive(_ message: Index<Message>) -> Index<Buffer> {
    let arrived = buffer(messages[message].to, words: messages[message].words)
    messages[message].receiveBuffer = arrived
    devices[messages[message].to].append(.receive(message), lane: .communication, action: 0)
    return arrived
  }

  private mutating func program(_ name: String) throws -> Program {
    for device in devices.indices { devices[device].append(.endOfStep, action: 0) }
    var program = Program(
      graph: try Graph(Network(input: .features(1), layers: [Layer(.linear(outputs: 1))])), mode: .training,
      strategy: name, batch: 1, microbatches: 1, optimizer: .sgd, weightDecay: 0,
      schedule: Schedule(devices: devices.map { _ in [Action(.forward, stage: 0, microbatch: 0)] }), devices: devices)
    program.channels = channels
    program.messages = messages
    return program
  }
}
