import Checkpoints
import Datasets
import Machines
import Networks
import Programs
import Simulator
import Strategies
import Testing
import Traces
import VirtualRuns

@testable import Engine

/// Training on the virtual clock beside training on the wall clock.
@Suite struct VirtualRunTests {
  private static let network = Network(
    input: .features(6),
    layers: [
      Layer(.linear(outputs: 9)), Layer(.relu), Layer(.linear(outputs: 8)), Layer(.tanh), Layer(.linear(outputs: 3)),
    ])

  private func run(
    _ strategy: String, devices: Int, steps: Int = 8, pacing: Pacing = .virtual(link: .shared),
    options: TrainingRun.Options = .init()
  ) throws -> TrainingRun {
    let training = TrainingSettings(batch: 12, length: .steps(steps), rate: RateSchedule(rate: 0.1), seed: 3)
    let compiler = Compiler(graph: try Graph(Self.network), training: training, devices: devices, microbatches: nil)
    let data = try DataSource.synthetic(shape: .features(6), classes: 3, samples: 48).load(seed: 1)
    return try TrainingRun(
      program: try compiler.compile(Strategy(parsing: strategy)), inference: try compiler.compileInference(batch: 12),
      dataset: data, shuffle: true, training: training, options: options, pacing: pacing)
  }

  private func train(_ run: TrainingRun) -> RunUpdate {
    run.start()
    run.wait()
    return run.drain()
  }

  static let strategies = [
    ("serial", 1), ("data(exchange=ring)", 3), ("data(exchange=direct)", 2), ("model(split=k)", 2),
    ("pipeline(schedule=gpipe)", 3), ("pipeline(schedule=1f1b)", 2), ("mesh(data=2, model=2)", 4),
    ("data(exchange=ring, overlap=priority)", 3), ("pipeline(replicas=2/1, overlap=across)", 3),
  ]

  /// What is computed does not depend on whose time it is told in, bit for bit.
  @Test(arguments: strategies) func theArithmeticIsThatOfTheWallClock(strategy: String, devices: Int) throws {
    let wall = try run(strategy, devices: devices, pacing: .wall)
    let virtual = try run(strategy, devices: devices)
    let (expected, news) = (train(wall), train(virtual))
    #expect(expected.state == .finished && news.state == .finished)
    #expect(news.steps.map(\.loss) == expected.steps.map(\.loss) && news.steps.count == 8)
    #expect(news.steps.map(\.accuracy) == expected.steps.map(\.accuracy))
    #expect(virtual.parameters() == wall.parameters() && virtual.gradients() == wall.gradients())
    #expect(news.evaluations.count == 2)
    #expect(news.evaluations.map(\.testLoss) == expected.evaluations.map(\.testLoss))
    #expect(news.evaluations.map(\.trainLoss) == expected.evaluations.map(\.trainLoss))
    #expect(virtual.peaks.count == devices && virtual.peaks.allSatisfy { $0.total > 0 })
  }

