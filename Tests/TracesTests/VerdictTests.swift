import Programs
import Testing
import Traces

@Suite struct VerdictTests {
  private func verdict(
    _ program: Program, _ trace: TraceBatch, _ context: AnalysisContext = AnalysisContext()
  ) throws -> Verdict {
    try #require(TraceAnalysis(statistics(program, trace), context: context)).verdict
  }

  @Test func bubblesMakeAPipelinesVerdict() throws {
    let verdict = try verdict(try pipelineProgram(microbatches: 1), latePipelineTrace)
    #expect(verdict.limit == .pipeline)
    #expect(verdict.verdict.hasPrefix("Pipeline-bound: computing "))
    #expect(verdict.verdict.contains("pipeline bubble 33 %, by theory 50 %"))
    #expect(verdict.why == "68 % of the bubble is in warm-up.")
  }

  @Test func aloneADeviceIsBoundByComputing() throws {
    let verdict = try verdict(try serialProgram(), serialTrace([10, 10]))
    #expect(verdict.limit == .compute)
    #expect(verdict.verdict == "Compute-bound: computing 100 %.")
    #expect(verdict.why == "F linear1 alone is 100 % of the critical path.")
  }

  @Test func exposedExchangesMakeTheVerdict() throws {
    let verdict = try verdict(try collectiveExchangeProgram(), overlappedExchangeTrace)
    #expect(verdict.limit == .communication)
    #expect(verdict.verdict.contains("exposed communication 19 %"))
    #expect(verdict.why.hasPrefix("The direct all-reduce of gradients of 2 layers (40 B)"))
    #expect(verdict.why.contains("linear1 has "))
  }

  /// Shares are told whatever the word is, so that runs that differ little do not read as if they had nothing in common.
  @Test func smallLossesGiveNoName() throws {
    let losses = try verdict(try exchangeProgram(), nearlyBusyExchange)
    #expect(losses.limit == .spread, "\(losses)")
    #expect(
      losses.verdict.hasPrefix("No single loss: computing 76 %; waiting 8.8 %; runtime 7.5 %; idle 7.5 %"), "\(losses)")
  }

  @Test func waitsWithoutAStragglerNameTheirCause() throws {
    let verdict = try verdict(try exchangeProgram(), chainLikeExchange)
    #expect(verdict.limit == .wait)
    #expect(verdict.why == "F linear1 on device 0 causes 100 % of the waiting.")
  }

  @Test func stragglersMakeItImbalance() throws {
    var records = chainLikeExchange.records
    for device in records.indices {
      records[device] += records[device].map { record in
        var next = record
        next.step = 1
        next.begin += 200
        next.end += 200
        next.senderReady += 200
        next.transferStart += 200
        next.arrival += 200
        return next
      }
    }
    let verdict = try verdict(try exchangeProgram(), TraceBatch(records: records, dropped: [0, 0]))
    #expect(verdict.limit == .imbalance)
    #expect(verdict.verdict.hasPrefix("Imbalanced, device 0 is behind: computing "))
    #expect(verdict.next == "Give device 0 less work, or see what else runs on its core.")
  }

  @Test func tooManyThreadsComeFirst() throws {
    let verdict = try verdict(
      try pipelineProgram(microbatches: 1), latePipelineTrace, AnalysisContext(oversubscribedCores: 1))
    #expect(
      verdict.limit == .oversubscribed && verdict.verdict.hasPrefix("Oversubscribed, 2 devices on 1 core: computing "))
    #expect(verdict.next.contains("--clock virtual"))
  }

  @Test func theReplaysBestChangeIsTheAdvice() throws {
    let replay = Replay(
      stepSeconds: 10, idealNetworkStepSeconds: 9,
      changes: [.init("linear1 2× as fast", stepSeconds: 6), .init("device 0 2× as fast", stepSeconds: 9)])
    let verdict = try verdict(try serialProgram(), serialTrace([10, 10]), AnalysisContext(replay: replay))
    #expect(verdict.next == "linear1 2× as fast would shorten the step by 40 % (simulated).")
  }

  @Test func onlyWhatWasTriedAndHelpedIsAdvised() throws {
    let replay = Replay(
      stepSeconds: 10, idealNetworkStepSeconds: 9, changes: [.init("linear1 2× as fast", stepSeconds: 6)])
    func next(_ changes: [Replay.Change]) throws -> String {
      let context = AnalysisContext(replay: replay, trials: Trials(stepSeconds: 8, changes: changes))
      return try verdict(try pipelineProgram(microbatches: 1), latePipelineTrace, context).next
    }
    #expect(
      try next([.init("microbatches=2", stepSeconds: 9), .init("schedule=zb-h1", stepSeconds: 6)])
        == "Try schedule=zb-h1: a step is predicted 25 % shorter.")
    #expect(
      try next([.init("microbatches=2", stepSeconds: 9), .init("schedule=zb-h1", stepSeconds: 7.9)])
        == "linear1 2× as fast would shorten the step by 40 % (simulated). "
        + "Simulated and not shorter: microbatches=2, schedule=zb-h1.")
  }

  /// What the machine's description makes slow is named before anything that follows from it.
  @Test func slowPartsComeBeforeWhatFollowsFromThem() throws {
    var replay = Replay(stepSeconds: 10, idealNetworkStepSeconds: 9, changes: [])
    replay.slowed = [
      .init(.device(1), factor: 2, stepSeconds: 9.9), .init(.link("0-1"), factor: 8, stepSeconds: 4),
    ]
    let context = AnalysisContext(replay: replay)
    let slow = try verdict(try collectiveExchangeProgram(), overlappedExchangeTrace, context)
    #expect(slow.limit == .slowed && slow.verdict.hasPrefix("Link 0-1 is slow: computing "))
    #expect(
      slow.why == "The machine's description makes link 0-1 8× as slow as its like; without that a step would be 60 % "
        + "shorter (simulated).")
    // Less than a twentieth is no cause.
    replay.slowed = [.init(.device(1), factor: 2, stepSeconds: 9.6)]
    let other = try verdict(
      try collectiveExchangeProgram(), overlappedExchangeTrace, AnalysisContext(replay: replay))
    #expect(other.limit == .communication)
  }

  @Test func disturbedMachinesComeFirst() throws {
    var records = chainLikeExchange.records
    // Of 2 · 200 ns others took 80.
    records[0][0].withheld = 80
    let verdict = try verdict(try exchangeProgram(), TraceBatch(records: records, dropped: [0, 0]))
    #expect(verdict.limit == .disturbed && verdict.verdict.hasPrefix("Disturbed: computing "))
    #expect(verdict.why.hasPrefix("Others took 20 % of the devices' processor time (20 % withheld)"))
  }
}

