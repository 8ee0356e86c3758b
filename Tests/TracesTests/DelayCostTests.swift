import Programs
import Testing
import Traces

@Suite struct DelayCostTests {
  @Test func chainsAreFollowedToTheirBegin() throws {
    let delays = DelayCosts(try analysed(try chainProgram(), chainTrace))
    #expect(delays.total == 250)
    #expect(
      delays.costs.map(\.cause) == [
        DelayCosts.Cause(device: 0, kind: .forward, node: 0), DelayCosts.Cause(device: 1, kind: .forward, node: 1),
      ])
    #expect(rounded(delays.costs.map(\.direct)) == [100, 50])
    #expect(rounded(delays.costs.map(\.propagated)) == [100, 0])
    #expect(rounded(delays.byDevice()) == [200, 50, 0])
  }

  /// To a thousandth of a nanosecond: charges are shares of shares.
  private func rounded(_ values: [Double]) -> [Double] { values.map { ($0 * 1000).rounded() / 1000 } }

  @Test func oneWaitHasItsOwnCauses() throws {
    let steps = try analysed(try chainProgram(), chainTrace)
    let wait = TraceSpan(
      device: 2, step: 0, instruction: 0, lane: .communication, kind: .wait, cause: .lateSender, begin: 0, end: 150)
    let causes = DelayCosts(steps).causes(of: wait)
    #expect(causes.map(\.cause.device) == [0, 1])
    #expect(rounded(causes.map(\.propagated)) == [100, 0] && rounded(causes.map(\.direct)) == [0, 50])
    var other = wait
    other.instruction = 1
    #expect(DelayCosts(steps).causes(of: other).isEmpty, "it is no wait")
  }

  @Test func onlyWhatTheOtherDidMoreOfIsToBlame() throws {
    let delays = DelayCosts(try analysed(try exchangeProgram(), overlappedExchangeTrace))
    #expect(delays.costs.map(\.cause) == [DelayCosts.Cause(device: 0, kind: .forward, node: 0)])
    #expect(delays.costs[0].direct == 58 && delays.costs[0].propagated == 0)
  }

  @Test func severalDelaysShareAWaitInProportion() throws {
    let delays = DelayCosts(try analysed(try pipelineProgram(microbatches: 1), latePipelineTrace))
    func cost(_ device: Int, _ kind: SpanKind) -> Double? {
      delays.costs.first { $0.cause.device == device && $0.cause.kind == kind }?.total
    }
    #expect(cost(0, .forward) == 100)
    #expect(cost(1, .backward).map { abs($0 - 180.0 * 100 / 152) < 1e-9 } == true)
    #expect(cost(1, .forward).map { abs($0 - 180.0 * 50 / 152) < 1e-9 } == true)
    #expect(cost(1, .overhead).map { abs($0 - 180.0 * 2 / 152) < 1e-9 } == true)
  }

  @Test func waitingForTheWireIsTheSendersSending() throws {
    // The message was sent at once but stood behind others until 70.
    var builder = try ProgramBuilder(devices: 2)
    let message = builder.message(0, 1, purpose: .other)
    builder.devices[0].append(.send(message), action: 0)
    builder.devices[1].append(.receive(message), action: 0)
    let trace = TraceBatch(
      records: [
        [
          TraceRecord(step: 0, instruction: 0, begin: 0, end: 0, senderReady: 0, transferStart: 0),
          TraceRecord(step: 0, instruction: 1, begin: 0, end: 0),
        ],
        [
          TraceRecord(step: 0, instruction: 0, begin: 0, end: 100, senderReady: 0, transferStart: 70, arrival: 100),
          TraceRecord(step: 0, instruction: 1, begin: 100, end: 100),
        ],
      ], dropped: [0, 0])
    let steps = try analysed(builder.program(), trace)
    #expect(DelayCosts(steps).costs.map(\.cause) == [DelayCosts.Cause(device: 0, kind: .send)])
    let path = CriticalPath(steps)
    #expect(path.segments.map(\.part) == [.wait, .wire] && path.length(.wait) == 70)
  }

  @Test func costsAddUpToTheWaits() throws {
    for seed: UInt64 in 0..<40 {
      let program = try pipelineProgram(microbatches: 3, capacity: seed % 2 == 0 ? 1 : 4)
      let steps = try analysed(program, randomTrace(program, steps: 4, seed: seed), warmupSteps: 1)
      let delays = DelayCosts(steps)
      let waits = steps.breakdowns.joined().reduce(Int64(0)) { $0 + $1.wait }
      #expect(delays.total == Double(waits), "seed \(seed)")
      #expect(abs(delays.costs.reduce(0) { $0 + $1.total } - delays.total) < 1e-6, "seed \(seed)")
      #expect(delays.costs.allSatisfy { $0.direct >= 0 && $0.propagated >= 0 }, "seed \(seed)")
    }
  }
}
