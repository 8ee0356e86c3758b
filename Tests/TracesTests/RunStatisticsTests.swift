import Programs
import Testing
import Traces

@Suite struct RunStatisticsTests {
  @Test func warmupStaysOutOfEverything() throws {
    let result = statistics(try serialProgram(), serialTrace([1000, 10, 20, 30]), warmupSteps: 1)
    #expect(result.closedSteps == 4)
    #expect(result.totals.stepNanoseconds == [10, 20, 30])
    #expect(result.totals.window == 60 && result.totals.breakdowns[0].compute == 60)
    #expect(result.totals.stepSeconds(quantile: 0.5) == 20e-9)
    #expect(result.totals.stepSeconds(quantile: 0.1).map { abs($0 - 12e-9) < 1e-15 } == true)
    #expect(result.recent.steps.map(\.isMeasured) == [false, true, true, true])
  }

  @Test func stopsBelongToNobody() throws {
    let result = statistics(
      try serialProgram(), serialTrace([10, 10], stops: [1]), serialTrace([10], from: 1000, firstStep: 2))
    #expect(result.totals.segments == [0..<20, 1000..<1010])
    #expect(result.totals.window == 30)
    #expect(result.totals.breakdowns[0].overhead == 0 && result.totals.breakdowns[0].idle == 0)
  }

  @Test func pausesThatNobodyNamedAreTheRuntimes() throws {
    let result = statistics(
      try serialProgram(), serialTrace([10, 10]), serialTrace([10], from: 25, firstStep: 2))
    #expect(result.totals.breakdowns[0].overhead == 5)
  }

  @Test func aStepThatStoppedIsClosedAtOnce() throws {
    var running = RunStatistics(program: try serialProgram())
    running.consume(serialTrace([10]))
    #expect(running.closedSteps == 0, "a later record could still lie in its window")
    var stopped = RunStatistics(program: try serialProgram())
    stopped.consume(serialTrace([10], stops: [0]))
    #expect(stopped.closedSteps == 1)
  }

  @Test func cuttingIntoBatchesChangesNothing() throws {
    for seed: UInt64 in 0..<20 {
      let program = try pipelineProgram(microbatches: 2)
      let whole = randomTrace(program, steps: 6, seed: seed)
      let expected = statistics(program, whole, warmupSteps: 2).totals
      var random = SeededGenerator(seed: seed)
      var cut = RunStatistics(program: program, warmupSteps: 2, keptSteps: 2)
      var rest = whole.records
      while rest.contains(where: { !$0.isEmpty }) {
        var records: [[TraceRecord]] = [[], []]
        for device in 0..<2 {
          let count = Int.random(in: 0...min(9, rest[device].count), using: &random)
          records[device] = Array(rest[device].prefix(count))
          rest[device].removeFirst(count)
        }
        cut.consume(TraceBatch(records: records, dropped: [0, 0]))
      }
      cut.finish()
      #expect(cut.totals.breakdowns == expected.breakdowns, "seed \(seed)")
      #expect(cut.totals.stepNanoseconds == expected.stepNanoseconds)
      #expect(cut.totals.matrixBytes == expected.matrixBytes)
      #expect(cut.recent.steps.map(\.step) == [4, 5])
      #expect(cut.recent.forgottenRecords > 0)
    }
  }

  @Test func bytesAreCountedWhereTheyWereSent() throws {
    let program = try pipelineProgram(microbatches: 2)
    let totals = statistics(program, randomTrace(program, steps: 3, seed: 1)).totals
    #expect(totals.bytes == 3 * program.bytesPerStep)
    #expect(totals.matrixBytes == [[0, 144], [144, 0]])
    #expect(totals.matrixMessages == [[0, 6], [6, 0]])
    #expect(totals.bytesReceived == [144, 144] && totals.messagesSent == [6, 6])
    #expect(totals.bytesByPurpose == [.activations: 144, .activationGradients: 144])
  }

  @Test func stepsWithLostRecordsAreNotMeasured() throws {
    var lossy = serialTrace([10, 10])
    lossy.dropped = [3]
    let result = statistics(
      try serialProgram(), serialTrace([10]), lossy.shifted(by: 10, steps: 1),
      serialTrace([10, 10], from: 60, firstStep: 4))
    #expect(result.droppedRecords == 3)
    #expect(result.totals.steps == 1, "step 0 and 4 are next to the hole, 1 to 3 in it")
    #expect(result.totals.segments == [70..<80])
    #expect(result.incompleteSteps == 5)
  }

  @Test func anEmptyTraceMeasuresNothing() throws {
    let result = statistics(try serialProgram())
    #expect(result.totals.steps == 0 && result.totals.stepSeconds(quantile: 0.5) == nil)
    #expect(result.timeline().window.isEmpty)
  }
}

extension TraceBatch {
  /// The same records later and of later steps.
  func shifted(by time: Int64, steps: Int32) -> TraceBatch {
    var batch = self
    batch.records = records.map { records in
      records.map {
        TraceRecord(step: $0.step + steps, instruction: $0.instruction, begin: $0.begin + time, end: $0.end + time)
      }
    }
    return batch
  }
}
