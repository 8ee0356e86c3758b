import Programs
import Testing
import Traces

@Suite struct EfficiencyTreeTests {
  @Test func factorsMultiplyUp() {
    let tree = EfficiencyTree(useful: [200, 150], window: 420, idealWindow: 360, serialUseful: 300)
    #expect(tree.loadBalance == 0.875 && tree.communication == 200.0 / 420 && tree.parallel == 175.0 / 420)
    #expect(tree.serialisation == 200.0 / 360 && tree.transfer == 360.0 / 420)
    #expect(abs(tree.serialisation! * tree.transfer! - tree.communication!) < 1e-12)
    #expect(abs(tree.loadBalance! * tree.communication! - tree.parallel!) < 1e-12)
    #expect(tree.computationScaling == 300.0 / 350)
    #expect(abs(tree.global! - 175.0 / 420 * 300 / 350) < 1e-12)
  }

  @Test func noFactorOfTheNetworkIsBeyondOne() {
    let tree = EfficiencyTree(useful: [200, 150], window: 420, idealWindow: 180)
    #expect(tree.serialisation == 1 && tree.transfer == tree.communication)
  }

  @Test func whatWasNotSimulatedOrRunIsUnknown() {
    let tree = EfficiencyTree(useful: [200, 150], window: 420)
    #expect(tree.serialisation == nil && tree.transfer == nil && tree.computationScaling == nil && tree.global == nil)
    #expect(EfficiencyTree(useful: [0, 0], window: 420).loadBalance == nil)
    #expect(EfficiencyTree(useful: [], window: 0).parallel == nil)
  }
}

@Suite struct CollectiveTimingTests {
  @Test func waitingEndsWithTheLastEntry() throws {
    let all = CollectiveTiming.all(try analysed(try collectiveExchangeProgram(), overlappedExchangeTrace))
    try #require(all.count == 1)
    let one = all[0]
    #expect(one.wait == 60, "device 1 entered at 40, device 0 at 100")
    #expect(one.transfer == 60 && one.skew == 60 && one.firstByte == 0)
    #expect(one.lastDevice == 0 && one.lastShare == 1 && one.count == 1 && one.bytes == 40)
    #expect(one.algorithmBandwidth.map { abs($0 - 40 / 60e-9) < 1 } == true)
    #expect(one.busBandwidth == one.algorithmBandwidth, "2(n-1)/n is 1 for two devices")
  }

  @Test func ofAReductionOnlyTheSendersEntriesCount() throws {
    var program = try collectiveExchangeProgram(kind: .reduce)
    // Device 1 only receives.
    program.messages[Index(1)].collective = nil
    let one = try #require(CollectiveTiming.all(try analysed(program, overlappedExchangeTrace)).first)
    #expect(one.lastDevice == nil && one.skew == 0 && one.wait == 58)
  }

  @Test func busFactorsAreThoseOfTheNcclTests() {
    func factor(_ kind: Collective.Kind) -> Double? { CollectiveTiming.busFactor(of: kind, devices: 4) }
    #expect(factor(.allReduce) == 1.5 && factor(.reduceScatter) == 0.75 && factor(.allGather) == 0.75)
    #expect(factor(.exchange) == 0.75 && factor(.broadcast) == 1 && factor(.reduce) == 1)
    #expect(CollectiveTiming.busFactor(of: .allReduce, devices: 1) == nil, "one device: n/a, not 0")
  }
}

@Suite struct StragglerTests {
  private func parts(compute: [Int64], wait: [Int64]) -> [Breakdown] {
    zip(compute, wait).map { compute, wait in
      var parts = Breakdown()
      parts.compute = compute
      parts.wait = wait
      return parts
    }
  }

  @Test func whoWaitsLeastIsLate() throws {
    let breakdowns = parts(compute: [50, 50, 50, 80], wait: [40, 40, 40, 10])
    let few = try #require(Straggler(breakdowns: breakdowns, window: 100, steps: 2))
    #expect(few.device == 3 && few.score == 0.3 && few.confidence == .warning && few.reason == .compute)
    let many = try #require(Straggler(breakdowns: breakdowns, window: 100, steps: 20))
    #expect(many.confidence == .critical && many.steps == 20)
  }

