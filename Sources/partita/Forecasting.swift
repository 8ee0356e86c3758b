import Foundation
import Machines
import Programs
import Simulator
import Traces

/// Predicts steps by what is known of this machine at one moment.
struct Forecasting: Sendable {
  private let calibration: CalibrationStore.Content
  private let cores = ProcessInfo.processInfo.activeProcessorCount

  /// Reads the calibration as it is now.
  init() { calibration = CalibrationStore.load() }

  /// What a step of a run will take; nil without a calibration of this machine.
  func step(of program: Program, on machine: Machine, clock: Clock) -> StepPrediction? {
    guard calibration.isMeasured else { return nil }
    return StepPrediction(
      program, calibration: calibration.document, origin: calibration.origin, machine: machine, clock: clock,
      cores: cores)
  }

  /// Why there is no prediction, for a report.
  func reason(devices: Int, clock: Clock) -> String {
    calibration.isMeasured && clock == .wall && devices > cores
      ? "no step is predicted: the scheduling of more devices than cores is not modelled"
      : "no step is predicted: this machine is not calibrated (partita bench)"
  }
}
