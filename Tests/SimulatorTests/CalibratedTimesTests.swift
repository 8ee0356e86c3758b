import Diagnostics
import Foundation
import Machines
import Networks
import Programs
import Strategies
import Testing
import Traces

@testable import Simulator

/// Times of exact sizes, between them, and beyond them.
@Suite struct CalibratedTimesTests {
  private func measurement(
    _ size: String, units: Double, _ nanoseconds: Double, threads: Int = 1, workingSet: Int? = nil,
    origin: Calibration.Measurement.Origin = .bench
  ) -> Calibration.Measurement {
    Calibration.Measurement(
      work: "relu.forward", size: size, units: units, threads: threads, workingSet: workingSet,
      nanoseconds: nanoseconds, origin: origin, date: "2026-02-03")
  }

  private func times(_ measurements: [Calibration.Measurement], threads: Int = 1, workingSet: Int = 20)
    -> CalibratedTimes
  {
    PriceList(calibration(measurements), threads: threads).times(in: WorkingSet(logarithm: workingSet))
  }

  private func calibration(_ measurements: [Calibration.Measurement]) -> Calibration {
    Calibration(
      machine: "m", date: "2026-02-01", costs: ["relu.forward": .init(fixed: 100, perUnit: 1)], wakeNanoseconds: 0,
      measurements: measurements)
  }

  private func time(_ times: CalibratedTimes, _ size: String, units: Double) -> (Double, CalibratedTimes.Basis) {
    let found = times.time(of: Work(name: "relu.forward", units: units)) { WorkSize(size) }
    return (found.nanoseconds, found.basis)
  }

  @Test func aMeasuredSizeTakesExactlyWhatItTook() {
    let times = times([measurement("a", units: 10, 777), measurement("b", units: 10, 33)])
    #expect(time(times, "a", units: 10) == (777, .measured))
    #expect(time(times, "b", units: 10) == (33, .measured))
  }

  /// Between two sizes the time is linear in the logarithms: four times the work in twice the time has its middle there.
  @Test func betweenSizesItIsInterpolated() {
    let times = times([
      measurement("k: a", units: 100, 1000), measurement("k: b", units: 400, 2000),
      measurement("other: c", units: 200, 9),
    ])
    let (middle, basis) = time(times, "k: x", units: 200)
    #expect(abs(middle - 1000 * 2.0.squareRoot()) < 1e-9 && basis == .interpolated)
    // As much work of another shape, and of a family that was never measured.
    #expect(time(times, "k: y", units: 400) == (2000, .interpolated))
    #expect(time(times, "new: z", units: 300) == (400, .fitted))
  }

  /// Beyond the sizes the class's line goes on from the nearest one, but not for ever.
  @Test func beyondTheSizesTheLineGoesOn() {
    let times = times([measurement("a", units: 100, 400)])
    // The line says 200 there and 300 here.
    #expect(time(times, "x", units: 200) == (600, .interpolated))
    #expect(time(times, "x", units: 1000) == (1100, .fitted))
  }

  /// What two devices at once do to a size that was measured both ways, they do to the others of its class.
  @Test func devicesAtTheSameTimeSlowEachOther() {
    let measurements = [
      measurement("a", units: 10, 100), measurement("a", units: 10, 150, threads: 2), measurement("b", units: 20, 300),
    ]
    let alone = times(measurements)
    let both = times(measurements, threads: 2)
    #expect(time(alone, "a", units: 10) == (100, .measured) && time(both, "a", units: 10) == (150, .measured))
    #expect(time(alone, "b", units: 20) == (300, .measured) && time(both, "b", units: 20) == (450, .interpolated))
    // A class of which nothing was measured both ways follows the others.
    #expect(Contention(measurements).factor(of: "tanh.forward", from: 1, to: 2) == 1.5)
    #expect(Contention(measurements).factor(of: "tanh.forward", from: 2, to: 4) == 1)
  }

  /// A small network finds its words in the caches.
  @Test func workTakesWhatItTakesInSuchAWorkingSet() {
    let measurements = [
      measurement("a", units: 10, 60, workingSet: 18), measurement("a", units: 10, 500, workingSet: 25),
      measurement("a", units: 10, 900, threads: 2, workingSet: 26),
    ]
    func time(_ workingSet: Int, threads: Int = 1) -> (Double, CalibratedTimes.Basis) {
      self.time(times(measurements, threads: threads, workingSet: workingSet), "a", units: 10)
    }
    #expect(time(17) == (60, .measured) && time(18) == (60, .measured) && time(24) == (500, .measured))
    // Neither of them; the nearer one counts.
    #expect(time(21) == (60, .interpolated) && time(23) == (500, .interpolated))
    // With two at work, both large ones are alike, and one was measured so.
    #expect(time(25, threads: 2) == (900, .measured))
    // Contention is told from alike working sets alone: 900 / 500.
    #expect(time(18, threads: 2) == (60 * 1.8, .interpolated))
  }

  @Test func newMeasurementsReplaceOldOnes() throws {
    var document = calibration([measurement("a", units: 10, 100), measurement("b", units: 10, 5)])
    document.add([measurement("a", units: 10, 90, origin: .run), measurement("a", units: 10, 80, threads: 2)])
    #expect(document.measurements.map(\.nanoseconds) == [5, 90, 80])
    #expect(try Calibration(json: Data(document.json().utf8)) == document)
  }

  /// Documents of another version are told apart from broken ones.
  @Test func otherVersionsAreNamed() throws {
    let old = #"{"schema": "partita.calibration/1", "machine": "m", "date": "d", "costs": {}, "wake_nanoseconds": 1}"#
    let error = #expect(throws: DiagnosticList.self) { try Calibration(json: Data(old.utf8)) }
    #expect(error?.all.first?.message.contains("partita.calibration/1") == true)
  }
}
