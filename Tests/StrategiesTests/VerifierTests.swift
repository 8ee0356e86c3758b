import Networks
import Programs
import Testing

@testable import Strategies

/// Sound programs are broken in ways that always are faults; the verifier must find each and name the device.
@Suite struct VerifierTests {
  enum Fault: CaseIterable {
    case dropSend, dropReceive, dropForward, dropBackward, dropFree, doubleFree, updateFirst, overwriteGradient,
      wrongSize, dropCollectiveCopy, keepOldParameters
    case receiveBeforeEverything
  }

  /// Two or three strategies of each network, all strategies in turn.
  static let programs = Result {
    let settings = TrainingSettings(batch: 9, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1))
    let strategies: [Strategy] = [
      .data(exchange: .ring), .data(exchange: .direct), .data(exchange: .halvingDoubling), .data(exchange: .tree),
      .data(exchange: .shardedServer), .data(exchange: .server), .data(shard: .optimizer), .data(shard: .gradients),
      .data(shard: .parameters), .model(), .model(split: .k, exchange: .ring), .model(split: .pairs, exchange: .ring),
      .pipeline(schedule: .gpipe), .pipeline(),
    ]
    return try strategies.enumerated().flatMap { index, strategy in
      try [index, index + 1].map { network in
        try Compiler(graph: SampleNetworks.all[network % 3].1, training: settings, devices: 3, microbatches: 2)
          .compile(strategy)
      }
    }
  }

  @Test(arguments: Fault.allCases) func everyFaultIsFound(fault: Fault) throws {
    var random = SeededGenerator(41)
    var broken = 0
    for program in try Self.programs.get() {
      for device in program.devices.indices {
        var mutant = program
        guard mutate(&mutant, device, fault, &random) else { continue }
        broken += 1
        let findings = Verifier(mutant).check()
        #expect(!findings.isEmpty, "\(fault) on device \(device) of \(program.strategy) went unnoticed")
      }
    }
    #expect(broken > 0)
  }

  @Test func aDeadlockNamesTheCycleAndMarksThePlace() throws {
    var program = try Compiler(
      graph: SampleNetworks.perceptron,
      training: TrainingSettings(batch: 8, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: 2
    ).compile(.data(exchange: .ring))
    for device in program.devices.indices { receiveFirst(&program.devices[device]) }
    let text = Verifier(program).check().map(\.description).joined()
    #expect(text.contains("deadlock"))
    #expect(text.contains("device 0 waits for a message from device 1"))
    #expect(text.contains("<-- here"))
  }

  /// Breaks one device; false where the program has nothing to break in that way.
  private func mutate(
    _ program: inout Program, _ device: Int, _ fault: Fault, _ random: inout some RandomNumberGenerator
  ) -> Bool {
    var list = entries(program.devices[device])
    func pick(_ matches: (Instruction) -> Bool) -> Int? {
      list.indices.filter { matches(list[$0].0) }.randomElement(using: &random)
    }
    switch fault {
    case .dropSend:
      guard let place = pick({ if case .send = $0 { true } else { false } }) else { return false }
      list.remove(at: place)
    case .dropReceive:
      guard let place = pick({ if case .receive = $0 { true } else { false } }) else { return false }
      list.remove(at: place)
    case .dropForward:
      guard let place = pick({ if case .forward = $0 { true } else { false } }) else { return false }
      list.remove(at: place)
    case .dropBackward:
      guard let place = pick({ if case .backward = $0 { true } else { false } }) else { return false }
      list.remove(at: place)
    case .dropFree:
      guard let place = pick({ if case .free = $0 { true } else { false } }) else { return false }
      list.remove(at: place)
    case .doubleFree:
      guard let place = pick({ if case .free = $0 { true } else { false } }) else { return false }
      list.insert(list[place], at: place)
    case .updateFirst:
      guard let place = pick({ if case .update = $0 { true } else { false } }) else { return false }
      list.insert(list.remove(at: place), at: 0)
    case .overwriteGradient:
      let operations = program.devices[device].operations
      guard
        let index = operations.indices.first(where: {
          operations[$0].accumulates && !operations[$0].parameterGradients.isEmpty
        })
      else { return false }
      program.devices[device].operations[index].accumulates = false
    case .wrongSize:
      guard let message = program.messages.indices.first(where: { program.messages[$0].from == device }) else {
        return false
      }
      program.messages[message].words += 1
    case .dropCollectiveCopy:
      // What was received is not kept or added.
      let tables = program.devices[device]
      let arrivals = Set(
        program.messages.entries.filter { $0.to == device && $0.collective != nil }.map(\.receiveBuffer))
      guard
        let place = pick({
          switch $0 {
          case .copy(let index), .accumulate(let index):
            arrivals.contains(tables.copies[index].source.buffer)
              && tables.copies[index].count.count == tables.buffers[tables.copies[index].source.buffer].words
          default: false
          }
        })
      else { return false }
      let source: Index<Buffer>? =
        switch list[place].0 {
        case .copy(let index), .accumulate(let index): tables.copies[index].source.buffer
        default: nil
        }
      // A buffer that is passed on after it was kept has another reader.
      let others = list.indices.contains { other in
        guard let source, other != place else { return false }
        if case .free = list[other].0 { return false }
        let accesses = Accesses(of: list[other].0, on: tables, messages: program.messages)[0]
        return accesses.contains { ($0.kind == .read || $0.kind == .free) && $0.buffer == source }
      }
      if others { return false }
      list.remove(at: place)
    case .keepOldParameters:
      guard let place = pick({ if case .update = $0 { true } else { false } }) else { return false }
      list.remove(at: place)
    case .receiveBeforeEverything:
      guard pick({ if case .receive = $0 { true } else { false } }) != nil else { return false }
      receiveFirst(&program.devices[device])
      // One device alone may still find its messages; all of them together cannot.
      for other in program.devices.indices where other != device { receiveFirst(&program.devices[other]) }
      return program.devices.allSatisfy { entries($0).contains { if case .receive = $0.0 { true } else { false } } }
    }
    program.devices[device].replaceInstructions(list)
    return true
  }

  private func receiveFirst(_ device: inout DeviceProgram) {
    var list = entries(device)
    let receives = list.indices.filter { if case .receive = list[$0].0 { true } else { false } }
    guard let first = receives.first else { return }
    list.insert(list.remove(at: first), at: 0)
    device.replaceInstructions(list)
  }

  private func entries(_ device: DeviceProgram) -> [(Instruction, Lane, Int)] {
    device.instructions.indices.map { (device.instructions[$0], device.lanes[$0], device.actions[$0]) }
  }
}

/// Repeatable choices for tests.
struct SeededGenerator: RandomNumberGenerator {
  private let stream: CounterRandom
  private var index = 0

  init(_ seed: UInt64) { stream = CounterRandom(seed: seed, stream: "tests") }

  mutating func next() -> UInt64 {
    defer { index += 1 }
    return stream.bits(index)
  }
}
