import Machines
import Networks
import Programs
import Scenes
import Strategies
import Testing
import Traces

@testable import Simulator

/// Exchange that overlaps with backward takes what the recurrence of its buckets says.
@Suite struct OverlapTests {
  /// The golden example of two devices: forward 2, 2, 2, 1 and backward 4, 4, 4, 2 ms on each, gradients of 1, 4, 16 and 64
  /// MB, and an exchange of 0.1 ms + 0.05 ms/MB: both devices send all they have at once over 100 us and 20 GB/s.
  static func example(_ strategy: String, gradients: [Int] = [1, 4, 16, 64]) throws -> Program {
    let times = zip([2.0, 2, 2, 1], [4.0, 4, 4, 2])
    // Each device computes one of two samples: half of what is given.
    let profiles = zip(times, gradients).map { times, megabytes in
      LayerProfile(
        forwardMilliseconds: 2 * times.0, backwardInputMilliseconds: times.1, backwardWeightMilliseconds: times.1,
        outputBytes: 8, parameterBytes: megabytes * 1_000_000, samples: 2)
    }
    return try Compiler(
      graph: Graph(Network(input: .features(1), layers: profiles.map { Layer(.profiled($0)) })),
      training: TrainingSettings(batch: 2, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: 2,
      microbatches: 1
    ).compile(Strategy(parsing: strategy))
  }

  static let link = LinkModel(latencyPicoseconds: 100_000_000, bytesPerSecond: 20e9)

  @Test(arguments: [
    ("data(exchange=direct)", 25.35), ("data(exchange=direct, overlap=on, bucket=1GB)", 25.35),
    ("data(exchange=direct, overlap=on)", 21.15), ("data(exchange=direct, overlap=on, bucket=65MB)", 21.35),
    // The buckets {4, 3} and {2, 1} one after the other when backward has ended.
    ("data(exchange=direct, bucket=65MB)", 25.45),
  ])
  func goldenExample(strategy: String, milliseconds: Double) throws {
    let program = try Self.example(strategy)
    let (outcome, trace) = try Measured.simulate(program, link: Self.link, steps: 3)
    let step = Int64((milliseconds * 100).rounded()) * millisecond / 100
    #expect(outcome.stepEnds == [step, 2 * step, 3 * step])
    // Everything is computed or waited for on the wire, and that is what the report calls exposed.
    let totals = trace.statistics(program).totals
    for parts in totals.breakdowns {
      #expect(parts.compute == 3 * 21_000_000)
      #expect(parts.exposedCommunication == 3 * Int64(((milliseconds - 21) * 1e6).rounded()))
      #expect(parts.wait == 0)
    }
  }

  /// The same layers on a link of a quarter of the speed, 0.1 ms + 0.2 ms/MB: the wire is busy for 0.2, 0.8, 3.2 and 12.8 ms.
  ///
  /// Gradients are ready at 9 (layer 4), 13, 17 and 21 ms (layer 1). With `on`, exchanges come one after another, as the recurrence
  /// has it: they end at 21.9, 25.2, 26.1 and 26.4 ms, and so does the step.
  ///
  /// In lanes of their own they follow each other on the wire: in the order of backward it carries layer 4 from 9 to 21.8, layer 3
  /// to 25, layer 2 to 25.8, layer 1 to 26; that is readable at 26.1. The next forward begins with layer 1, so crossing the border
  /// gains no more than the three latencies: 26.1 ms a step.
  ///
  /// The first layers first: at 21.8 the wire takes layer 1 (to 22), then layer 2 (to 22.8), then layer 3 (to 26). The next
  /// forward begins at 22.1, finds layer 2 (22.9) at 24.1, layer 3 (26.1) at 26.1, and never waits again. The step itself ends at
  /// 26.1 and all others 22.1 ms later.
  @Test(arguments: [("on", 26.4, 26.4), ("across", 26.1, 26.1), ("priority", 26.1, 22.1)])
  func steadyStateOverTheBorder(overlap: String, firstEnd: Double, period: Double) throws {
    let program = try Self.example("data(exchange=direct, overlap=\(overlap))")
    let link = LinkModel(latencyPicoseconds: 100_000_000, bytesPerSecond: 5e9)
    let (outcome, trace) = try Measured.simulate(program, link: link, steps: 5)
    let (first, next) = (Int64((firstEnd * 10).rounded()), Int64((period * 10).rounded()))
    #expect(outcome.stepEnds == (0..<5).map { (first + $0 * next) * millisecond / 10 })
    let statistics = trace.statistics(program)
    #expect(statistics.totals.bytes == 5 * program.bytesPerStep)
    for parts in statistics.totals.breakdowns {
      #expect(parts.compute == 5 * 21_000_000)
      #expect(parts.compute + parts.exposedCommunication + parts.wait + parts.overhead + parts.idle == parts.window)
    }
    #expect(
      statistics.recent.steps.dropFirst().allSatisfy {
        $0.window.upperBound - $0.window.lowerBound == next * 100_000
      })
  }