  @Test func smallDifferencesAreNobodys() throws {
    let even = try #require(Straggler(breakdowns: parts(compute: [90, 88], wait: [1, 5]), window: 100, steps: 30))
    #expect(even.confidence == .none)
  }

  @Test func causesAreNamedOnlyWhereTheyExplainEnough() throws {
    let breakdowns = parts(compute: [50, 50, 60], wait: [40, 40, 10])
    #expect(try #require(Straggler(breakdowns: breakdowns, window: 100, steps: 9)).reason == nil)
  }

  @Test func oneStepOrDeviceIsNotEnough() {
    let breakdowns = parts(compute: [50, 80], wait: [40, 10])
    #expect(Straggler(breakdowns: breakdowns, window: 100, steps: 1) == nil)
    #expect(Straggler(breakdowns: [breakdowns[0]], window: 100, steps: 9) == nil)
    #expect(Straggler(breakdowns: parts(compute: [1, 1], wait: [0, 0]), window: 100, steps: 9) == nil)
  }
}

@Suite struct BubblePhasesTests {
  @Test func waitsBelongToTheirPhase() throws {
    let phases = try #require(BubblePhases(try analysed(try pipelineProgram(), twoMicrobatchTrace)))
    // Device 0 waits 30 for its first and 10 for its last gradient; device 1 waits 10 at first and idles the last 10.
    #expect(phases.warmUp == 40 && phases.steady == 0 && phases.drain == 20)
    #expect(phases.window == 160, "the denominator is the total time of all devices")
  }

  @Test func phasesAddUpToTheBubble() throws {
    for seed: UInt64 in 0..<20 {
      let program = try pipelineProgram(microbatches: 3)
      let steps = try analysed(program, randomTrace(program, steps: 4, seed: seed), warmupSteps: 1)
      let bubble = steps.breakdowns.joined().reduce(Int64(0)) { $0 + $1.inactive }
      #expect(BubblePhases(steps)?.total == bubble, "seed \(seed)")
    }
  }

  @Test func exchangesHaveNoPhases() throws {
    #expect(BubblePhases(try analysed(try exchangeProgram(), overlappedExchangeTrace)) == nil)
  }
}

/// What other tools got wrong.
@Suite struct AnalysisTrapTests {
  @Test func overlapIsNotFoundBySubtraction() throws {
    let parts = statistics(try exchangeProgram(), overlappedExchangeTrace).totals.breakdowns[0]
    let subtracted = parts.compute + parts.communication - parts.window
    #expect(parts.overlapRatio == 1 && subtracted < 0, "idle time makes compute + communication - wall wrong")
  }

  @Test func waitingIsNeitherWorkNorOnThePath() throws {
    let steps = try analysed(try chainProgram(), chainTrace)
    #expect(CriticalPath(steps).work == 160 && CriticalPath(steps).length(.wait) == 0)
    let tree = EfficiencyTree(useful: steps.breakdowns[0].map(\.compute), window: 160)
    #expect(tree.parallel.map { abs($0 - 1.0 / 3) < 1e-12 } == true)
  }

  @Test func warmUpIsInNoAverage() throws {
    let program = try serialProgram()
    let analysis = try #require(TraceAnalysis(statistics(program, serialTrace([1000, 10, 10]), warmupSteps: 1)))
    #expect(analysis.path.window == 1000..<1020 && analysis.totals.window == 20)
  }

  @Test func unknownIsNeverZero() throws {
    let all = statistics(try serialProgram(), serialTrace([10, 10]))
    let analysis = try #require(TraceAnalysis(all))
    let report = Report.Analysis(analysis)
    #expect(report.overlapRatio.map(\.wrappedValue) == [nil])
    #expect(report.straggler == nil && report.bubble == nil && report.replay == nil)
    #expect(report.flops.modelUtilisation == nil && report.efficiency.transfer == nil)
  }
}
