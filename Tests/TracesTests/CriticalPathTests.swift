import Programs
import Testing
import Traces

@Suite struct CriticalPathTests {
  @Test func thePathGoesOverTheMessagesThatWereAwaited() throws {
    let path = CriticalPath(try analysed(try pipelineProgram(microbatches: 1), latePipelineTrace))
    let expected: [(CriticalPath.Part, Int, Range<Int64>)] = [
      (.compute, 0, 0..<100), (.wire, 1, 100..<130), (.overhead, 1, 130..<133), (.compute, 1, 133..<183),
      (.overhead, 1, 183..<185), (.compute, 1, 185..<285), (.wire, 0, 285..<315), (.overhead, 0, 315..<318),
      (.compute, 0, 318..<418), (.overhead, 0, 418..<420),
    ]
    #expect(path.segments.map(\.part) == expected.map(\.0))
    #expect(path.segments.map(\.device) == expected.map(\.1))
    #expect(path.segments.map { $0.begin..<$0.end } == expected.map(\.2))
    #expect(path.segments.filter { $0.part == .wire }.map(\.sender) == [0, 1])
    #expect(path.length(.compute) == 350 && path.length(.wire) == 60 && path.length(.overhead) == 10)
    #expect(path.length(on: 0) == 235 && path.length(on: 1) == 185)
    #expect(path.work == 350)
    #expect(path.speedupBound.map { abs($0 - 350.0 / 410) < 1e-12 } == true)
  }

  @Test func layersAreListedByTheirTimeOnThePath() throws {
    let program = try pipelineProgram(microbatches: 1)
    let rows = CriticalPath(try analysed(program, latePipelineTrace)).byLayer(InstructionCatalogue(program))
    #expect(rows.map(\.nanoseconds).reduce(0, +) == 420)
    #expect(rows.prefix(3).map(\.layer) == ["linear1", "linear1", "linear2"])
    #expect(rows.prefix(4).map(\.kind) == [.backward, .forward, .backward, .receive])
  }

  @Test func aFullChannelLeadsToTheReceiveThatMadeRoom() throws {
    // Device 1 takes its first message late, so that device 0 cannot send its second one.
    var builder = try ProgramBuilder(devices: 2)
    let messages = (0..<2).map { builder.message(0, 1, purpose: .activations, microbatch: $0, capacity: 1) }
    builder.devices[0].append(.send(messages[0]), action: 0)
    builder.devices[0].append(.send(messages[1]), action: 0)
    builder.forward(1, node: 1, microbatch: 0)
    builder.devices[1].append(.receive(messages[0]), action: 0)
    builder.devices[1].append(.receive(messages[1]), action: 0)
    let program = builder.program()
    let trace = TraceBatch(
      records: [
        [
          TraceRecord(step: 0, instruction: 0, begin: 0, end: 2, senderReady: 0, transferStart: 0),
          TraceRecord(step: 0, instruction: 1, begin: 2, end: 60, senderReady: 2, transferStart: 55),
          TraceRecord(step: 0, instruction: 2, begin: 60, end: 100),
        ],
        [
          TraceRecord(step: 0, instruction: 0, begin: 0, end: 50),
          TraceRecord(step: 0, instruction: 1, begin: 50, end: 54, senderReady: 0, transferStart: 0, arrival: 5),
          TraceRecord(step: 0, instruction: 2, begin: 54, end: 65, senderReady: 2, transferStart: 55, arrival: 60),
          TraceRecord(step: 0, instruction: 3, begin: 65, end: 65),
        ],
      ], dropped: [0, 0])
    let steps = try analysed(program, trace)
    let path = CriticalPath(steps)
    #expect(path.segments.first?.device == 1 && path.segments.first.map { $0.begin..<$0.end } == 0..<50)
    #expect(path.segments.reduce(0) { $0 + $1.nanoseconds } == 100)
    let delays = DelayCosts(steps)
    #expect(delays.costs.first?.cause == DelayCosts.Cause(device: 1, kind: .forward, node: 1))
    #expect(delays.total == Double(steps.breakdowns[0].reduce(0) { $0 + $1.wait }))
  }

  @Test func segmentsAreAdjacentAndCoverTheWindow() throws {
    for seed: UInt64 in 0..<40 {
      let program = try pipelineProgram(microbatches: 3, capacity: seed % 2 == 0 ? 1 : 4)
      let steps = try analysed(program, randomTrace(program, steps: 4, seed: seed), warmupSteps: 1)
      let path = CriticalPath(steps)
      #expect(path.segments.first?.begin == steps.window.lowerBound, "seed \(seed)")
      #expect(path.segments.last?.end == steps.window.upperBound, "seed \(seed)")
      #expect(zip(path.segments, path.segments.dropFirst()).allSatisfy { $0.end == $1.begin }, "seed \(seed)")
      let parts = CriticalPath.Part.allCases.reduce(Int64(0)) { $0 + path.length($1) }
      #expect(parts == Int64(steps.window.count), "seed \(seed)")
    }
  }
}

@Suite struct AnalysedStepsTests {
  @Test func warmUpAndWhatLiesBeforeAStopAreLeftOut() throws {
    let program = try serialProgram()
    let whole = try analysed(program, serialTrace([10, 20, 30, 40]), warmupSteps: 1)
    #expect(whole.numbers == 1...3 && whole.window == 10..<100)
    let stopped = TraceBatch(
      records: [serialTrace([10, 20]).records[0] + serialTrace([30], from: 90, firstStep: 2).records[0]], dropped: [0],
      stops: [1])
    #expect(try analysed(program, stopped).numbers == 2...2)
  }

  @Test func reportsAnalyseTheLongestStretch() throws {
    let program = try serialProgram()
    // Steps 0 | 1 2 | 3 4 | 5, with stops in between.
    let parts = [([10.0], 0), ([20, 30], 1), ([40, 50], 3), ([60], 5)].enumerated().map { place, part in
      serialTrace(part.0.map { Int64($0) }, from: Int64(1000 * place), firstStep: Int32(part.1)).records[0]
    }
    let all = statistics(program, TraceBatch(records: [Array(parts.joined())], dropped: [0], stops: [0, 2, 4]))
    #expect(AnalysedSteps(all.recent.steps, catalogue: all.catalogue)?.numbers == 5...5)
    #expect(AnalysedSteps.longest(of: all.recent.steps, catalogue: all.catalogue)?.numbers == 3...4)
    #expect(TraceAnalysis(all)?.steps.numbers == 3...4)
  }

  @Test func nothingIsSaidWhereNothingWasMeasuredOrThereIsTooMuch() throws {
    let all = statistics(try serialProgram(), serialTrace([10, 20]), warmupSteps: 5)
    #expect(AnalysedSteps(all.recent.steps, catalogue: all.catalogue) == nil)
    #expect(TraceAnalysis(all) == nil)
    let measured = statistics(try serialProgram(), serialTrace([10, 20, 30]))
    let steps = measured.recent.steps
    #expect(AnalysedSteps(steps, catalogue: measured.catalogue, recordLimit: 1) == nil)
    #expect(AnalysedSteps(steps, catalogue: measured.catalogue, recordLimit: 4)?.numbers == 1...2)
    #expect(AnalysedSteps(steps, catalogue: measured.catalogue, count: 1)?.numbers == 2...2)
  }
}
