import Diagnostics
import Machines
import Networks
import Programs
import Testing
import Traces

@testable import Simulator

/// Messages, links and channels, computed by hand.
@Suite struct TransferTests {
  private func seconds(_ outcome: SimulationOutcome) -> [Double] { outcome.stepEnds.map { Double($0) / 1e12 } }

  /// Two stages, three microbatches, a hop of c = 0.3 ms: GPipe's last stage begins at F + c and is then kept fed; its
  /// backward passes leave one after the other, and the first stage ends m·B after the first gradient is there.
  @Test func pipelineWithTransfers() throws {
    let program = try Measured.program(
      layers: 2, devices: 2, microbatches: 3, strategy: "pipeline(schedule=gpipe)", forward: 1, backwardInput: 1.25,
      backwardWeight: 0.75, outputBytes: 200_000)
    let link = LinkModel(.emulated(latencyNanoseconds: 100_000, bytesPerSecond: 1e9))
    let outcome = try Measured.simulate(program, link: link).outcome
    // F + c, 3F, B, c, then 3B on the first stage.
    #expect(abs(seconds(outcome)[0] - (1 + 0.3 + 3 + 2 + 0.3 + 6) * 1e-3) < 1e-12)
  }

  /// Where the hop is longer than the work, the wire sets the pace: bytes queue, latency does not.
  @Test func messagesOfOneDirectionQueue() throws {
    let program = try Measured.program(
      layers: 2, devices: 2, microbatches: 3, strategy: "pipeline(schedule=gpipe)", forward: 1, backwardInput: 1,
      backwardWeight: 1, outputBytes: 4_000_000)
    let link = LinkModel(.emulated(latencyNanoseconds: 500_000, bytesPerSecond: 1e9))
    let (outcome, trace) = try Measured.simulate(program, link: link)
    // Forward: F, then three messages of 4 ms behind one another, latency, F. Backward the same with 2 ms of work: the
    // first gradient leaves after the first backward pass, the others wait for the wire.
    let forward = 1 + 3 * 4 + 0.5 + 1
    let backward = 2 + 3 * 4 + 0.5 + 2
    #expect(abs(seconds(outcome)[0] - (forward + backward) * 1e-3) < 1e-12)
    let arrivals = trace.records[1].filter { $0.arrival > 0 }.map(\.arrival)
    #expect(arrivals == [5_500_000, 9_500_000, 13_500_000])
  }

  /// Who waits longer than it looks for pays for waking up, once; who looks until then, or comes later than the message, does
  /// not.
  @Test func wakingUpIsPaidByWhoSleeps() throws {
    for (early, spin, delay) in [(0.5, 0.0, 0.25), (2.0, 0, 0), (0.5, 0.624, 0.25), (0.5, 0.625, 0)] {
      var hand = HandProgram(devices: 2)
      let message = hand.send(hand.work(0, milliseconds: 1), on: hand.channel(0, 1))
      let own = hand.work(1, milliseconds: early)
      let received = hand.receive(message)
      hand.work(1, milliseconds: 3, reading: [own, received])
      let link = LinkModel(
        latencyPicoseconds: 125_000_000, waking: Waking(wakeNanoseconds: 250_000, spinNanoseconds: Int64(spin * 1e6)))
      let (outcome, trace) = try Measured.simulate(try hand.program(), link: link)
      #expect(seconds(outcome) == [(max(early, 1.125) + delay + 3) * 1e-3])
      let record = try #require(trace.records[1].first { $0.arrival > 0 })
      #expect(record.arrival == 1_125_000 && record.end == Int64((max(early, 1.125) + delay) * 1e6))
    }
  }

  @Test func twoChannelsContendForOneWire() throws {
    var hand = HandProgram(devices: 3)
    let first = hand.work(0, milliseconds: 1, bytes: 1_000_000)
    let second = hand.work(0, milliseconds: 0.25, bytes: 2_000_000)
    let third = hand.work(0, milliseconds: 0, bytes: 2_000_000)
    let one = hand.send(first, on: hand.channel(0, 1))
    let two = hand.send(second, on: hand.channel(0, 1))
    let elsewhere = hand.send(third, on: hand.channel(0, 2))
    for message in [one, two] { hand.free(1, hand.receive(message)) }
    hand.free(2, hand.receive(elsewhere))
    let program = try hand.program()
    #expect(Verifier(program).check().isEmpty)
    let link = LinkModel(latencyPicoseconds: 10_000_000, bytesPerSecond: 1e9)
    let trace = try Measured.simulate(program, link: link).trace
    let received = trace.records[1].filter { $0.arrival > 0 }
    // The second message is ready after 1.25 ms and waits until the first has left after 2 ms.
    #expect(received.map(\.transferStart) == [1_000_000, 2_000_000])
    #expect(received.map(\.arrival) == [2_010_000, 4_010_000])
    // The wire to another device is free.
    let other = try #require(trace.records[2].first { $0.arrival > 0 })
    #expect(other.arrival == 1_250_000 + 10_000 + 2_000_000)
  }

