import Testing
import Traces

@Suite struct ProcessorSpeedTests {
  private let ms: Int64 = 1_000_000

  /// Serial steps of 10 ms each, with a reading of the gauge for each.
  private func trace(_ gauges: [Int32], lengths: [Int64]? = nil, withheld: [Int64]? = nil) -> TraceBatch {
    var batch = serialTrace(lengths ?? gauges.map { _ in 10 * ms })
    for place in batch.records[0].indices {
      let step = Int(batch.records[0][place].step)
      batch.records[0][place].gauge = gauges[step]
      if place % 2 == 0 { batch.records[0][place].withheld = withheld?[step] ?? 0 }
    }
    return batch
  }

  private func totals(_ trace: TraceBatch) throws -> Totals { statistics(try serialProgram(), trace).totals }

  @Test func stepsWithSlowProcessorsAreDisturbed() throws {
    let totals = try totals(
      trace([1000, 1090, 1101, 1800, 1000, 1000, 1000], lengths: [11, 12, 13, 30, 14, 15, 16].map { $0 * ms }))
    let calm = try #require(totals.undisturbedSteps(knownGauge: nil))
    #expect(calm.count == 5)
    #expect(calm.medianSeconds.map { abs($0 - 14e-3) < 1e-9 } == true)
  }

  @Test func stepsWithLostTimeAreDisturbed() throws {
    let totals = try totals(trace([1000, 1000, 1000], withheld: [0, ms / 5, ms / 5 + 1]))
    #expect(totals.undisturbedSteps(knownGauge: nil) == UndisturbedSteps(count: 2, medianSeconds: nil))
  }

  /// A run whose every step was disturbed looks undisturbed to itself.
  @Test func whatIsKnownOfTheMachineCounts() throws {
    let slow = try totals(trace([2000, 2000, 2000, 2000, 2000]))
    #expect(slow.undisturbedSteps(knownGauge: nil)?.count == 5)
    #expect(slow.undisturbedSteps(knownGauge: 1000) == UndisturbedSteps(count: 0, medianSeconds: nil))
    #expect(slow.processorSpeed(of: 0, knownGauge: 1000) == 0.5)
    // A processor that is faster than it was known to be is at its full speed.
    #expect(slow.undisturbedSteps(knownGauge: 4000)?.count == 5 && slow.processorSpeed(of: 0, knownGauge: 4000) == 1)
  }

  @Test func readingsCountForTheirTime() throws {
    // Half speed in a tenth of the time: 1100 in the mean.
    let totals = try totals(trace([1000, 2000], lengths: [90 * ms, 10 * ms]))
    #expect(totals.processorSpeed(of: 0, knownGauge: nil).map { abs($0 - 1000 / 1100) < 1e-12 } == true)
  }

  /// The last reading before a disturbance was taken up to a millisecond earlier.
  @Test func shortStepsBeforeADisturbanceDoNotCount() throws {
    let gauges = [Int32](repeating: 1000, count: 20) + [1500] + [Int32](repeating: 1000, count: 15)
    let totals = try totals(trace(gauges, lengths: gauges.map { _ in ms / 10 }))
    // Twelve steps make the interval; the end of the run is no reading either.
    #expect(totals.undisturbedSteps(knownGauge: nil)?.count == (20 - 11) + (15 - 11))
  }

  /// On slow processors only those steps have an undisturbed reading that last long for another reason, as a late wake-up: they are
  /// no measure of what a step takes.
  @Test func longStepsAmongShortOnesMakeNoMedian() throws {
    let isLong = (0..<100).map { $0 % 10 == 9 }
    let totals = try totals(
      trace(isLong.map { $0 ? 1000 : 1500 }, lengths: isLong.map { $0 ? 3 * ms / 2 : ms / 10 }))
    #expect(totals.undisturbedSteps(knownGauge: nil) == UndisturbedSteps(count: 10, medianSeconds: nil))
  }

  /// After a stop threads have to wake up first.
  @Test func stepsAfterAStopDoNotCount() throws {
    var batches = [
      serialTrace([10 * ms, 10 * ms], stops: [1]), serialTrace([10 * ms, 10 * ms], from: 50 * ms, firstStep: 2),
    ]
    for batch in batches.indices {
      for place in batches[batch].records[0].indices { batches[batch].records[0][place].gauge = 1000 }
    }
    let totals = statistics(try serialProgram(), batches[0], batches[1]).totals
    #expect(totals.undisturbedSteps(knownGauge: nil)?.count == 3)
  }

  /// Six of 200 are what is left of a run on slow processors.
  @Test func fewStepsMakeNoMedian() throws {
    let totals = try totals(trace([Int32](repeating: 1000, count: 6) + [Int32](repeating: 1800, count: 194)))
    #expect(totals.undisturbedSteps(knownGauge: nil) == UndisturbedSteps(count: 6, medianSeconds: nil))
  }

  @Test func nobodyGaugedIsNotUndisturbed() throws {
    let totals = try totals(trace([0, 0, 0, 0, 0]))
    #expect(totals.undisturbedSteps(knownGauge: 1000) == nil && totals.processorSpeed(of: 0, knownGauge: 1000) == nil)
  }

  /// The slowest of several devices decides.
  @Test func oneSlowDeviceDisturbsTheStep() throws {
    let program = try exchangeProgram()
    var trace = randomTrace(program, steps: 6, seed: 1)
    for device in 0..<2 {
      for place in trace.records[device].indices {
        let isSlow = device == 1 && trace.records[device][place].step < 4
        trace.records[device][place].gauge = isSlow ? 1500 : 1000
        trace.records[device][place].begin *= ms
        trace.records[device][place].end *= ms
      }
    }
    let totals = statistics(program, trace).totals
    #expect(totals.undisturbedSteps(knownGauge: nil)?.count == 2)
    #expect(totals.processorSpeed(of: 0, knownGauge: nil) == 1)
    #expect(totals.processorSpeed(of: 1, knownGauge: nil).map { $0 < 1 } == true)
  }
}
