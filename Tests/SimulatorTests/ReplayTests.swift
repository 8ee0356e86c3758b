import Machines
import Programs
import Simulator
import Testing
import Traces

@Suite struct ReplayTests {
  /// A pipeline of measured layers, simulated with a link, as a recorded run.
  private func recorded(
    _ program: Program, link: LinkModel = LinkModel(), steps: Int = 4
  ) throws -> (steps: AnalysedSteps, totals: Totals) {
    let statistics = try Measured.simulate(program, link: link, steps: steps).trace.statistics(program)
    return (
      try #require(AnalysedSteps(statistics.recent.steps, catalogue: statistics.catalogue)), statistics.totals
    )
  }

  @Test func recordedDurationsGiveTheRecordedStep() throws {
    let program = try Measured.program(
      layers: 4, devices: 4, microbatches: 8, strategy: "pipeline(schedule=1f1b)", outputBytes: 1_000_000)
    let link = LinkModel(latencyPicoseconds: millisecond / 2, bytesPerSecond: 1e9)
    let run = try recorded(program, link: link)
    let path = CriticalPath(run.steps)
    let replay = try #require(
      try Simulation(program).replay(
        RecordedTimes(run.steps, spinNanoseconds: 0).costs(), on: MachineModel(link), path: path))
    let measured = try #require(run.totals.stepSeconds(quantile: 0.5))
    #expect(abs(replay.stepSeconds - measured) < 1e-9)
    // (m + p - 1)(tF + tB) where messages cost nothing.
    #expect(abs(replay.idealNetworkStepSeconds - 11 * 3e-3) < 1e-9)
    let names = replay.changes.map(\.text)
    #expect(names.contains("messages 2× as fast") && names.count == 5)
    #expect(replay.changes.allSatisfy { $0.stepSeconds < replay.stepSeconds + 1e-12 })
  }

  @Test func stepsAgainWithTheirOwnDurationsAreThemselves() throws {
    let program = try Measured.program(
      layers: 4, devices: 4, microbatches: 8, strategy: "pipeline(schedule=1f1b)", outputBytes: 1_000_000)
    let machine = Machine(devices: 4, link: .emulated(latencyNanoseconds: 500_000, bytesPerSecond: 1e9))
    // Device 2 loses 4 ms of its first forward pass in every step but each third.
    let catalogue = InstructionCatalogue(program)
    let forward = try #require(
      program.devices[2].instructions.indices.first { catalogue.kind(device: 2, instruction: $0) == .forward })
    var costs = DisturbedCosts(
      costs: CostTable(givenTimesOf: program), device: 2, position: forward, lost: 4 * millisecond)
    var records = program.devices.map { _ in [TraceRecord]() }
    let outcome = try Simulation(program).run(asking: &costs, on: MachineModel(machine), steps: 9) { batch in
      for device in records.indices { records[device] += batch.records[device] }
    }
    for place in records[2].indices where costs.isDisturbed(records[2][place]) {
      records[2][place].withheld = 4_000_000
    }
    let trace = TraceBatch(records: records, dropped: records.map { _ in 0 })
    let statistics = trace.statistics(program)
    let steps = try #require(AnalysedSteps(statistics.recent.steps, catalogue: statistics.catalogue))
    func repeated(usualWakeNanoseconds: Double?) throws -> Replay.Repeated? {
      try Simulation(program).replay(
        steps, on: machine, spinNanoseconds: 0, usualWakeNanoseconds: usualWakeNanoseconds)?.repeated
    }
    let own = try #require(try repeated(usualWakeNanoseconds: .infinity))
    #expect(abs(own.stepSeconds - steps.medianSeconds) < 1e-9)
    let undisturbed = try #require(
      try Simulation(program).run(CostTable(givenTimesOf: program), on: MachineModel(machine), steps: 3)
        .lastStepSeconds)
    #expect(try abs(#require(own.undisturbedStepSeconds) - undisturbed) < 1e-9)
    // Not of a run whose times were not those of the wall clock.
    #expect(
      try repeated(usualWakeNanoseconds: nil)
        == Replay.Repeated(stepSeconds: own.stepSeconds, undisturbedStepSeconds: nil))
    #expect(steps.medianSeconds > undisturbed + 3e-3 && outcome.stepEnds.count == 9)
  }

  @Test func aFasterLayerShortensTheStepByItsShare() throws {
    let program = try Measured.program(layers: 4, devices: 1, microbatches: 1, strategy: "serial")
    let costs = CostTable(givenTimesOf: program)
    let simulation = Simulation(program)
    let catalogue = InstructionCatalogue(program)
    func step(_ change: WhatIf?) throws -> Double {
      try simulation.predictedStep(costs, on: MachineModel(LinkModel()), change: change, catalogue: catalogue)
    }
    #expect(try step(nil) == 12e-3)
    #expect(try abs(step(.layer(1, times: 2)) - 10.5e-3) < 1e-12)
    #expect(try abs(step(.kind(.forward, times: 4)) - 9e-3) < 1e-12)
    #expect(try abs(step(.device(0, times: 3)) - 4e-3) < 1e-12)
  }

  @Test func fasterMessagesSaveWhatTheyHaveOnThePath() throws {
    let program = try Measured.program(
      layers: 2, devices: 2, microbatches: 2, strategy: "pipeline(schedule=gpipe)", outputBytes: 1_000_000)
    let catalogue = InstructionCatalogue(program)
    let link = LinkModel(latencyPicoseconds: 0, bytesPerSecond: 1e9)
    let costs = CostTable(givenTimesOf: program)
    let simulation = Simulation(program)
    let whole = try simulation.predictedStep(costs, on: MachineModel(link), catalogue: catalogue)
    let faster = try simulation.predictedStep(
      costs, on: MachineModel(link), change: .link(times: 2), catalogue: catalogue)
    // Two transfers of 1 ms lie on the path of (m + p - 1)(tF + tB) = 9 ms, each now 0.5 ms.
    #expect(abs(whole - 11e-3) < 1e-9 && abs(faster - 10e-3) < 1e-9)
  }

  @Test func pathsOfSimulationsAreTheirSteps() throws {
    for strategy in ["pipeline(schedule=gpipe)", "pipeline(schedule=1f1b)", "data(exchange=ring)"] {
      let program = try Measured.program(
        layers: 4, devices: 4, microbatches: 4, strategy: strategy, outputBytes: 4000, parameterBytes: 4000,
        batch: 16)
      let run = try recorded(program, link: LinkModel(latencyPicoseconds: millisecond / 10, bytesPerSecond: 1e8))
      let path = CriticalPath(run.steps)
      #expect(path.segments.reduce(0) { $0 + $1.nanoseconds } == Int64(run.steps.window.count), "\(strategy)")
      #expect(path.length(.overhead) == 0 && path.length(.compute) > 0, "\(strategy)")
      let waits = run.steps.breakdowns.joined().reduce(Int64(0)) { $0 + $1.wait }
      let delays = DelayCosts(run.steps)
      #expect(abs(delays.total - Double(waits)) < 1e-6, "\(strategy)")
      #expect(abs(delays.costs.reduce(0) { $0 + $1.total } - delays.total) < 1e-3, "\(strategy)")
    }
  }

  @Test func theSlowStageIsToBlame() throws {
    // Device 1 takes three times as long for everything.
    let program = try Measured.program(layers: 3, devices: 3, microbatches: 6, strategy: "pipeline(schedule=1f1b)")
    let catalogue = InstructionCatalogue(program)
    let costs = CostTable(program) { device, position in
      let isWork = catalogue.kind(device: device.device, instruction: position).activity == .compute
      return isWork && catalogue.node(device: device.device, instruction: position) != nil
        ? (device.device == 1 ? 3 : 1) * millisecond : 0
    }
    let trace = try Simulation(program).trace(costs, link: LinkModel(), steps: 3).trace
    let analysis = try #require(TraceAnalysis(trace.statistics(program)))
    #expect(analysis.straggler?.device == 1 && analysis.straggler?.confidence == .warning)
    #expect(analysis.straggler?.reason == .compute)
    #expect(analysis.delays.costs[0].cause.device == 1)
    let byDevice = analysis.delays.byDevice()
    #expect(byDevice[1] > 0.5 * analysis.delays.total, "\(byDevice)")
  }
}

/// Given times, and one instruction of one device that in two of three steps takes longer.
private struct DisturbedCosts: CostSource {
  let costs: CostTable
  let device: Int
  let position: Int
  let lost: Int64
  var assumptions: [String] { [] }

  private func isDisturbed(_ position: Int, _ step: Int) -> Bool { position == self.position && step % 3 != 0 }
  func isDisturbed(_ record: TraceRecord) -> Bool { isDisturbed(Int(record.instruction), Int(record.step)) }

  mutating func picoseconds(device: Int, position: Int, step: Int) -> Int64 {
    costs.picoseconds(device: device, position: position, step: step)
      + (device == self.device && isDisturbed(position, step) ? lost : 0)
  }
}

extension CostTable {
  fileprivate init(
    _ program: Program, _ picoseconds: @escaping (_ device: DeviceProgram, _ position: Int) -> Int64
  ) {
    self.init(program, assumptions: [], picoseconds: picoseconds)
  }
}