  /// The trace keeps the contract: all instructions, one after another on a device, and five parts that add up.
  @Test(arguments: strategies) func tracesKeepTheContract(strategy: String, devices: Int) throws {
    let run = try run(strategy, devices: devices)
    let news = train(run)
    for (device, records) in zip(run.program.devices, news.trace.records) {
      #expect(records.count == 8 * device.instructions.count)
      for (a, b) in zip(records, records.dropFirst()) { #expect(a.end <= b.begin || a.end == b.begin) }
      #expect(records.allSatisfy { $0.gauge > 0 }, "the processor was gauged before or at every instruction")
    }
    var statistics = RunStatistics(program: run.program)
    statistics.consume(news.trace)
    statistics.finish()
    #expect(statistics.totals.steps == 8 && statistics.totals.bytes == 8 * run.program.bytesPerStep)
    for parts in statistics.totals.breakdowns {
      #expect(parts.compute + parts.exposedCommunication + parts.wait + parts.overhead + parts.idle == parts.window)
      #expect(parts.compute > 0)
    }
  }

  /// A device alone never waits: its steps are exactly what its instructions took, and evaluations take no time.
  @Test func aDeviceAloneNeverWaits() throws {
    let run = try run("serial", devices: 1)
    let news = train(run)
    let worked = news.trace.records[0].reduce(0) { $0 + $1.end - $1.begin }
    #expect(news.steps.last?.end == worked && news.trace.records[0].first?.begin == 0)
    #expect(news.segments.map(\.steps) == [0..<4, 4..<8])
    #expect(news.segments[0].end == news.segments[1].begin)
    #expect(news.evaluations.allSatisfy { $0.begin == $0.end })
  }

  /// An emulated link's time passes in virtual time: a step cannot be shorter than the messages that follow one another.
  @Test func linksTakeVirtualTime() throws {
    let link = Link.emulated(latencyNanoseconds: 50_000_000, bytesPerSecond: .infinity)
    let news = train(try run("pipeline(schedule=gpipe)", devices: 2, steps: 4, pacing: .virtual(link: link)))
    #expect(news.steps.count == 4 && news.steps.allSatisfy { $0.seconds >= 0.1 })
  }

  @Test func wakingUpIsChargedWhereItWasMeasured() throws {
    // A message takes longer than a thread looks before it sleeps.
    let link = Link.emulated(latencyNanoseconds: 5 * Waiting.longestSpinNanoseconds, bytesPerSecond: .infinity)
    let news = train(
      try run(
        "pipeline(schedule=gpipe)", devices: 2, steps: 4, pacing: .virtual(link: link, wakeNanoseconds: 20_000_000)))
    // Each stage waits for the other at least once a step.
    #expect(news.steps.count == 4 && news.steps.allSatisfy { $0.seconds >= 0.042 })
    let texts = Pacing.virtual(link: .shared, wakeNanoseconds: 20_000).assumptions.joined()
    #expect(texts.contains("20.0 us") && Pacing.virtual(link: .shared).assumptions.joined().contains("not measured"))
  }

  @Test func runsPauseStepAndStop() throws {
    let run = try run("data(exchange=ring)", devices: 3, steps: 1_000_000)
    run.start(paused: true)
    run.waitWhileRunning()
    #expect(run.drain().steps.isEmpty)
    run.step(3)
    run.waitWhileRunning()
    var news = run.drain()
    #expect(news.state == .paused && news.steps.map(\.step) == [0, 1, 2])
    let model = run.parameters()
    run.resume()
    run.pause()
    run.waitWhileRunning()
    run.resume()
    #expect(run.parameters().count == model.count)
    run.stop()
    run.wait()
    let more = run.drain()
    #expect(more.state == .stopped)
    let segments = (news.segments + more.segments)
    #expect(segments.last?.steps.upperBound == news.steps.count + more.steps.count)
    for (a, b) in zip(segments, segments.dropFirst()) { #expect(a.steps.upperBound == b.steps.lowerBound) }
    news = run.drain()
    #expect(news.steps.isEmpty)
  }

  @Test func aSecondStopEndsInTheMiddleOfAStep() throws {
    let run = try run("pipeline(schedule=1f1b)", devices: 2, steps: 1_000_000)
    run.start()
    run.stop()
    run.stop()
    run.wait()
    #expect(run.state == .stopped)
  }

  @Test func aFailureNamesItsPlace() throws {
    var options = TrainingRun.Options()
    options.fault = Fault(device: 1, step: 2, instruction: 3)
    let news = train(try run("data(exchange=ring)", devices: 2, options: options))
    guard case .failed(let failure) = news.state else {
      Issue.record("the run ended as \(news.state)")
      return
    }
    #expect(failure.device == 1 && failure.step == 2 && failure.instruction == 3)
    #expect(failure.excerpt?.contains("<-- here") == true)
  }

  /// Nothing is kept back for want of room: a long run's steps and records are complete.
  @Test func longTracesAreComplete() throws {
    let run = try run("data(exchange=direct)", devices: 2, steps: 400)
    let news = train(run)
    #expect(news.steps.count == 400 && news.trace.dropped == [0, 0])
    #expect(zip(run.program.devices, news.trace.records).allSatisfy { $1.count == 400 * $0.instructions.count })
  }
}
