import Datasets
import Engine
import Machines
import Networks
import Programs
import Simulator
import Strategies
import Testing
import Traces
import VirtualRuns

/// What executors count where they hand messages over is what the program's messages and their routes say, link by link.
@Suite struct LinkCountTests {
  private static let network = Network(
    input: .image(channels: 2, height: 6, width: 6),
    layers: [
      Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.relu), Layer(.flatten),
      Layer(.linear(outputs: 8)), Layer(.tanh), Layer(.linear(outputs: 4)),
    ])

  static let strategies: [(String, Int)] = [
    ("serial", 1), ("data(exchange=ring)", 4), ("data(exchange=tree)", 4), ("data(exchange=direct)", 3),
    ("data(exchange=server)", 4), ("data(exchange=halving-doubling)", 4), ("data(overlap=on, bucket=100B)", 4),
    ("data(exchange=direct, overlap=across)", 3), ("data(exchange=ring, overlap=priority)", 4),
    ("data(shard=parameters)", 4), ("model(split=k)", 4), ("model(split=h)", 2), ("mesh(data=2, model=2)", 4),
    ("mesh(data=2, pipeline=2)", 4), ("pipeline(schedule=gpipe)", 3), ("pipeline(schedule=1f1b)", 4),
    ("pipeline(schedule=interleaved, chunks=2)", 2), ("pipeline(schedule=pipedream)", 3),
    ("pipeline(schedule=pipedream-2bw)", 2),
  ]

  private static let inside = Link.emulated(latencyNanoseconds: 100, bytesPerSecond: 1e11)
  static let topologies: [Topology] = [
    .crossbar, .bus, .ring, .switched, .hosts(devices: 2, inside: .shared), .sockets(count: 2, inside: inside),
    .fatTree(leaf: 2, oversubscription: 2),
  ]

  private static let steps = 3

  private func machine(_ topology: Topology, devices: Int) -> Machine {
    Machine(
      devices: devices, link: .emulated(latencyNanoseconds: 500, bytesPerSecond: 1e10),
      topology: topology.misfit(devices: devices) == nil ? topology : .crossbar)
  }

  @Test(arguments: strategies) func countedIsExpected(strategy: String, devices: Int) throws {
    let training = TrainingSettings(batch: 12, length: .steps(Self.steps), rate: RateSchedule(rate: 0.1), seed: 3)
    let compiler = Compiler(graph: try Graph(Self.network), training: training, devices: devices, microbatches: nil)
    let program = try compiler.compile(Strategy(parsing: strategy))
    let data = try DataSource.synthetic(shape: Self.network.input, classes: 4, samples: 36).load(seed: 1)
    let expected = CarriedTraffic(expectedOf: program)
    #expect(expected.messages.reduce(0, +) == program.messages.count)
    let all = CarriedTraffic(
      bytes: expected.bytes.map { Self.steps * $0 }, messages: expected.messages.map { Self.steps * $0 })

    func trained(_ machine: Machine, _ pacing: Pacing) throws -> TrainingRun {
      var options = TrainingRun.Options()
      options.machine = machine
      let run = try TrainingRun(
        program: program, inference: nil, dataset: data, shuffle: false, training: training, options: options,
        pacing: pacing)
      #expect(run.carried.messages.allSatisfy { $0 == 0 })
      run.start()
      run.wait()
      #expect(run.state == .finished)
      return run
    }
    for topology in Self.topologies {
      let machine = machine(topology, devices: devices)
      let map = LinkMap(program.channels.entries, on: machine)
      let links = LinkTraffic.byWire(all, on: map)
      let costs = CostTable(program) { device, position in Int64((position * 37 + device.device * 11) % 23) * 1_000 }
      let simulated = try Simulation(program).run(costs, on: MachineModel(machine), steps: Self.steps)
      #expect(LinkTraffic.byWire(simulated.carried, on: map) == links, "simulated, \(topology)")
      #expect(simulated.carried == all)
      let threads = try trained(machine, .wall)
      #expect(LinkTraffic.byWire(threads.carried, on: map) == links, "threads, \(topology)")
      #expect(threads.carried == all)
      let virtual = try trained(machine, .virtual(on: machine))
      #expect(virtual.carried == all, "virtual, \(topology)")
    }
  }

  /// The report shows what was counted beside what was expected; what was not counted is null.
  @Test func reportsShowBoth() throws {
    let training = TrainingSettings(batch: 12, length: .steps(Self.steps), rate: RateSchedule(rate: 0.1), seed: 3)
    let compiler = Compiler(graph: try Graph(Self.network), training: training, devices: 4, microbatches: nil)
    let program = try compiler.compile(Strategy(parsing: "data(exchange=ring)"))
    let machine = machine(.hosts(devices: 2, inside: .shared), devices: 4)
    let costs = CostTable(program) { _, _ in 1_000_000 }
    var records = program.devices.map { _ in [TraceRecord]() }
    let outcome = try Simulation(program).run(costs, on: MachineModel(machine), steps: Self.steps) { batch in
      for device in records.indices { records[device] += batch.records[device] }
    }
    var statistics = RunStatistics(program: program, warmupSteps: 1)
    statistics.consume(TraceBatch(records: records, dropped: records.map { _ in 0 }))
    statistics.finish()
    var facts = RunFacts(scene: "s", clock: .model, cores: 2, seed: 1, steps: Self.steps, machine: machine)
    let uncounted: [Report.LinkUse] = try #require(Report(facts, statistics: statistics).links)
    #expect(!uncounted.isEmpty)
    for link in uncounted { #expect(link.bytes == nil && link.bytesPerStep == nil && link.isAsExpected == nil) }
    facts.carried = outcome.carried
    let report = Report(facts, statistics: statistics)
    let links: [Report.LinkUse] = try #require(report.links)
    // A ring over four passes each interface once each way with 3/2 of the gradients.
    #expect(Set(links.map { $0.name }) == ["host 0 out", "host 0 in", "host 1 out", "host 1 in"])
    for link in links {
      #expect(link.isAsExpected == true && link.expectedBytesPerStep == 6 * program.graph.parameterCount)
      #expect(link.bytes == 2 * link.expectedBytesPerStep, "two measured steps")
      #expect(abs((link.busySeconds ?? 0) - Double(link.bytes ?? 0) / 1e10) < 1e-15)
    }
    #expect(ReportText(report).text.contains("every link carried what the program says, counted = expected"))
    facts.carried?.bytes[0] += 4
    let wrong = Report(facts, statistics: statistics)
    #expect(wrong.links?.contains { $0.isAsExpected == false } == (program.channels.entries[0].crossesHosts))
  }
}

extension Channel {
  /// Between hosts of two devices.
  fileprivate var crossesHosts: Bool { from / 2 != to / 2 }
}
