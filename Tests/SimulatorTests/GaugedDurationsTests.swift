import Programs
import Testing
import Traces

@testable import Simulator

@Suite struct GaugedDurationsTests {
  @Test func calibrationsTakeUndisturbedDurations() {
    var durations = GaugedDurations()
    for (nanoseconds, gauge) in [(900, 1800), (10, 1000), (11, 1010), (950, 1700), (12, 1099), (13, 1000)] {
      durations.add(Int64(nanoseconds), gauge: Int32(gauge))
    }
    #expect(durations.undisturbedMedian(fastest: 1000) == nil, "four are too few")
    durations.add(14, gauge: 1000)
    #expect(durations.undisturbedMedian(fastest: 1000) == 12)
    // What happened is what happened.
    #expect(durations.median == 13)
    // All of them were disturbed, for who knows the machine.
    #expect(durations.undisturbedMedian(fastest: 500) == nil)
  }

  /// A run that begins on a slow processor still learns what a fast one takes.
  @Test func laterDurationsTakeThePlaceOfDisturbedOnes() {
    var durations = GaugedDurations()
    for number in 0..<GaugedDurations.kept { durations.add(Int64(2000 + number), gauge: 1900) }
    for number in 0..<20 { durations.add(Int64(1000 + number), gauge: 1000) }
    #expect(durations.undisturbedMedian(fastest: 1000) == 1010)
    // Those of processors that are no faster do not.
    for _ in 0..<500 { durations.add(1, gauge: 1850) }
    #expect(durations.undisturbedMedian(fastest: 1000) == 1010 && durations.median.map { $0 > 2000 } == true)
  }

  /// Between a calm reading and a slow one nobody knows when the disturbance began.
  @Test func durationsBeforeADisturbanceAreDisturbed() throws {
    let program = try Measured.program(
      layers: 2, devices: 1, microbatches: 1, strategy: "serial", forward: 0.01, backwardInput: 0.01,
      backwardWeight: 0.01)
    func share(calmSteps: Int32) throws -> Double {
      var trace = try Measured.simulate(program, steps: 12).trace
      for place in trace.records[0].indices {
        let step = trace.records[0][place].step
        trace.records[0][place].gauge = step < calmSteps ? 1000 + step : 1900
      }
      var times = RecordedTimes(program, spinNanoseconds: 0)
      times.add(trace)
      times.finish()
      return times.undisturbedShare(fastestGauge: 1000)
    }
    #expect(try share(calmSteps: 6) == 1)
    #expect(try share(calmSteps: 5) == 0, "of the five the last one is doubtful")
  }

  /// A run on slow processors does not spoil what was measured on fast ones, and is better than nothing.
  @Test func disturbedTimesDoNotReplaceUndisturbedOnes() throws {
    let program = try Measured.program(layers: 2, devices: 1, microbatches: 1, strategy: "serial")
    func measurements(_ origin: Calibration.Measurement.Origin, gauge: Int32) throws -> [Calibration.Measurement] {
      var trace = try Measured.simulate(program, steps: 12).trace
      for place in trace.records[0].indices { trace.records[0][place].gauge = gauge }
      var times = RecordedTimes(program, spinNanoseconds: 0)
      times.add(trace)
      times.finish()
      return RecordedTimes.measurements(of: [times], fastestGauge: 1000, threads: 1, origin: origin, date: "d")
    }
    func origins(after additions: [Calibration.Measurement]...) -> Set<Calibration.Measurement.Origin> {
      var document = Calibration(machine: "m", date: "d", costs: [:], wakeNanoseconds: 0)
      for addition in additions { document.add(addition) }
      return Set(document.measurements.map(\.origin))
    }
    let (calmBench, slowBench) = (try measurements(.bench, gauge: 1000), try measurements(.bench, gauge: 1500))
    let (calmRun, slowRun) = (try measurements(.run, gauge: 1000), try measurements(.run, gauge: 1500))
    #expect(origins(after: calmBench, slowRun) == [.bench] && origins(after: calmBench, calmRun) == [.run])
    #expect(origins(after: slowBench, slowRun) == [.run] && origins(after: slowRun, calmBench) == [.bench])
    #expect(!calmBench.isEmpty && slowBench.count == calmBench.count)
  }
}