/// Of 2 · 200 ns 305 are computing; device 1 waits for 35 and is idle for 30 at the end, and 30 are device 0's runtime: no loss
/// reaches a tenth, and computing no four fifths.
private let nearlyBusyExchange = TraceBatch(
  records: [
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 170),
      TraceRecord(step: 0, instruction: 1, begin: 170, end: 170, senderReady: 170, transferStart: 170),
      TraceRecord(step: 0, instruction: 2, begin: 170, end: 170, senderReady: 135, transferStart: 135, arrival: 135),
      TraceRecord(step: 0, instruction: 3, begin: 200, end: 200),
    ],
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 135),
      TraceRecord(step: 0, instruction: 1, begin: 135, end: 135, senderReady: 135, transferStart: 135),
      TraceRecord(step: 0, instruction: 2, begin: 135, end: 170, senderReady: 170, transferStart: 170, arrival: 170),
      TraceRecord(step: 0, instruction: 3, begin: 170, end: 170),
    ],
  ], dropped: [0, 0])

/// Device 0 computes for 200 ns, device 1 for 20 ns and then waits; messages take no time.
private let chainLikeExchange = TraceBatch(
  records: [
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 200),
      TraceRecord(step: 0, instruction: 1, begin: 200, end: 200, senderReady: 200, transferStart: 200),
      TraceRecord(step: 0, instruction: 2, begin: 200, end: 200, senderReady: 20, transferStart: 20, arrival: 20),
      TraceRecord(step: 0, instruction: 3, begin: 200, end: 200),
    ],
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 20),
      TraceRecord(step: 0, instruction: 1, begin: 20, end: 20, senderReady: 20, transferStart: 20),
      TraceRecord(step: 0, instruction: 2, begin: 20, end: 200, senderReady: 200, transferStart: 200, arrival: 200),
      TraceRecord(step: 0, instruction: 3, begin: 200, end: 200),
    ],
  ], dropped: [0, 0])