  /// A sender that finds its channel full waits until the receiver takes a message.
  @Test func fullChannelsHoldSendersBack() throws {
    var hand = HandProgram(devices: 2)
    let channel = hand.channel(0, 1, capacity: 1)
    var sent: [Index<Message>] = []
    for _ in 0..<3 { sent.append(hand.send(hand.work(0, milliseconds: 1), on: channel, lane: .compute)) }
    for message in sent {
      let arrived = hand.receive(message, lane: .compute)
      hand.work(1, milliseconds: 5, reading: [arrived])
      hand.free(1, arrived)
    }
    let program = try hand.program()
    let trace = try Measured.simulate(program).trace
    let sends = trace.records[0].filter { program.devices[0].instructions[Int($0.instruction)].isSend }
    // Taken at 1, at 2 (the first was received at 1), and when the second is received at 6 ms.
    #expect(sends.map(\.end) == [1_000_000, 2_000_000, 6_000_000])
    #expect(sends[2].begin == 3_000_000)
    let waits = InstructionCatalogue(program).spans(of: sends[2], device: 0).filter { $0.kind == .wait }
    #expect(waits.map(\.cause) == [.backPressure] && waits[0].nanoseconds == 3_000_000)
  }

  /// The communication lane goes first where it can, and computation goes on while a message is under way.
  @Test func computationHidesMessages() throws {
    var hand = HandProgram(devices: 2)
    let outgoing = hand.send(hand.work(0, milliseconds: 1, bytes: 3_000_000), on: hand.channel(0, 1))
    let arrived = hand.receive(outgoing)
    hand.work(1, milliseconds: 2)
    hand.work(1, milliseconds: 2.5)
    hand.work(1, milliseconds: 1, reading: [arrived])
    hand.free(1, arrived)
    let program = try hand.program()
    let link = LinkModel(bytesPerSecond: 1e9)
    let (outcome, trace) = try Measured.simulate(program, link: link)
    // The message arrives at 4 ms, in the middle of the second piece of work; it is taken at 4.5.
    #expect(outcome.stepEnds == [5_500_000_000])
    let receive = try #require(trace.records[1].first { $0.arrival > 0 })
    #expect(receive.arrival == 4_000_000 && receive.begin == 4_500_000 && receive.end == 4_500_000)
  }

  /// Bytes of measured outputs that are no whole number of words still cost exactly what was given.
  @Test func measuredBytesAreExact() throws {
    let program = try Measured.program(
      layers: 2, devices: 2, microbatches: 2, strategy: "pipeline(schedule=gpipe)", outputBytes: 1_000_001, batch: 14)
    let link = LinkModel(bytesPerSecond: 1e9)
    let trace = try Measured.simulate(program, link: link).trace
    let first = try #require(trace.records[1].first { $0.arrival > 0 })
    #expect(first.arrival - first.transferStart == 1_000_001)
  }

  @Test func deadlocksAreSaidInTheVerifiersWords() throws {
    var hand = HandProgram(devices: 2)
    let there = hand.channel(0, 1)
    let back = hand.channel(1, 0)
    // Each device receives before it sends.
    let toOne = hand.messages.append(
      Message(
        channel: there, from: 0, to: 1, words: 1, purpose: .other, sendBuffer: hand.buffer(0),
        receiveBuffer: hand.buffer(1)))
    let toZero = hand.messages.append(
      Message(
        channel: back, from: 1, to: 0, words: 1, purpose: .other, sendBuffer: hand.buffer(1),
        receiveBuffer: hand.buffer(0)))
    for (device, received, sent) in [(0, toZero, toOne), (1, toOne, toZero)] {
      hand.devices[device].append(.receive(received), lane: .communication, action: 0)
      hand.devices[device].append(.send(sent), lane: .communication, action: 0)
    }
    let program = try hand.program()
    let found = Verifier(program).check().filter { $0.message.hasPrefix("deadlock") }
    let simulation = Simulation(program)
    let costs = CostTable(givenTimesOf: program)
    let error = #expect(throws: DiagnosticList.self) { try simulation.run(costs, link: LinkModel(), steps: 1) }
    #expect(error?.all == found && found.count == 1)
  }

  @Test func timeBeyondCountingIsAnErrorAndNoTrap() throws {
    let program = try Measured.program(
      layers: 1, devices: 1, microbatches: 1, strategy: "serial", forward: 86_400_000)
    let simulation = Simulation(program)
    let costs = CostTable(givenTimesOf: program)
    #expect(throws: DiagnosticList.self) { try simulation.run(costs, link: LinkModel(), steps: 1000) }
  }
}

extension Instruction {
  var isSend: Bool { if case .send = self { true } else { false } }
}
