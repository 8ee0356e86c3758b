import Networks
import Programs

@testable import Strategies

/// Collectives by themselves: lowered for arrays of any size and executed here, one instruction at a time.
struct CollectiveRig {
  let peers: Int
  private(set) var lowering: ProgramLowering
  let action = Action(.exchange, stage: 0)
  let collective: Index<Collective>
  /// Values by device and buffer.
  private var memory: [[Index<Buffer>: [Float]]]

  init(peers: Int) throws {
    self.peers = peers
    let settings = TrainingSettings(batch: max(peers, 1), length: .steps(1), rate: RateSchedule(rate: 0.1))
    let graph = SampleNetworks.perceptron
    let partitioning = try Compiler(graph: graph, training: settings, devices: peers).partitioning(for: .data())
    let layout = Layout(graph: graph, partitioning: partitioning, batch: settings.batch)
    lowering = ProgramLowering(layout: layout, training: settings, mode: .training)
    collective = lowering.collectives.append(
      Collective(
        kind: .allReduce, algorithm: "", devices: Array(0..<peers), words: 0, purpose: .gradients, expectedWords: 0,
        formula: "", label: ""))
    memory = Array(repeating: [:], count: peers)
  }

  var steps: CollectiveSteps {
    CollectiveSteps(
      collective: collective, devices: Array(0..<peers), purpose: .gradients, action: action)
  }

  /// A buffer with these values on each rank.
  mutating func arrays(_ values: [[Float]]) -> [Index<Buffer>] {
    values.enumerated().map { device, values in
      let buffer = lowering.devices[device].buffer("array", .gradients, words: values.count)
      memory[device][buffer] = values
      return buffer
    }
  }

  /// Lowers something.
  mutating func lower<Result>(_ body: (CollectiveSteps, inout ProgramLowering) -> Result) -> Result {
    body(steps, &lowering)
  }

  func values(_ buffer: Index<Buffer>, on device: Int) -> [Float] { memory[device][buffer] ?? [] }

  /// Messages and words that each rank sends.
  var sent: (messages: [Int], words: [Int]) {
    var counts = (messages: Array(repeating: 0, count: peers), words: Array(repeating: 0, count: peers))
    for message in lowering.messages.entries {
      counts.messages[message.from] += 1
      counts.words[message.from] += message.words
    }
    return counts
  }

  /// Executes what was lowered.
  ///
  /// - Returns: false where devices wait for ever.
  mutating func run() -> Bool {
    var queues: [Index<Channel>: [[Float]]] = [:]
    var next = Array(repeating: 0, count: peers)
    let programs = lowering.devices.map { $0.fragments[action] ?? [] }
    var moved = true
    while moved {
      moved = false
      for device in 0..<peers {
        while next[device] < programs[device].count, execute(programs[device][next[device]].0, device, &queues) {
          next[device] += 1
          moved = true
        }
      }
    }
    return zip(next, programs).allSatisfy { $0 == $1.count } && queues.values.allSatisfy(\.isEmpty)
  }

  private mutating func execute(
    _ instruction: Instruction, _ device: Int, _ queues: inout [Index<Channel>: [[Float]]]
  ) -> Bool {
    switch instruction {
    case .send(let index):
      let message = lowering.messages[index]
      guard let words = memory[device].removeValue(forKey: message.sendBuffer) else { return false }
      queues[message.channel, default: []].append(words)
    case .receive(let index):
      let message = lowering.messages[index]
      guard let first = queues[message.channel]?.first, first.count == message.words else { return false }
      queues[message.channel]?.removeFirst()
      memory[device][message.receiveBuffer] = first
    case .copy(let index): return move(lowering.devices[device].program.copies[index], device, adding: false)
    case .accumulate(let index): return move(lowering.devices[device].program.copies[index], device, adding: true)
    default: return false
    }
    return true
  }

  private mutating func move(_ copy: Copy, _ device: Int, adding: Bool) -> Bool {
    let words = lowering.devices[device].program.buffers[copy.destination.buffer].words
    if copy.defines {
      guard memory[device][copy.destination.buffer] == nil else { return false }
      memory[device][copy.destination.buffer] = Array(repeating: .nan, count: words)
    }
    guard let source = memory[device][copy.source.buffer], memory[device][copy.destination.buffer] != nil else {
      return false
    }
    func places(_ region: Region) -> [Int] {
      let (count, strides) = (copy.count, region.strides)
      return (0..<count.n).flatMap { n in
        (0..<count.k).flatMap { k in
          (0..<count.h).flatMap { h in
            (0..<count.w).map { w in
              region.offset + n * strides.n + k * strides.k + h * strides.h + w * strides.w
            }
          }
        }
      }
    }
    for (from, to) in zip(places(copy.source), places(copy.destination)) {
      if adding {
        memory[device][copy.destination.buffer]![to] += source[from]
      } else {
        memory[device][copy.destination.buffer]![to] = source[from]
      }
    }
    return true
  }
}
