import Diagnostics
import Programs
import Testing
import Traces

@testable import Simulator

/// Simulations that somebody lets go on from step to step.
@Suite struct PacedSimulationTests {
  /// Two devices, the second of which works 2 ms after the first's 1 ms.
  private func chain() throws -> Program {
    var hand = HandProgram(devices: 2)
    let message = hand.send(hand.work(0, milliseconds: 1), on: hand.channel(0, 1, capacity: 2))
    hand.work(1, milliseconds: 2, reading: [hand.receive(message)])
    return try hand.program()
  }

  private func finish(_ simulation: inout PacedSimulation<CostTable>) throws -> [[TraceRecord]] {
    while try simulation.advance(instructions: 1) {}
    return simulation.takeRecords()
  }

  @Test func aStandLetsEverybodyGoOnAtOneInstant() throws {
    let program = try chain()
    var simulation = Simulation(program).paced(asking: CostTable(givenTimesOf: program), link: LinkModel())
    #expect(try finish(&simulation).allSatisfy(\.isEmpty) && simulation.now == 0)
    simulation.release(upTo: 2)
    let first = try finish(&simulation)
    // The first device runs ahead by a step; the second sets the pace.
    #expect(first[0].map(\.end).max() == 2_000_000 && simulation.now == 5_000_000)
    #expect(first.joined().allSatisfy { $0.step < 2 })
    simulation.release(upTo: 3)
    let second = try finish(&simulation)
    #expect(second[0].first?.begin == 5_000_000 && second[1].first?.begin == 5_000_000 && simulation.now == 8_000_000)
    #expect(second.joined().allSatisfy { $0.step == 2 })
  }

  @Test func holdingEndsAfterTheStepThatTheFurthestHasBegun() throws {
    let program = try chain()
    var simulation = Simulation(program).paced(asking: CostTable(givenTimesOf: program), link: LinkModel())
    simulation.release(upTo: 100)
    var records = program.devices.map { _ in [TraceRecord]() }
    while records[0].last?.step ?? 0 < 3 {
      #expect(try simulation.advance(instructions: 1))
      for (device, new) in simulation.takeRecords().enumerated() { records[device] += new }
    }
    let bound = simulation.hold()
    #expect(bound >= 4 && bound < 10)
    for (device, new) in try finish(&simulation).enumerated() { records[device] += new }
    for (device, own) in zip(program.devices, records) {
      #expect(own.count == bound * device.instructions.count && own.last?.step == Int32(bound - 1))
    }
  }

  @Test func withoutStandsItIsTheSimulation() throws {
    let program = try chain()
    let costs = CostTable(givenTimesOf: program)
    var simulation = Simulation(program).paced(asking: costs, link: LinkModel())
    simulation.release(upTo: 7)
    let paced = try finish(&simulation)
    #expect(try paced == Simulation(program).trace(costs, link: LinkModel(), steps: 7).trace.records)
  }
}
