import Machines
import Networks
import Programs
import Screens
import Testing
import Traces

@testable import Workbench

/// Small programs put together by hand, executed on a clock of their own with round durations.
struct MeasurementsFixture {
  var actions: [[Action]]
  var devices: [DeviceProgram]
  var channels = Table<Channel>()
  var messages = Programs.Table<Message>()
  var collectives = Programs.Table<Collective>()
  static let graph = try! Graph(
    Network(input: .features(4), layers: [Layer(.linear(outputs: 3)), Layer(.linear(outputs: 2))]))
  static let block = Index<Buffer>(0)

  typealias Table = Programs.Table

  init(devices count: Int) {
    actions = Array(repeating: [], count: count)
    devices = (0..<count).map { number in
      var device = DeviceProgram(device: number)
      _ = device.buffers.append(Buffer(name: "block", kind: .parameters, words: 256, isPersistent: true))
      return device
    }
  }

  /// Adds work of both layers to an action of its own: one forward or one backward of each.
  mutating func work(_ device: Int, _ kind: Action.Kind, stage: Int, microbatch: Int) {
    let number = begin(device, Action(kind, stage: stage, microbatch: microbatch))
    for node in kind == .forward ? [0, 1] : [1, 0] {
      let extent = Extent4(n: 2, k: 3)
      let operation = devices[device].operations.append(
        Operation(
          node: node, microbatch: microbatch, box: Box(n: 0..<2, k: 0..<3),
          geometry: LayerGeometry(
            kind: .linear(outputs: 3), inputs: [extent], output: extent, wholeOutput: .features(3)),
          inputs: [Self.block], output: Self.block))
      devices[device].append(kind == .forward ? .forward(operation) : .backward(operation), action: number)
    }
  }

  /// The number of an action in its device's schedule, added where it is not the last one.
  mutating func begin(_ device: Int, _ action: Action) -> Int {
    if actions[device].last != action { actions[device].append(action) }
    return actions[device].count - 1
  }

  mutating func message(
    _ from: Int, _ to: Int, words: Int, _ purpose: Purpose, node: Int? = nil, microbatch: Int? = nil,
    collective: Index<Collective>? = nil
  ) -> Index<Message> {
    let known = channels.entries.firstIndex { $0.from == from && $0.to == to }
    let channel = known.map { Index<Channel>($0) } ?? channels.append(Channel(from: from, to: to, capacity: 4))
    return messages.append(
      Message(
        channel: channel, from: from, to: to, words: words, purpose: purpose, sendBuffer: Self.block,
        receiveBuffer: Self.block, collective: collective, node: node, microbatch: microbatch))
  }

  mutating func communicate(_ device: Int, _ instruction: Instruction, _ action: Action) {
    let number = begin(device, action)
    devices[device].append(instruction, lane: .communication, action: number)
  }

  func program(_ strategy: String, microbatches: Int) -> Program {
    var devices = devices
    for device in devices.indices { devices[device].append(.endOfStep, action: max(0, actions[device].count - 1)) }
    var program = Program(
      graph: Self.graph, mode: .training, strategy: strategy, batch: 8, microbatches: microbatches, optimizer: .sgd,
      weightDecay: 0, schedule: Schedule(devices: actions), devices: devices)
    program.channels = channels
    program.messages = messages
    program.collectives = collectives
    return program
  }

  // MARK: Programs

  /// GPipe over two devices and two microbatches.
  static let pipeline: Program = {
    var fixture = MeasurementsFixture(devices: 2)
    for m in 0..<2 {
      let activation = fixture.message(0, 1, words: 250, .activations, node: 1, microbatch: m)
      fixture.work(0, .forward, stage: 0, microbatch: m)
      fixture.communicate(0, .send(activation), Action(.forward, stage: 0, microbatch: m))
      fixture.communicate(1, .receive(activation), Action(.forward, stage: 1, microbatch: m))
      fixture.work(1, .forward, stage: 1, microbatch: m)
    }
    for m in 0..<2 {
      let gradient = fixture.message(1, 0, words: 250, .activationGradients, node: 1, microbatch: m)
      fixture.work(1, .backward, stage: 1, microbatch: m)
      fixture.communicate(1, .send(gradient), Action(.backward, stage: 1, microbatch: m))
      fixture.communicate(0, .receive(gradient), Action(.backward, stage: 0, microbatch: m))
      fixture.work(0, .backward, stage: 0, microbatch: m)
    }
    return fixture.program("pipeline(schedule=gpipe)", microbatches: 2)
  }()

