import Checkpoints
import Datasets
import Machines
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// Steps that run into each other train what steps train that end together, bit for bit.
@Suite struct BorderTransparencyTests {
  private static func run(
    _ strategy: String, _ overlap: String, devices: Int, microbatches: Int? = nil, steps: Int = 10,
    options: TrainingRun.Options = .init()
  ) throws -> TrainingRun {
    let network = TransparencyTests.chain
    let training = TrainingSettings(
      batch: 12, length: .steps(steps), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.05), seed: 5)
    let compiler = Compiler(
      graph: try Graph(network), training: training, devices: devices, microbatches: microbatches)
    let data = try DataSource.synthetic(shape: network.input, classes: 5, samples: 48).load(seed: 9)
    return try TrainingRun(
      program: compiler.compile(Strategy(parsing: strategy.replacing("?", with: overlap))),
      inference: compiler.compileInference(batch: 12), dataset: data, shuffle: true, training: training,
      options: options)
  }

  private static func train(_ run: TrainingRun) -> RunUpdate {
    run.start()
    run.wait()
    return run.drain()
  }

  static let strategies = [
    ("data(exchange=ring, overlap=?)", 3, nil), ("data(exchange=direct, overlap=?, bucket=1kB)", 2, 2),
    ("data(exchange=server, overlap=?)", 3, nil), ("data(exchange=ring, overlap=?, shard=optimizer)", 3, nil),
    ("pipeline(schedule=chimera, overlap=?)", 2, 4), ("pipeline(replicas=2/1, overlap=?)", 3, 4),
    ("mesh(data=2, model=2, overlap=?)", 4, nil), ("mesh(data=2, pipeline=2, schedule=zb-h1, overlap=?)", 4, 4),
    ("mesh(data=2, pipeline=2, schedule=pipedream, overlap=?)", 4, 4), ("grid(rows=2, columns=2, overlap=?)", 4, nil),
  ]

  /// Losses, evaluations at the ends of epochs, parameters; on links of their own, on which some messages overtake others, too.
  @Test(arguments: strategies) func theSameBits(strategy: String, devices: Int, microbatches: Int?) throws {
    let plain = try Self.run(strategy, "on", devices: devices, microbatches: microbatches)
    let expected = Self.train(plain)
    #expect(expected.evaluations.count == 3)
    for overlap in ["across", "priority"] {
      for link in [Link.shared, .emulated(latencyNanoseconds: 2000, bytesPerSecond: 1e8)] {
        var options = TrainingRun.Options()
        options.machine = Machine(devices: devices, link: link)
        let run = try Self.run(strategy, overlap, devices: devices, microbatches: microbatches, options: options)
        #expect(run.program.devices.contains { $0.runsAcross })
        let news = Self.train(run)
        #expect(news.state == .finished)
        #expect(news.steps.map(\.loss) == expected.steps.map(\.loss) && news.steps.map(\.step) == Array(0..<10))
        #expect(news.steps.map(\.rate) == expected.steps.map(\.rate))
        #expect(news.evaluations.map(\.testLoss) == expected.evaluations.map(\.testLoss))
        #expect(run.parameters() == plain.parameters())
      }
    }
  }

  /// Whoever wants the devices to stand finds them after a common step, with nothing under way.
  @Test func standingInTheMiddleIsACommonStep() throws {
    let strategy = "data(exchange=ring, overlap=?)"
    let run = try Self.run(strategy, "priority", devices: 3, steps: 40)
    run.start(paused: true)
    run.step(3)
    run.waitWhileRunning()
    var news = run.drain()
    #expect(news.state == .paused && news.steps.map(\.step) == [0, 1, 2])
    let third = try Self.run(strategy, "on", devices: 3, steps: 3)
    _ = Self.train(third)
    #expect(run.parameters() == third.parameters())
    for device in run.program.devices.indices {
      let own = news.trace.records[device].map { Int($0.instruction) + 1000 * Int($0.step) }
      #expect(
        own.sorted()
          == (0..<3).flatMap { step in run.program.devices[device].instructions.indices.map { $0 + 1000 * step } })
    }
    for _ in 0..<4 {
      run.resume()
      // A checkpoint is taken in between, wherever the run is.
      _ = run.parameters()
      run.pause()
      run.waitWhileRunning()
    }
    run.resume()
    run.wait()
    news = run.drain()
    #expect(news.state == .finished && news.steps.last?.step == 39)
    let straight = try Self.run(strategy, "on", devices: 3, steps: 40)
    _ = Self.train(straight)
    #expect(run.parameters() == straight.parameters())
  }

  @Test func stoppingEndsAfterACommonStep() throws {
    let strategy = "pipeline(schedule=chimera, overlap=?)"
    let run = try Self.run(strategy, "across", devices: 2, microbatches: 4, steps: 100_000)
    run.start()
    run.step(20)
    run.waitWhileRunning()
    run.resume()
    run.stop()
    run.wait()
    let news = run.drain()
    #expect(news.state == .stopped && news.steps.map(\.step) == Array(0..<news.steps.count))
    let reference = try Self.run(strategy, "on", devices: 2, microbatches: 4, steps: news.steps.count)
    _ = Self.train(reference)
    #expect(run.parameters() == reference.parameters())
  }

  @Test func aFailureNamesItsStep() throws {
    var options = TrainingRun.Options()
    options.fault = Fault(device: 1, step: 4, instruction: 2)
    let run = try Self.run("data(exchange=ring, overlap=?)", "priority", devices: 3, steps: 40, options: options)
    guard case .failed(let failure) = Self.train(run).state else {
      Issue.record("did not fail")
      return
    }
    #expect(failure.device == 1 && failure.step == 4 && failure.instruction == 2)
  }

  /// Memory stays below the bound although two steps are under way.
  @Test func memoryStaysBelowTheBound() throws {
    for (strategy, devices, microbatches) in Self.strategies {
      let run = try Self.run(strategy, "priority", devices: devices, microbatches: microbatches)
      _ = Self.train(run)
      let workspace = KernelWorkspace.words(of: run.program)
      for (device, peak) in zip(run.program.devices, run.peaks) {
        let bound = PeakMemoryBound(
          of: device, messages: run.program.messages, workspaceWords: workspace[device.device])
        #expect(peak.total <= bound.total, "\(run.program.strategy), device \(device.device)")
      }
    }
  }
}
