import Machines
import Programs
import Simulator

/// What the durations of a simulation rest on: a calibration, and in words where it comes from.
public struct Pricing: Sendable {
  public var calibration: Calibration
  public var origin: String
  /// Cores that devices share; nil where each has a machine of its own.
  public var cores: Int?

  public init(calibration: Calibration, origin: String, cores: Int? = nil) {
    self.calibration = calibration
    self.origin = origin
    self.cores = cores
  }

  /// Costs that come with the program, for tests and where nothing was calibrated.
  public static let builtIn = Pricing(calibration: .standard, origin: "costs are built in")

  func costs(of program: Program) -> CostTable {
    let devices = program.devices.count
    // More devices than cores are timed alone, as on the virtual clock.
    let threads = cores.map { devices <= $0 ? devices : 1 } ?? 1
    return CostTable(program, calibration: calibration, origin: origin, threads: threads)
  }

  func model(of machine: Machine, for program: Program) -> MachineModel {
    MachineModel(machine, of: program, calibration: calibration)
  }
}
