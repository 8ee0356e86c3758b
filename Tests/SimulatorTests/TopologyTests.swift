import Machines
import Programs
import Testing
import Traces

@testable import Simulator

/// Messages over shared links, computed by hand. Every link takes 10 µs and a millisecond per megabyte.
@Suite struct TopologyTests {
  private static let link = Link.emulated(latencyNanoseconds: 10_000, bytesPerSecond: 1e9)

  private struct Sending {
    var from: Int
    var to: Int
    /// Milliseconds of work before.
    var at: Double
    var bytes = 1_000_000
  }

  /// When each message is readable, in nanoseconds.
  private func arrivals(_ topology: Topology, devices: Int, _ list: [Sending], slow: [Perturbation.SlowLink] = [])
    throws
    -> [Int64]
  {
    var hand = HandProgram(devices: devices)
    let messages = list.map { sending in
      let block = hand.work(sending.from, milliseconds: sending.at, bytes: sending.bytes)
      return hand.send(block, on: hand.channel(sending.from, sending.to))
    }
    for message in messages { hand.free(hand.messages[message].to, hand.receive(message)) }
    let program = try hand.program()
    #expect(Verifier(program).check().isEmpty)
    var machine = Machine(devices: devices, link: Self.link, topology: topology)
    machine.perturbation.slowLinks = slow
    let trace = try Simulation(program).trace(
      CostTable(givenTimesOf: program), on: MachineModel(machine), steps: 1
    ).trace
    return try messages.map { message in
      let device = program.messages[message].to
      let record = try #require(
        trace.records[device].first { record in
          if case .receive(message) = program.devices[device].instructions[Int(record.instruction)] {
            true
          } else {
            false
          }
        })
      return record.arrival
    }
  }

  @Test func aBusCarriesOneMessageAtATime() throws {
    let list = [Sending(from: 0, to: 1, at: 1), Sending(from: 2, to: 3, at: 1.25, bytes: 2_000_000)]
    #expect(try arrivals(.bus, devices: 4, list) == [2_010_000, 4_010_000])
    #expect(try arrivals(.crossbar, devices: 4, list) == [2_010_000, 3_260_000])
  }

  /// 0 to 2 takes the links 0>1 and 1>2 at once: its first byte does not wait for its last.
  @Test func aRouteOfTwoHopsHoldsBothLinks() throws {
    let list = [Sending(from: 0, to: 2, at: 1), Sending(from: 1, to: 2, at: 1.5), Sending(from: 2, to: 1, at: 1.5)]
    // 1 + 1 ms and 2 x 10 µs; behind it from 2 to 3 ms; the other direction is free.
    #expect(try arrivals(.ring, devices: 5, list) == [2_020_000, 3_010_000, 2_510_000])
  }

  @Test func aRingIsPassedTheShorterWay() throws {
    #expect(try arrivals(.ring, devices: 5, [Sending(from: 0, to: 3, at: 0)]) == [1_020_000])
    #expect(try arrivals(.torus(rows: 3), devices: 12, [Sending(from: 0, to: 11, at: 0)]) == [1_020_000])
  }

  @Test func devicesOfAHostShareItsInterface() throws {
    let list = [Sending(from: 0, to: 2, at: 1), Sending(from: 1, to: 3, at: 1), Sending(from: 2, to: 0, at: 1)]
    // Both messages leave host 0; what comes back uses the other direction. The network's latency counts once.
    #expect(
      try arrivals(.hosts(devices: 2, inside: .shared), devices: 4, list) == [2_010_000, 3_010_000, 2_010_000])
    // Messages from two hosts meet at the third one's interface.
    let meeting = [Sending(from: 0, to: 4, at: 1), Sending(from: 2, to: 5, at: 1)]
    #expect(try arrivals(.hosts(devices: 2, inside: .shared), devices: 6, meeting) == [2_010_000, 3_010_000])
    #expect(
      try arrivals(.hosts(devices: 2, inside: .shared), devices: 4, [Sending(from: 0, to: 1, at: 1)]) == [1_000_000])
  }

  @Test func twoSocketsShareTheWayBetweenThem() throws {
    let list = [Sending(from: 0, to: 2, at: 1), Sending(from: 1, to: 3, at: 1), Sending(from: 3, to: 0, at: 1)]
    #expect(try arrivals(.sockets(count: 2, inside: .shared), devices: 4, list) == [2_010_000, 3_010_000, 2_010_000])
  }

  /// Four hops. With half the bandwidth above the leaves the second message waits for all of the first, otherwise for the
  /// half millisecond that the first takes on the wider link.
  @Test func anOversubscribedTreeIsNarrowAtTheTop() throws {
    let list = [Sending(from: 0, to: 2, at: 1), Sending(from: 1, to: 3, at: 1)]
    #expect(try arrivals(.fatTree(leaf: 2, oversubscription: 2), devices: 4, list) == [2_040_000, 3_040_000])
    #expect(try arrivals(.fatTree(leaf: 2, oversubscription: 1), devices: 4, list) == [2_040_000, 2_540_000])
    #expect(
      try arrivals(.fatTree(leaf: 2, oversubscription: 2), devices: 4, [Sending(from: 0, to: 1, at: 0)]) == [1_020_000])
  }

  @Test func aSwitchKeepsReceiversPortsBusy() throws {
    let list = [Sending(from: 0, to: 2, at: 1), Sending(from: 1, to: 2, at: 1)]
    #expect(try arrivals(.switched, devices: 3, list) == [2_020_000, 3_020_000])
  }

  @Test func aSlowLinkTakesItsFactor() throws {
    let list = [Sending(from: 0, to: 1, at: 0), Sending(from: 1, to: 2, at: 0)]
    let slow = [Perturbation.SlowLink(link: .between(0, 1), factor: 4)]
    #expect(try arrivals(.crossbar, devices: 3, list, slow: slow) == [4_040_000, 1_010_000])
    #expect(try arrivals(.ring, devices: 4, list, slow: slow) == [4_040_000, 1_010_000])
  }

  /// The route machinery and the fast path for machines of equal links say the same.
  @Test func equalLinksAreARouteOfOneWire() throws {
    let program = try Measured.program(
      layers: 4, devices: 4, microbatches: 6, strategy: "pipeline(schedule=1f1b)", outputBytes: 300_001)
    let costs = CostTable(givenTimesOf: program)
    let uniform = try Simulation(program).trace(costs, link: LinkModel(Self.link), steps: 3)
    let edges = (0..<4).flatMap { a in (0..<a).map { Topology.Edge($0, a) } }
    let machine = Machine(devices: 4, link: Self.link, topology: .graph(edges))
    let routed = try Simulation(program).trace(costs, on: MachineModel(machine), steps: 3)
    #expect(uniform.outcome == routed.outcome)
    #expect(uniform.trace.records == routed.trace.records)
  }

  @Test func trafficIsCountedOnEveryLinkOfTheRoute() throws {
    var hand = HandProgram(devices: 5)
    for (from, to, bytes) in [(0, 2, 4_000_000), (1, 2, 1_000_000), (2, 1, 2_000_000)] {
      let message = hand.send(hand.work(from, milliseconds: 0, bytes: bytes), on: hand.channel(from, to))
      hand.free(to, hand.receive(message))
    }
    let program = try hand.program()
    func traffic(_ machine: Machine) -> [LinkTraffic] {
      let all = LinkTraffic.byWire(
        CarriedTraffic(expectedOf: program), on: LinkMap(program.channels.entries, on: machine))
      return LinkTraffic.busiestFirst(all).map { all[$0] }
    }
    #expect(
      traffic(Machine(devices: 5, link: Self.link, topology: .ring)) == [
        LinkTraffic(name: "1>2", busySeconds: 5e-3, bytes: 5_000_000, messages: 2),
        LinkTraffic(name: "0>1", busySeconds: 4e-3, bytes: 4_000_000, messages: 1),
        LinkTraffic(name: "2>1", busySeconds: 2e-3, bytes: 2_000_000, messages: 1),
      ])
    #expect(traffic(Machine(devices: 5)).isEmpty)
  }

  /// Whose messages share a link, how busy it is, and that the one behind waits there for the one before.
  @Test func loadsOfLinksNameWhoSharesAndWhoWaits() throws {
    var hand = HandProgram(devices: 5)
    var arrived: [(device: Int, buffer: Index<Buffer>)] = []
    for (from, to, bytes) in [(0, 2, 4_000_000), (1, 2, 1_000_000), (2, 1, 2_000_000)] {
      let message = hand.send(hand.work(from, milliseconds: 0, bytes: bytes), on: hand.channel(from, to))
      arrived.append((to, hand.receive(message)))
    }
    for (device, buffer) in arrived { hand.free(device, buffer) }
    let program = try hand.program()
    let machine = Machine(devices: 5, link: Self.link, topology: .ring)
    let map = LinkMap(program.channels.entries, on: machine)
    let planned = LinkLoad.all(program, on: map)
    #expect(planned.map(\.name) == ["1>2", "0>1", "2>1"])
    let sharers = planned[0].pairs.map { "\($0.from)>\($0.to) \($0.bytes)" }
    #expect(sharers == ["0>2 4000000", "1>2 1000000"])
    #expect(planned.allSatisfy { $0.bytes == nil && $0.utilisation == nil && $0.queuedSeconds == nil })
    #expect(planned[0].expectedBytes == 5_000_000 && abs(planned[0].busySeconds - 5e-3) < 1e-12)

    let (_, trace) = try Simulation(program).trace(
      CostTable(program) { _, _ in 0 }, on: MachineModel(machine), steps: 1)
    let statistics = trace.statistics(program)
    let loads = LinkLoad.all(program, on: map, totals: statistics.totals, newest: statistics.recent.steps.last)
    #expect(loads.map(\.name) == ["1>2", "0>1", "2>1"])
    #expect(loads.map(\.bytes) == [5_000_000, 4_000_000, 2_000_000] && loads.map(\.messages) == [2, 1, 1])
    let window = Double(statistics.totals.window) * 1e-9
    #expect(loads[0].utilisation.map { abs($0 - 5e-3 / window) < 1e-12 } == true)
    // All are handed over at 0. The link 1>2 takes the megabyte that is there; the first byte of the four comes at the same
    // instant, when the link 0>1 has taken it, and waits a millisecond.
    #expect(loads.map(\.queuedSeconds) == [1e-3, 0, 0])
    #expect(map.commonWire == nil)
    #expect(LinkMap(program.channels.entries, on: Machine(devices: 5, link: Self.link)).commonWire != nil)
    #expect(
      LinkMap(program.channels.entries, on: Machine(devices: 5, link: Self.link, topology: .bus)).commonWire == nil)
  }
}

