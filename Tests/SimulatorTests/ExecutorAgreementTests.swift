import Datasets
import Engine
import Machines
import Networks
import Programs
import Strategies
import Testing
import Traces

@testable import Simulator

/// The simulator and the engine are two executors of one program.
@Suite struct ExecutorAgreementTests {
  private static let network = Network(
    input: .features(6),
    layers: [
      Layer(.linear(outputs: 9)), Layer(.relu), Layer(.linear(outputs: 8)), Layer(.tanh), Layer(.linear(outputs: 3)),
    ])

  private func compile(_ strategy: String, devices: Int, steps: Int) throws -> (Program, TrainingSettings) {
    let training = TrainingSettings(batch: 12, length: .steps(steps), rate: RateSchedule(rate: 0.1))
    let program = try Compiler(
      graph: Graph(Self.network), training: training, devices: devices, microbatches: nil
    ).compile(Strategy(parsing: strategy))
    return (program, training)
  }

  static let strategies = [
    ("serial", 1), ("data(exchange=ring)", 3), ("data(exchange=direct)", 2), ("model(split=k)", 2),
    ("pipeline(schedule=gpipe)", 3), ("pipeline(schedule=1f1b)", 2), ("data(exchange=ring, overlap=across)", 3),
    ("data(exchange=direct, overlap=priority)", 3), ("pipeline(schedule=chimera, overlap=priority)", 2),
  ]

  /// Instructions of each step and lane, in order, and the bytes that the trace says were moved.
  private func summary(_ program: Program, _ records: [[TraceRecord]]) -> [[[Int]]] {
    zip(program.devices, records).map { device, records in
      device.laneOrder.map { lane in
        records.filter { device.lanes[Int($0.instruction)] == lane }.map {
          Int($0.step) * 100_000 + Int($0.instruction)
        }
      }
    }
  }

  @Test(arguments: strategies) func bothExecuteTheSame(strategy: String, devices: Int) throws {
    let (program, training) = try compile(strategy, devices: devices, steps: 4)
    let data = try DataSource.synthetic(shape: .features(6), classes: 3, samples: 48).load(seed: 1)
    let run = try TrainingRun(
      program: program, inference: nil, dataset: data, shuffle: false, training: training)
    run.start()
    run.wait()
    let news = run.drain()
    #expect(news.state == .finished)
    let costs = CostTable(program) { device, position in Int64((position * 37 + device.device * 11) % 23) * 1_000_000 }
    let (outcome, trace) = try Simulation(program).trace(costs, link: LinkModel(), steps: 4)
    #expect(summary(program, trace.records) == summary(program, news.trace.records))
    #expect(outcome.instructions == 4 * program.devices.reduce(0) { $0 + $1.instructions.count })
    let statistics = trace.statistics(program)
    #expect(statistics.totals.bytes == 4 * program.bytesPerStep && statistics.totals.steps == 4)
  }

  /// Records keep the contract of traces: one after another on a device, lanes in order, buffers respected.
  @Test(arguments: strategies) func recordsKeepTheContract(strategy: String, devices: Int) throws {
    let (program, _) = try compile(strategy, devices: devices, steps: 3)
    let costs = CostTable(program) { device, position in Int64((position * 53 + device.device * 7) % 31) * 700_000 }
    let link = LinkModel(latencyPicoseconds: 5_000_000, bytesPerSecond: 2e8)
    let trace = try Simulation(program).trace(costs, link: link, steps: 3).trace
    for (device, records) in zip(program.devices, trace.records) {
      let ordering = LaneDependencies(device, messages: program.messages)
      var done: Set<Int> = []
      for (a, b) in zip(records, records.dropFirst()) { #expect(a.end == b.begin) }
      for record in records {
        let (step, count) = (Int(record.step), device.instructions.count)
        for earlier in ordering[Int(record.instruction)] where !earlier.isCarried || step > 0 {
          #expect(done.contains((earlier.isCarried ? step - 1 : step) * count + earlier.position))
        }
        done.insert(step * count + Int(record.instruction))
        guard case .receive = device.instructions[Int(record.instruction)] else { continue }
        #expect(record.senderReady <= record.transferStart && record.arrival <= record.end)
      }
    }
    let statistics = trace.statistics(program)
    for parts in statistics.totals.breakdowns {
      #expect(parts.compute + parts.exposedCommunication + parts.wait + parts.overhead + parts.idle == parts.window)
    }
  }

  @Test func simulationsRepeatBitForBit() throws {
    let (program, _) = try compile("data(exchange=ring)", devices: 3, steps: 5)
    let costs = CostTable(program) { device, position in Int64((position * 91 + device.device * 5) % 17) * 333_333 }
    let link = LinkModel(latencyPicoseconds: 1_234_567, bytesPerSecond: 3.7e8)
    let simulation = Simulation(program)
    let first = try simulation.trace(costs, link: link, steps: 5)
    // A simulation in between leaves no traces.
    _ = try simulation.run(costs, link: LinkModel(), steps: 2)
    let second = try simulation.trace(costs, link: link, steps: 5)
    let afresh = try Simulation(program).trace(costs, link: link, steps: 5)
    #expect(first.outcome == second.outcome && first.trace.records == second.trace.records)
    #expect(first.outcome == afresh.outcome && first.trace.records == afresh.trace.records)
  }

  /// Peaks of memory follow the order of execution; alone on a device that is the order of the formula.
  @Test func memoryIsThatOfTheFormulaOnOneDevice() throws {
    let (program, _) = try compile("serial", devices: 1, steps: 1)
    let outcome = try Simulation(program).run(CostTable(program) { _, _ in 1 }, link: LinkModel(), steps: 2)
    let formula = PeakMemory(of: program.devices[0], messages: program.messages)
    #expect(outcome.peaks[0].total == formula.total)
    for kind in BufferKind.allCases { #expect(outcome.peaks[0].byKind[kind] == formula.byKind[kind] ?? 0) }
  }

  /// A source is asked for every instruction in an order in which messages are sent before they are received.
  @Test func sourcesAreAskedInACausalOrder() throws {
    struct Witness: CostSource {
      let program: Program
      var sent: Set<Int> = []
      var asked: [[Int]]
      var violations = 0
      let assumptions = ["witnessed"]

      mutating func picoseconds(device: Int, position: Int, step: Int) -> Int64 {
        asked[device].append(step * 100_000 + position)
        switch program.devices[device].instructions[position] {
        case .send(let message): sent.insert(step * 100_000 + message.position)
        case .receive(let message): if !sent.contains(step * 100_000 + message.position) { violations += 1 }
        default: break
        }
        return Int64(position % 7) * 1_000_000
      }
    }
    let (program, _) = try compile("pipeline(schedule=1f1b)", devices: 3, steps: 2)
    var witness = Witness(program: program, asked: program.devices.map { _ in [] })
    let outcome = try Simulation(program).run(asking: &witness, link: LinkModel(), steps: 2)
    #expect(witness.violations == 0 && outcome.assumptions == ["witnessed"])
    for (device, asked) in zip(program.devices, witness.asked) {
      #expect(asked.sorted() == (0..<2).flatMap { step in device.instructions.indices.map { step * 100_000 + $0 } })
    }
  }
}
