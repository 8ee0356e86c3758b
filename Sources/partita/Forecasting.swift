import Foundation
import Machines
import Programs
import Simulator
import Traces
import Workbench

/// Predicts steps by what is known of this machine at one moment.
struct Forecasting: Sendable {
  private let calibration: CalibrationStore.Content
  private let cores = ProcessInfo.processInfo.activeProcessorCount

  /// Instructions of a program that is predicted while somebody edits: more would be felt.
  private static let editedInstructions = 20_000

  /// Reads the calibration as it is now.
  init() { calibration = CalibrationStore.load() }

  /// What a step of a run will take; nil without a calibration of this machine.
  func step(of program: Program, link: Link, clock: Clock) -> StepPrediction? {
    guard calibration.isMeasured else { return nil }
    return StepPrediction(
      program, calibration: calibration.document, origin: calibration.origin, link: link, clock: clock, cores: cores)
  }

  /// Why there is no prediction, for a report.
  func reason(devices: Int, clock: Clock) -> String {
    calibration.isMeasured && clock == .wall && devices > cores
      ? "no step is predicted: the scheduling of more devices than cores is not modelled"
      : "no step is predicted: this machine is not calibrated (partita bench)"
  }

  /// The question as the workbench asks it.
  var forWorkbench: StepForecasting {
    { plan, clock in
      let count = plan.program.devices.reduce(0) { $0 + $1.instructions.count }
      guard count <= Self.editedInstructions else { return nil }
      return step(of: plan.program, link: plan.scene.machine.link, clock: clock).map {
        StepForecast(seconds: $0.seconds, assumptions: $0.assumptions)
      }
    }
  }
}