  /// Data parallelism of `count` devices that all send their gradients to all others; each message has `words` words
  /// while the formula says 100.
  static func exchange(devices count: Int, words: Int = 100) -> Program {
    var fixture = MeasurementsFixture(devices: count)
    let collective = fixture.collectives.append(
      Collective(
        kind: .allReduce, algorithm: "direct", devices: Array(0..<count), words: 100, purpose: .gradients,
        expectedWords: 100 * count * (count - 1), formula: "nP(P-1)", label: "gradients of 2 layers"))
    for device in 0..<count { fixture.work(device, .forward, stage: 0, microbatch: 0) }
    let exchange = Action(.exchange, stage: 0)
    var sent: [Int: [Index<Message>]] = [:]
    for from in 0..<count {
      for to in 0..<count where to != from {
        let message = fixture.message(from, to, words: words, .gradients, collective: collective)
        fixture.communicate(from, .send(message), exchange)
        sent[to, default: []].append(message)
      }
    }
    for to in 0..<count {
      for message in sent[to] ?? [] { fixture.communicate(to, .receive(message), exchange) }
    }
    return fixture.program("data(exchange=direct)", microbatches: 1)
  }

  static let serial: Program = {
    var fixture = MeasurementsFixture(devices: 1)
    fixture.work(0, .forward, stage: 0, microbatch: 0)
    return fixture.program("serial", microbatches: 1)
  }()

  // MARK: Runs

  /// The records of all devices: a layer takes 50 µs forward and 100 µs backward, a message arrives 20 µs after its send.
  static func records(_ program: Program, steps: Int) -> TraceBatch {
    var records: [[TraceRecord]] = program.devices.map { _ in [] }
    var now = program.devices.map { _ in Int64(0) }
    for step in 0..<steps {
      var sent: [Index<Message>: Int64] = [:]
      var next = program.devices.map { _ in 0 }
      var moved = true
      while moved {
        moved = false
        for (device, own) in program.devices.enumerated() {
          while next[device] < own.instructions.count {
            let instruction = own.instructions[next[device]]
            var record = TraceRecord(
              step: Int32(step), instruction: Int32(next[device]), begin: now[device],
              end: now[device] + duration(instruction))
            if case .send(let message) = instruction {
              record.transferStart = record.begin
              sent[message] = record.end
            } else if case .receive(let message) = instruction {
              guard let start = sent[message] else { break }
              record.senderReady = start
              record.transferStart = start
              record.arrival = start + 20_000
              record.end = max(record.begin, record.arrival) + 1_000
            }
            records[device].append(record)
            now[device] = record.end
            next[device] += 1
            moved = true
          }
        }
      }
    }
    return TraceBatch(records: records, dropped: program.devices.map { _ in 0 })
  }

  private static func duration(_ instruction: Instruction) -> Int64 {
    switch instruction {
    case .forward: 50_000
    case .backward: 100_000
    case .endOfStep: 2_000
    default: 1_000
    }
  }

  static func statistics(_ program: Program, steps: Int, warmup: Int = 1, kept: Int = 8) -> RunStatistics {
    var statistics = RunStatistics(program: program, warmupSteps: warmup, keptSteps: kept)
    statistics.consume(records(program, steps: steps))
    statistics.finish()
    return statistics
  }

  static func measurements(
    _ program: Program, steps: Int = 3, warmup: Int = 1, machine: Machine? = nil
  ) -> Measurements {
    var measurements = Measurements(ProgramFacts(program, machine: machine), clock: .virtual)
    measurements.state = .ended
    measurements.take(statistics(program, steps: steps, warmup: warmup))
    return measurements
  }

  /// Learning over 30 steps in three epochs.
  static let learning: LearningHistory = {
    var learning = LearningHistory(stepsPerEpoch: 10, plannedSteps: 40)
    for step in 0..<30 { learning.append(loss: 2 / Double(1 + step), rate: 0.1) }
    learning.append(LearningHistory.Evaluation(steps: 10, train: 0.5, test: 0.4))
    learning.append(LearningHistory.Evaluation(steps: 20, train: 0.8, test: nil))
    learning.append(LearningHistory.Evaluation(steps: 30, train: 0.9, test: 0.75))
    return learning
  }()
}

/// A panel's picture as text: glyphs, then roles.
func screen(_ width: Int, _ height: Int, _ glyphs: GlyphSet = .unicode, _ draw: (inout Surface, Rect) -> Void)
  -> Surface
{
  var surface = Surface(width: width, height: height, glyphs: glyphs)
  draw(&surface, surface.bounds)
  return surface
}

/// Compares glyphs and roles with a text in two blocks, `-- roles` between them.
func expect(
  _ surface: Surface, shows picture: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let text = (surface.glyphRows + ["-- roles"] + surface.roleRows).joined(separator: "\n")
  #expect(text == picture, "\n\(text)", sourceLocation: sourceLocation)
}
