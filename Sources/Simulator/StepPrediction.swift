import Machines
import Programs
import Traces

/// The simulator's word on a training run before it begins: how long a step will take.
public struct StepPrediction: Hashable, Sendable {
  /// The median step after the first.
  public var seconds: Double
  /// What it rests on, for reports.
  public var assumptions: [String]

  /// Predicts by what is known now; nothing that is measured later changes it.
  ///
  /// - Parameters:
  ///   - origin: where the calibration comes from, in words.
  ///   - clock: whose time the run will be told in: on the wall clock the devices share a machine of `cores` cores, in virtual
  ///     time they do not.
  /// - Returns: nil where the wall clock's devices outnumber the cores, whose scheduling is not modelled, and where the
  ///   program cannot be simulated.
  public init?(
    _ program: Program, calibration: Calibration, origin: String, machine: Machine, clock: Clock, cores: Int
  ) {
    let devices = program.devices.count
    guard clock != .wall || devices <= cores else { return nil }
    let costs = CostTable(
      program, calibration: calibration, origin: origin, threads: clock == .wall ? devices : 1)
    let model = MachineModel(machine, of: program, calibration: calibration)
    guard let outcome = try? Simulation(program).run(costs, on: model, steps: Self.steps) else { return nil }
    let ends = outcome.stepEnds
    let steps = zip(ends, ends.dropFirst()).map { $1 - $0 }.sorted()
    guard !steps.isEmpty else { return nil }
    seconds = Double(steps[steps.count / 2]) / SimulatedTime.perSecond
    assumptions = costs.assumptions.map { "predicted step: \($0)" }
  }

  /// Enough for devices to run ahead of each other as far as messages allow.
  private static let steps = 6
}
