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
    #expect(
      verdict.lines == [
        "Pipeline-bound: 33 % of all device time is the bubble.",
        "100 % of it is in warm-up; equal stages would have 50 % of the total time.",
        "Try more microbatches (now 1), or another schedule.",
      ])
  }

  @Test func aloneADeviceIsBoundByComputing() throws {
    let verdict = try verdict(try serialProgram(), serialTrace([10, 10]))
    #expect(verdict.limit == .compute)
    #expect(verdict.verdict == "Compute-bound: 100 % of all device time is computing.")
    #expect(verdict.why == "F linear1 alone is 100 % of the critical path.")
  }

  @Test func exposedExchangesMakeTheVerdict() throws {
    let verdict = try verdict(try collectiveExchangeProgram(), overlappedExchangeTrace)
    #expect(verdict.limit == .communication)
    #expect(verdict.verdict == "Communication-bound: 19 % of all device time is exposed communication.")
    #expect(verdict.why.hasPrefix("The direct all-reduce of gradients of 2 layers (40 B)"))
    #expect(verdict.next.contains("overlap=on, bucket=1MB") && verdict.next.contains("split linear1 by k"))
  }

  @Test func waitsWithoutAStragglerNameTheirCause() throws {
    let verdict = try verdict(try exchangeProgram(), chainLikeExchange)
    #expect(verdict.limit == .wait)
    #expect(verdict.why == "F linear1 on device 0 causes 100 % of it.")
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
    #expect(verdict.verdict.contains("most of it for device 0"))
    #expect(verdict.next == "Give device 0 less work, or see what else runs on its core.")
  }

  @Test func tooManyThreadsComeFirst() throws {
    let verdict = try verdict(
      try pipelineProgram(microbatches: 1), latePipelineTrace, AnalysisContext(oversubscribedCores: 1))
    #expect(verdict.limit == .oversubscribed && verdict.verdict == "Oversubscribed: 2 devices on 1 core.")
    #expect(verdict.next.contains("--clock virtual"))
  }

  @Test func theReplaysBestChangeIsTheAdvice() throws {
    let replay = Replay(
      stepSeconds: 10, idealNetworkStepSeconds: 9,
      changes: [.init("linear1 2× as fast", stepSeconds: 6), .init("device 0 2× as fast", stepSeconds: 9)])
    let verdict = try verdict(try serialProgram(), serialTrace([10, 10]), AnalysisContext(replay: replay))
    #expect(verdict.next.contains("linear1 2× as fast shortens the step by 40 %"))
  }
}

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