  /// A big first layer, 64, 16, 4, 1 MB over the fast link: its gradient is ready at 21, readable at 24.3, and the next forward
  /// needs it at once. Nothing helps.
  @Test(arguments: ["on", "across", "priority"]) func nothingHidesTheFirstLayer(overlap: String) throws {
    let program = try Self.example("data(exchange=direct, overlap=\(overlap))", gradients: [64, 16, 4, 1])
    let outcome = try Measured.simulate(program, link: Self.link, steps: 4).outcome
    #expect(outcome.stepEnds == (1...4).map { Int64($0) * 243 * millisecond / 10 })
  }

  /// What is hidden behind the next forward, and what is not.
  @Test func sentencesSayWhatHidTheExchange() throws {
    let program = try Self.example("data(exchange=direct, overlap=priority)")
    let link = LinkModel(latencyPicoseconds: 100_000_000, bytesPerSecond: 5e9)
    let timeline = try Measured.simulate(program, link: link, steps: 4).trace.statistics(program).timeline()
    // Of layer 3's 3.3 ms on the wire all but 0.1 are behind layer 1's and 2's forward.
    let windows = timeline.steps.map(\.window)
    let hidden = timeline.hiddenTransfers[0].clipped(to: windows[2])
    #expect(!hidden.isEmpty)
    let waits = timeline.spans[0].filter {
      $0.kind == .receive && $0.nanoseconds > 0 && $0.begin >= windows[1].lowerBound
    }
    #expect(!waits.isEmpty)
    for wait in waits {
      #expect(try #require(timeline.explain(wait)).hasSuffix("exposed exchange, for which the next forward waits"))
    }
    for (a, b) in zip(timeline.spans[0], timeline.spans[0].dropFirst()) { #expect(a.end <= b.begin) }
  }

  @Test func recurrenceOfTheGoldenExample() {
    func seconds(_ megabytes: Int) -> Double {
      1000
        * ExchangeAlgorithm.direct.seconds(
          bytes: megabytes * 1_000_000, peers: 2, latency: 1e-4, bytesPerSecond: 20e9)
    }
    func step(_ ready: [Double], _ megabytes: [Int]) -> Double {
      OverlapTimes(ready: ready, durations: megabytes.map(seconds), computeEnd: 21).step
    }
    #expect(abs(step([21], [85]) - 25.35) < 1e-9)
    #expect(abs(step([9, 13, 17, 21], [64, 16, 4, 1]) - 21.15) < 1e-9)
    #expect(abs(step([13, 21], [80, 5]) - 21.35) < 1e-9)
    let lines = OverlapTimes(ready: [9, 13, 17, 21], durations: [64, 16, 4, 1].map(seconds), computeEnd: 21)
    #expect(zip(lines.ends, [12.3, 13.9, 17.3, 21.15]).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(OverlapTimes(ready: [], durations: [], computeEnd: 5).exposed == 0)
    #expect(OverlapTimes(ready: [1], durations: [2], computeEnd: 5).exposed == 0)
  }

  /// What `plan` predicts of the golden example.
  @Test func plansPredictTheExposedTail() throws {
    let link = Link.emulated(latencyNanoseconds: 100_000, bytesPerSecond: 20e9)
    let machine = Machine(devices: 2, link: link)
    let program = try Self.example("data(exchange=direct, overlap=on, bucket=65MB)")
    let plan = Plan(program, scene: "golden", machine: machine)
    #expect(
      plan.exchanges.map(\.label) == ["gradients of profiled3 to profiled4", "gradients of profiled1 to profiled2"])
    #expect(plan.exchanges.map(\.after) == ["backward profiled3 mb0", "backward profiled1 mb0"])
    #expect(plan.exchanges.map(\.bytes) == [80_000_000, 5_000_000])
    #expect(abs(try #require(plan.exposedExchangeSeconds) - 0.35e-3) < 1e-12)
    #expect(plan.text.contains("after backward profiled3 mb0  ends 17.100 ms"))
    #expect(plan.text.contains("max(0, last end - compute end) = 0.350 ms"))
    #expect(Plan(program, scene: "golden").exposedExchangeSeconds == nil)
    #expect(Plan(try Self.example("data(exchange=direct)"), scene: "golden", machine: machine).exchanges.isEmpty)
    let late = Plan(try Self.example("data(exchange=direct, bucket=65MB)"), scene: "golden", machine: machine)
    #expect(late.exchanges.map(\.after) == ["backward profiled1 mb0", "backward profiled1 mb0"])
    #expect(abs(try #require(late.exposedExchangeSeconds) - 4.45e-3) < 1e-12)
    // Routes decide: two neighbours in a ring have a wire of their own each way, on a bus they share one.
    func exposed(_ change: (inout Machine) -> Void) -> Double? {
      var other = machine
      change(&other)
      return Plan(program, scene: "golden", machine: other).exposedExchangeSeconds
    }
    #expect(exposed { $0.topology = .ring } == plan.exposedExchangeSeconds)
    #expect(exposed { $0.topology = .bus } == nil && exposed { $0.link = .shared } == nil)
    let slow = Perturbation.SlowLink(link: .between(0, 1), factor: 2)
    let slowed = try #require(exposed { $0.perturbation.slowLinks = [slow] })
    #expect(slowed > 2 * 0.35e-3)
  }

