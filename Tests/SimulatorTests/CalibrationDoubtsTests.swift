import Machines
import Programs
import Strategies
import Testing

@testable import Simulator

/// A calibration that was measured on a busy machine is told as one, and bounded.
@Suite struct CalibrationDoubtsTests {
  private func calibration(wake: Double, disturbed: Int = 0, calm: Int = 0) -> Calibration {
    var result = Calibration(machine: "test", date: "2026-01-31", costs: [:], wakeNanoseconds: wake)
    result.measurements = (0..<disturbed + calm).map { number in
      Calibration.Measurement(
        work: "copy", size: "\(number)", units: 1, threads: 1, workingSet: nil, nanoseconds: 1,
        isUndisturbed: number >= disturbed, origin: .bench, date: "2026-01-31")
    }
    return result
  }

  @Test func wakingUpIsBoundedAndDoubted() {
    #expect(calibration(wake: 75_000).doubts.isEmpty && calibration(wake: 75_000).chargedWakeNanoseconds == 75_000)
    let busy = calibration(wake: 1_700_000)
    #expect(busy.chargedWakeNanoseconds == 200_000)
    #expect(busy.doubts == ["waking up was measured as 1700 us, which only a busy machine takes; 200 us are charged"])
  }

  @Test func sizesOfABusyMachineAreDoubted() {
    #expect(calibration(wake: 0, disturbed: 5, calm: 5).doubts.isEmpty)
    #expect(
      calibration(wake: 0, disturbed: 6, calm: 5).doubts
        == ["6 of 11 sizes were measured on disturbed processors alone"])
  }
}
