import Foundation
import Machines
import Networks
import Programs
import Strategies
import Testing
import Traces

@testable import Simulator

/// Where durations come from.
@Suite struct CostTests {
  private func program(_ strategy: String, devices: Int) throws -> Program {
    let network = Network(
      input: .image(channels: 2, height: 8, width: 8),
      layers: [
        Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.batchNorm()),
        Layer(.relu), Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.flatten),
        Layer(.linear(outputs: 10)),
      ])
    return try Compiler(
      graph: Graph(network),
      training: TrainingSettings(batch: 12, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: devices,
      microbatches: nil
    ).compile(Strategy(parsing: strategy))
  }

  /// Operations of layers are those of the formulas, and are shared out among the devices of a strategy.
  @Test func unitsAreTheOperationsOfTheLayers() throws {
    for (strategy, devices) in [("serial", 1), ("data(exchange=ring)", 3), ("pipeline(schedule=1f1b)", 3)] {
      let program = try program(strategy, devices: devices)
      var units: [String: Double] = [:]
      for device in program.devices {
        for instruction in device.instructions {
          let work = device.work(of: instruction, messages: program.messages)
          units[work.name, default: 0] += work.units
        }
      }
      let nodes = program.graph.nodes
      #expect(units["conv.forward"] == Double(12 * nodes[0].forwardFlops), "\(strategy)")
      // The first layer needs no gradient of its input.
      #expect(units["conv.backward"] == Double(12 * nodes[0].backwardFlops), "\(strategy)")
      #expect(units["linear.forward"] == Double(12 * nodes[5].forwardFlops), "\(strategy)")
      #expect(units["linear.backward"] == Double(12 * nodes[5].backwardFlops), "\(strategy)")
      #expect(units["maxPool.forward"] == Double(12 * nodes[3].forwardFlops), "\(strategy)")
      #expect(units["relu.forward"] == Double(12 * nodes[2].forwardFlops), "\(strategy)")
      #expect(units["loss"] == 120)
      // Inputs and, apart from them, targets.
      #expect(units["load"] == Double(12 * 128 + 12), "\(strategy)")
    }
  }

  @Test func fitsFindTheLineThatMadeTheSamples() {
    let samples = [10.0, 100, 1000, 5000].map { (units: $0, nanoseconds: 300 + 0.25 * $0) }
    let cost = Calibration.Cost(fitting: samples)
    #expect(abs(cost.fixed - 300) < 1e-6 && abs(cost.perUnit - 0.25) < 1e-9)
  }

  @Test func fitsNeverGoBelowZero() {
    // Faster per unit the more there are, and slower than in proportion.
    let falling = Calibration.Cost(fitting: [(1, 500), (10, 200)])
    #expect(falling.perUnit == 0 && falling.fixed > 200 && falling.fixed < 500)
    let steep = Calibration.Cost(fitting: [(10, 10), (20, 40)])
    #expect(steep.fixed == 0 && steep.perUnit > 1 && steep.perUnit < 2)
    // One size alone, and work without units.
    #expect(Calibration.Cost(fitting: [(50, 100), (50, 100)]) == .init(fixed: 0, perUnit: 2))
    let fixed = Calibration.Cost(fitting: [(0, 80), (0, 80)])
    #expect(abs(fixed.fixed - 80) < 1e-9 && fixed.perUnit == 0)
  }

  @Test func calibrationsReadBackAndRefuseNonsense() throws {
    let document = Calibration(
      machine: "m", date: "2026-01-31", costs: ["copy": .init(fixed: 100, perUnit: 0.5)], wakeNanoseconds: 5000,
      gaugeNanoseconds: 740)
    #expect(try Calibration(json: Data(document.json().utf8)) == document)
    // Documents of machines whose processors were never gauged.
    let ungauged = try document.json().replacing("  \"gauge_nanoseconds\" : 740,\n", with: "")
    #expect(try Calibration(json: Data(ungauged.utf8)).gaugeNanoseconds == nil)
    for wrong in [
      try document.json().replacing("calibration/2", with: "calibration/9"),
      try document.json().replacing("5000", with: "-1"), "{}", "",
    ] {
      #expect(throws: (any Error).self) { try Calibration(json: Data(wrong.utf8)) }
    }
  }

  /// The times that a model gave a run come back when the model is fitted to the run's trace.
  @Test func fittingTheTraceOfAModelGivesTheModel() throws {
    let copies = Calibration.Cost(fixed: 2000, perUnit: 3)
    let model = Calibration(
      machine: "m", date: "d",
      costs: [
        "copy": copies, "accumulate": copies, "conv.forward": .init(fixed: 0, perUnit: 2),
        "update": .init(fixed: 0, perUnit: 4), "send": .init(fixed: 700, perUnit: 0),
      ], wakeNanoseconds: 9000)
    let program = try program("data(exchange=ring)", devices: 3)
    let link = LinkModel(.shared, of: program, calibration: model)
    var times = RecordedTimes(program, spinNanoseconds: 0)
    times.add(
      try Simulation(program).trace(CostTable(program, calibration: model, origin: ""), link: link, steps: 3).trace)
    let fitted = try #require(Calibration(fitting: [times], machine: "m", date: "d"))
    for name in ["conv.forward", "update", "send"] {
      let (a, b) = (try #require(fitted.costs[name]), try #require(model.costs[name]))
      #expect(abs(a.fixed - b.fixed) < 1 && abs(a.perUnit - b.perUnit) < 1e-3, "\(name)")
    }
  }

  /// A run replayed with its own durations takes as long as it took.
  @Test func recordedTimesReplayTheirRun() throws {
    let program = try program("pipeline(schedule=gpipe)", devices: 3)
    let costs = CostTable(program) { device, position in Int64(1_000_000 * (1 + (7 * position + device.device) % 5)) }
    let link = LinkModel(latencyPicoseconds: 3_000_000, bytesPerSecond: 1e9)
    let simulation = Simulation(program)
    let first = try simulation.trace(costs, link: link, steps: 4)
    var times = RecordedTimes(program, spinNanoseconds: 0)
    times.add(first.trace)
    for (device, own) in program.devices.enumerated() {
      for (position, instruction) in own.instructions.enumerated() {
        // A receive that always had to wait was never seen without waiting.
        guard let median = times.median(device: device, position: position) else {
          if case .receive = instruction { continue }
          Issue.record("device \(device), instruction \(position) has no time")
          continue
        }
        #expect(median * 1000 == costs.picoseconds(device: device, position: position, step: 0))
      }
    }
  }

  /// A part of a microbatch's samples takes its part of the time; a whole one exactly what was given.
  @Test func givenTimesAreSharedByDevices() throws {
    let serial = try Measured.program(
      layers: 1, devices: 1, microbatches: 1, strategy: "serial", forward: 18.5, batch: 8)
    #expect(try Measured.simulate(serial).outcome.stepEnds == [20_500_000_000])
    let shared = try Measured.program(
      layers: 1, devices: 4, microbatches: 1, strategy: "data(exchange=ring)", forward: 18.5, batch: 8)
    #expect(try Measured.simulate(shared).outcome.stepEnds == [20_500_000_000 / 4])
  }

  /// Real layers beside measured ones are priced by the model, everything else costs nothing.
  @Test func networksMayBeMeasuredInPart() throws {
    let profile = LayerProfile(
      forwardMilliseconds: 2, backwardInputMilliseconds: 1, backwardWeightMilliseconds: 1, outputBytes: 40)
    let network = Network(input: .features(4), layers: [Layer(.profiled(profile)), Layer(.linear(outputs: 3))])
    let program = try Compiler(
      graph: Graph(network),
      training: TrainingSettings(batch: 1, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: 1,
      microbatches: 1
    ).compile(.serial)
    let cost = Calibration.Cost(fixed: 1000, perUnit: 1e6)
    let model = Calibration(
      machine: "m", date: "d",
      costs: ["linear.forward": .init(fixed: 500_000, perUnit: 0), "loss": cost, "update": cost, "runtime": cost],
      wakeNanoseconds: 1e6)
    let costs = CostTable(program, calibration: model, origin: "")
    let outcome = try Simulation(program).run(
      costs, link: LinkModel(.shared, of: program, calibration: model), steps: 1)
    #expect(outcome.stepEnds == [(4000 + 500 + 500) * 1_000_000])
  }
}