/// Devices that are slower or faster than others.
@Suite struct PaceTests {
  private func step(_ change: (inout Machine) -> Void) throws -> [Int64] {
    var hand = HandProgram(devices: 2)
    for device in 0...1 { hand.work(device, milliseconds: 1) }
    let message = hand.send(hand.work(1, milliseconds: 1, bytes: 1_000_000), on: hand.channel(1, 0))
    hand.work(0, milliseconds: 1, reading: [hand.receive(message)])
    let program = try hand.program()
    var machine = Machine(devices: 2, link: .emulated(latencyNanoseconds: 0, bytesPerSecond: 1e9))
    change(&machine)
    return try Simulation(program).run(CostTable(givenTimesOf: program), on: MachineModel(machine), steps: 3).stepEnds
  }

  @Test func factorsAndRatesMultiply() throws {
    // Two pieces of work on device 1, a millisecond of wire, one more on device 0.
    #expect(try step { _ in }[0] == 4 * millisecond)
    // The slow device keeps the other waiting: 6 + 1 + 1 ms.
    #expect(try step { $0.perturbation.slowDevices = [.init(device: 1, factor: 3)] }[0] == 8 * millisecond)
    #expect(try step { $0.rates = [1, 0.5] }[0] == 6 * millisecond)
    #expect(try step { $0.rates = [2] }[0] == 5 * millisecond / 2)
    #expect(
      try step {
        $0.rates = [1, 2]
        $0.perturbation.slowDevices = [.init(device: 1, factor: 4)]
      }[0] == 6 * millisecond)
  }

  @Test func jitterRepeatsBySeed() throws {
    func jittered(_ seed: UInt64, _ amplitude: Double = 0.5) throws -> [Int64] {
      try step { $0.perturbation.jitter = Perturbation.Jitter(amplitude: amplitude, seed: seed) }
    }
    #expect(try jittered(1) == jittered(1))
    #expect(try jittered(1) != jittered(2))
    #expect(try jittered(1, 0) == step { _ in })
    let plain = try step { _ in }
    for (shaken, end) in zip(try jittered(3), plain) { #expect(shaken > end && Double(shaken) < 1.5 * Double(end)) }
    // Every step has delays of its own.
    let ends = try jittered(3)
    #expect(ends[1] - ends[0] != ends[2] - ends[1])
  }

  @Test func factorsAreOnesWhereNothingIsPerturbed() {
    #expect(Pace(Machine(devices: 3)) == nil)
    var machine = Machine(devices: 3)
    machine.perturbation.jitter = Perturbation.Jitter(amplitude: 0)
    #expect(Pace(machine) == nil)
    machine.rates = [1, 1, 0.25]
    #expect(Pace(machine)?.factor(device: 2, step: 0, instruction: 7) == 4)
    #expect(Pace(machine)?.factor(device: 0, step: 0, instruction: 7) == 1)
  }
}
