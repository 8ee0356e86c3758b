import Machines
import Networks
import Programs

import Testing
import Traces

@testable import Simulator

/// Messages on wires that several devices share, against a slow simulation that looks at every message at every instant.
@Suite struct SharedWireTests {
  private struct Sending {
    var from: Int
    var to: Int
    /// Nanoseconds.
    var at: Int64
    var bytes: Int
  }

  /// A message of the slow simulation.
  private struct Body {
    var sending: Sending
    /// Number among those that its sender sends at the instant, beginning with the same wire.
    var number = 0
    var route: [Wire]
    /// Wires behind it, and when and in which round it came to the next one.
    var passed = 0
    var came: (at: Int64, round: Int)
    var left: Int64 = 0
    var readable: Int64?
  }

  /// When messages are readable: at every instant at which anything happens, every free wire takes a message that is there, all
  /// at once, until none is left that can be taken.
  private func slowly(_ list: [Sending], on machine: Machine) -> [Int64] {
    let routes = list.map { machine.route(from: $0.from, to: $0.to) }
    var bodies = list.indices.map { place in
      let own = list[place]
      let before = (0..<place).count {
        list[$0].from == own.from && list[$0].at == own.at && routes[$0].first == routes[place].first
      }
      return Body(sending: own, number: before, route: routes[place], came: (own.at, 0), left: own.at)
    }
    var freeAt: [Wire: Int64] = [:]
    var now = list.map(\.at).min() ?? 0
    while bodies.contains(where: { $0.readable == nil }) {
      var round = 0
      while true {
        round += 1
        var chosen: [Wire: Int] = [:]
        for place in bodies.indices {
          let body = bodies[place]
          guard body.readable == nil, body.passed < body.route.count, body.came.at <= now else { continue }
          let wire = body.route[body.passed]
          guard freeAt[wire] ?? .min <= now else { continue }
          if let other = chosen[wire], !goesFirst(body, bodies[other], machine.devices) { continue }
          chosen[wire] = place
        }
        for (wire, place) in chosen {
          let end = now + wire.occupancyNanoseconds(bytes: bodies[place].sending.bytes)
          freeAt[wire] = end
          bodies[place].passed += 1
          bodies[place].left = max(bodies[place].left, end)
          bodies[place].came = (now, round)
        }
        for place in bodies.indices where bodies[place].readable == nil {
          if bodies[place].passed == bodies[place].route.count, bodies[place].came.at <= now {
            bodies[place].readable = bodies[place].left + bodies[place].route.reduce(0) { $0 + $1.latencyNanoseconds }
          }
        }
        if chosen.isEmpty { break }
      }
      now = (list.map(\.at) + freeAt.values).filter { $0 > now }.min() ?? now
    }
    return bodies.map { $0.readable ?? -1 }
  }

  private func goesFirst(_ a: Body, _ b: Body, _ devices: Int) -> Bool {
    func key(_ body: Body) -> [Int] {
      let sending = body.sending
      return [
        Int(body.came.at), body.came.round, Int(sending.at), body.number, body.passed - body.route.count,
        -((sending.to - sending.from + devices) % devices), sending.from,
      ]
    }
    return key(a).lexicographicallyPrecedes(key(b))
  }

  /// The same by the simulator.
  private func simulated(_ list: [Sending], on machine: Machine) throws -> [Int64] {
    var hand = HandProgram(devices: machine.devices)
    var clocks = [Int64](repeating: 0, count: machine.devices)
    let messages = list.map { sending in
      let block = hand.work(
        sending.from, milliseconds: Double(sending.at - clocks[sending.from]) * 1e-6, bytes: sending.bytes)
      clocks[sending.from] = sending.at
      return hand.send(block, on: hand.channel(sending.from, sending.to), lane: .compute)
    }
    // What is received stands behind everything that is sent, so that nobody is kept from sending.
    for message in messages { hand.free(hand.messages[message].to, hand.receive(message, lane: .compute)) }
    let program = try hand.program()
    let trace = try Simulation(program).trace(
      CostTable(givenTimesOf: program), on: MachineModel(machine), steps: 1
    ).trace
    return messages.map { message in
      let device = program.messages[message].to
      return trace.records[device].first { record in
        if case .receive(message) = program.devices[device].instructions[Int(record.instruction)] {
          true
        } else {
          false
        }
      }?.arrival ?? -1
    }
  }

  private static func topology(_ number: Int, _ devices: Int, _ link: Link) -> Topology {
    switch number % 8 {
    case 0: .ring
    case 1: .bus
    case 2: .switched
    case 3: .torus(rows: devices % 2 == 0 ? 2 : nil)
    case 4: .fatTree(leaf: 2, oversubscription: 2)
    case 5: .hosts(devices: 2, inside: .shared)
    case 6: .sockets(count: 2, inside: link)
    // A chain with a narrow link in its middle.
    default:
      .graph(
        (1..<devices).map { place in
          Topology.Edge(
            place - 1, place,
            link: place == devices / 2 ? .emulated(latencyNanoseconds: 3000, bytesPerSecond: 2.5e8) : nil)
        })
    }
  }

  @Test(arguments: 0..<240) func everyWireTakesMessagesAsTheyArrive(seed: Int) throws {
    let random = CounterRandom(seed: UInt64(seed), stream: "wires")
    var drawn = 0
    func below(_ limit: Int) -> Int {
      drawn += 1
      return Int(random.bits(drawn) % UInt64(limit))
    }
    let devices = 2 + below(6)
    let link = Link.emulated(latencyNanoseconds: [0, 1000, 12_345][below(3)], bytesPerSecond: [1e9, 5e8][below(2)])
    let machine = Machine(devices: devices, link: link, topology: Self.topology(seed, devices, link))
    var list: [Sending] = []
    for from in 0..<devices {
      var at: Int64 = 0
      for _ in 0..<below(7) {
        // Many at one instant, and many that end where others begin.
        at += Int64(below(4) * 4000)
        let to = (from + 1 + below(devices - 1)) % devices
        list.append(Sending(from: from, to: to, at: at, bytes: 4000 * (1 + below(3))))
      }
    }
    #expect(try simulated(list, on: machine) == slowly(list, on: machine), "\(machine.linkDescription)")
  }

  /// Four devices around a ring send 4 MB to each other over links of 1 ms and 1 GB/s: to the next in 5 ms, to the third the
  /// shorter way down in 5 ms again. To the one between all go upwards: every link takes its own device's message first, and then
  /// the one that came over the link before, 4 and 8 ms and twice the latency. One after the other that is 20 ms.
  @Test func exchangesAroundARingDoNotWaitForIdleWires() throws {
    let link = Link.emulated(latencyNanoseconds: 1_000_000, bytesPerSecond: 1e9)
    let machine = Machine(devices: 4, link: link, topology: .ring)
    for (distance, milliseconds) in [(1, 5), (2, 10), (3, 5)] as [(Int, Int64)] {
      let list = (0..<4).map { Sending(from: $0, to: ($0 + distance) % 4, at: 0, bytes: 4_000_000) }
      #expect(try simulated(list, on: machine) == list.map { _ in milliseconds * 1_000_000 })
    }
  }
}