  /// What hides and what is exposed is seen: a second row per device, and a sentence on the tail.
  @Test func hiddenAndExposedTransfersAreShown() throws {
    let program = try Self.example("data(exchange=direct, overlap=on, bucket=65MB)")
    let timeline = try Measured.simulate(program, link: Self.link).trace.statistics(program).timeline()
    // Of 4.1 ms on the wire for the first bucket all but the latency, and nothing of the second.
    #expect(timeline.hiddenTransfers.map(\.intervals) == [[13_000_000..<17_100_000], [13_000_000..<17_100_000]])
    let svg = TimelinePicture(timeline, title: "overlap").svg
    #expect(svg.contains(">0 comm<") && svg.contains("hidden transfer"))
    let tail = try #require(timeline.spans[0].last { $0.kind == .receive && $0.nanoseconds > 0 })
    #expect(tail.nanoseconds == 350_000)
    let sentence = try #require(timeline.explain(tail))
    #expect(
      sentence.hasSuffix("a part of gradients of profiled1 to profiled2, on the wire from device 1: exposed exchange"))

    let late = try Self.example("data(exchange=direct)")
    let plain = try Measured.simulate(late, link: Self.link).trace.statistics(late).timeline()
    #expect(plain.hiddenTransfers.allSatisfy { $0.isEmpty })
    #expect(!TimelinePicture(plain, title: "no overlap").svg.contains(" comm<"))
  }

  /// Seeded random layers, buckets and links. No step is shorter than by the recurrence, and none longer than without any
  /// overlap: a device that computes sends the next message only when its instruction has ended.
  @Test(arguments: 0..<12) func simulationsFollowTheRecurrence(seed: Int) throws {
    let random = CounterRandom(seed: UInt64(seed), stream: "overlap")
    var drawn = 0
    func below(_ limit: Int) -> Int {
      drawn += 1
      return Int(random.bits(drawn) % UInt64(limit))
    }
    let devices = [2, 2, 4, 8][seed % 4]
    let exchange = seed % 4 == 0 ? .direct : [ExchangeAlgorithm.ring, .direct, .halvingDoubling][below(3)]
    let profiles = (0..<(2 + below(5))).map { _ in
      LayerProfile(
        forwardMilliseconds: Double(below(50)) / 10, backwardInputMilliseconds: Double(below(50)) / 10,
        backwardWeightMilliseconds: Double(below(50)) / 10, outputBytes: 4 * devices,
        parameterBytes: 4 * devices * (1 + below(500_000)), samples: Double(devices))
    }
    let buckets = GradientBuckets(overlap: .on, size: below(2) == 0 ? nil : ByteSize(bytes: 1 + below(8_000_000)))
    let program = try Compiler(
      graph: Graph(Network(input: .features(1), layers: profiles.map { Layer(.profiled($0)) })),
      training: TrainingSettings(batch: devices, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: devices,
      microbatches: 1
    ).compile(.data(DataParallel(exchange: exchange, buckets: buckets)))
    let (latency, rate) = (Double(below(1000)) * 1e-6, 1e9)
    let outcome = try Measured.simulate(
      program, link: LinkModel(latencyPicoseconds: Int64(latency * 1e12), bytesPerSecond: rate)
    ).outcome

    let share = 1e-3 / Double(devices)
    var clock = profiles.reduce(0) { $0 + $1.forwardMilliseconds * share }
    var ready = profiles.map { _ in 0.0 }
    for (layer, profile) in profiles.enumerated().reversed() {
      clock += (profile.backwardInputMilliseconds + profile.backwardWeightMilliseconds) * share
      ready[layer] = clock
    }
    var cuts: [(lowest: Int, bytes: Int)] = []
    for collective in program.collectives.entries {
      let first = collective.label.dropFirst("gradients of ".count).prefix { $0 != " " }
      let lowest = try #require(program.graph.nodes.first { $0.name == first }?.index)
      cuts.append((lowest, 4 * collective.words))
    }
    func duration(_ bytes: Int) -> Double {
      exchange.seconds(bytes: bytes, peers: devices, latency: latency, bytesPerSecond: rate)
    }
    let times = OverlapTimes(
      ready: cuts.map { ready[$0.lowest] },
      durations: cuts.map { duration($0.bytes) }, computeEnd: clock)
    let simulated = Double(outcome.stepEnds[0]) * 1e-12
    let what = "\(program.strategy) on \(devices): \(simulated) against \(times.step)"
    #expect(simulated >= times.step - 1e-9, "\(what)")
    #expect(simulated <= clock + cuts.reduce(0) { $0 + duration($1.bytes) } + 1e-9, "\(what)")
  }

  /// Every algorithm by itself takes what its formula says, for any number of devices.
  @Test(arguments: ExchangeAlgorithm.allCases, 2...9) func exchangesTakeTheirFormula(
    exchange: ExchangeAlgorithm, devices: Int
  )
    throws
  {
    let bytes = 4 * 840 * 8
    let program = try Measured.program(
      layers: 1, devices: devices, microbatches: 1, strategy: "data(exchange=\(exchange.rawValue))", forward: 0,
      backwardInput: 0, backwardWeight: 0, parameterBytes: bytes, batch: devices)
    let link = LinkModel(latencyPicoseconds: 20_000_000, bytesPerSecond: 1e9)
    let outcome = try Measured.simulate(program, link: link).outcome
    let formula = exchange.seconds(bytes: bytes, peers: devices, latency: 20e-6, bytesPerSecond: 1e9)
    let simulated = Double(outcome.stepEnds[0]) * 1e-12
    // A ninth of the words is not whole, so a piece may have one more.
    let rounding = 2 * Double(devices) * 4e-9
    #expect(simulated <= formula + rounding)
    if exchange != .recursiveDoubling || devices.nonzeroBitCount == 1 { #expect(simulated >= formula - rounding) }
  }
}
