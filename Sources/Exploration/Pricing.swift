import Machines
import Programs
import Simulator

/// What the durations of a simulation rest on: a calibration, and in words where it comes from.
public struct Pricing: Sendable {
  public var calibration: Calibration
  public var origin: String

  public init(calibration: Calibration, origin: String) {
    self.calibration = calibration
    self.origin = origin
  }

  /// Costs that come with the program, for tests and where nothing was calibrated.
  public static let builtIn = Pricing(calibration: .standard, origin: "costs are built in")

  func costs(of program: Program) -> CostTable {
    CostTable(program, calibration: calibration, origin: origin)
  }

  func model(of machine: Machine, for program: Program) -> MachineModel {
    MachineModel(machine, of: program, calibration: calibration)
  }
}
