import Programs
import Testing
import Traces

@Suite struct BreakdownTests {
  @Test func lateSendersAreWaitsAndNotWork() throws {
    let totals = statistics(try pipelineProgram(microbatches: 1), latePipelineTrace).totals
    let (first, second) = (totals.breakdowns[0], totals.breakdowns[1])
    #expect(
      [first.compute, first.exposedCommunication, first.wait, first.overhead, first.idle] == [200, 30, 180, 10, 0])
    #expect(
      [second.compute, second.exposedCommunication, second.wait, second.overhead, second.idle]
        == [150, 30, 100, 10, 130])
    #expect(first.window == 420 && second.window == 420)
    #expect(first.waits == [.lateSender: 180, .backPressure: 0])
    #expect(first.pipelineWait == 180 && second.pipelineWait == 100)
    #expect(totals.lastStep?.firstStart == [0, 133])
    #expect(totals.lastStep?.lastEnd == [418, 285])
    #expect(totals.segments == [0..<420])
  }

  @Test func onlyCommunicationThatNothingHidesIsExposed() throws {
    let totals = statistics(try exchangeProgram(), overlappedExchangeTrace).totals
    let (first, second) = (totals.breakdowns[0], totals.breakdowns[1])
    #expect(first.communication == 50 && first.exposedCommunication == 0 && first.overlapRatio == 1)
    #expect(second.communication == 60 && second.exposedCommunication == 60 && second.overlapRatio == 0)
    #expect(second.wait == 58 && second.waits[.lateSender] == 58)
    #expect(first.pipelineWait == 0 && second.pipelineWait == 0, "gradients are no pipeline edge")
    #expect(first.overhead == 1 && first.idle == 59)
  }

  @Test func overlapIsUnknownWhereNothingTravels() throws {
    let totals = statistics(try serialProgram(), serialTrace([10])).totals
    #expect(totals.breakdowns[0].overlapRatio == nil)
    #expect(totals.breakdowns[0].fraction(.compute) == 1)
    #expect(Breakdown().fraction(.compute) == nil)
  }

  @Test func messagesOnTheWireTogetherCountOnce() throws {
    let program = try pipelineProgram(microbatches: 2)
    let receives = program.devices[1].instructions.indices.filter {
      if case .receive = program.devices[1].instructions[$0] { true } else { false }
    }
    let activity = DeviceActivity(
      records: [
        TraceRecord(
          step: 0, instruction: Int32(receives[0]), begin: 0, end: 50, senderReady: 5, transferStart: 10, arrival: 50),
        TraceRecord(
          step: 0, instruction: Int32(receives[1]), begin: 50, end: 60, senderReady: 5, transferStart: 20, arrival: 60),
      ], device: 1, catalogue: InstructionCatalogue(program))
    let parts = activity.breakdown(in: 0..<60)
    #expect(parts.communication == 50 && parts.exposedCommunication == 50 && parts.wait == 10)
  }

  @Test func fullChannelsAreBackPressure() throws {
    let program = try pipelineProgram()
    let send = try position(program, 0) { if case .send = $0 { true } else { false } }
    let record = TraceRecord(step: 0, instruction: send, begin: 10, end: 42, transferStart: 40)
    let catalogue = InstructionCatalogue(program)
    let spans = catalogue.spans(of: record, device: 0)
    #expect(spans.map(\.kind) == [.wait, .send] && spans[0].cause == .backPressure)
    let parts = DeviceActivity(records: [record], device: 0, catalogue: catalogue).breakdown(in: 0..<50)
    #expect(parts.waits == [.lateSender: 0, .backPressure: 30])
    #expect(parts.overhead == 2 && parts.idle == 18)
  }

  @Test func theFivePartsAgreeWithCountingEveryNanosecond() throws {
    for seed: UInt64 in 0..<40 {
      let program = try pipelineProgram(microbatches: 3, capacity: seed % 2 == 0 ? 1 : 4)
      let batch = randomTrace(program, steps: 4, seed: seed)
      let result = statistics(program, batch, warmupSteps: 1).totals
      try #require(result.steps == 3, "seed \(seed)")
      for device in 0..<2 {
        let parts = result.breakdowns[device]
        let counted = countedBreakdown(batch.records[device], device: device, program: program, in: result.segments[0])
        #expect(parts.window == result.window, "seed \(seed)")
        #expect(Activity.allCases.map { parts[$0] } == counted, "seed \(seed) device \(device)")
        #expect(parts.waits.values.reduce(0, +) == parts.wait, "seed \(seed)")
      }
    }
  }
}

/// The five parts by looking at each nanosecond alone.
private func countedBreakdown(_ records: [TraceRecord], device: Int, program: Program, in window: Range<Int64>)
  -> [Int64]
{
  var parts: [Int64] = [0, 0, 0, 0, 0]
  let extent = (records.first?.begin ?? 0)..<(records.last?.end ?? 0)
  for time in window {
    var best = extent.contains(time) ? 3 : 4
    for record in records {
      switch program.devices[device].instructions[Int(record.instruction)] {
      case .receive:
        if time >= record.transferStart, time < record.arrival { best = min(best, 1) }
        if time >= record.begin, time < min(record.transferStart, record.end) { best = min(best, 2) }
      case .send: if time >= record.begin, time < record.transferStart { best = min(best, 2) }
      case .forward, .backward: if time >= record.begin, time < record.end { best = 0 }
      default: break
      }
    }
    parts[best] += 1
  }
  return parts
}
