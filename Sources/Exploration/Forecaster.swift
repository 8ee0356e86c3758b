import Diagnostics
import Machines
import Networks
import Programs
import Scenes
import Simulator
import Strategies
import Synchronization
import Traces

/// Predicts what programs take on a machine, by a calibration: the one place where programs get their prices.
public struct Forecaster: Sendable {
  public let calibration: Calibration
  /// Where the calibration comes from, in words.
  public let origin: String
  /// False for built-in numbers, which are no ground for predicting a run.
  public let isMeasured: Bool
  /// Cores that devices share on the wall clock; nil where each device has a machine of its own.
  public let cores: Int?
  /// By number of devices at work.
  private let prices = PriceLists()

  public init(calibration: Calibration, origin: String, isMeasured: Bool = true, cores: Int? = nil) {
    self.calibration = calibration
    self.origin = origin
    self.isMeasured = isMeasured
    self.cores = cores
  }

  /// Costs that come with the program, for tests and where nothing was calibrated.
  public static let builtIn = Forecaster(
    calibration: .standard, origin: "costs are built in", isMeasured: false)

  /// The prices of a program's instructions in runs on a clock. On the wall clock devices slow each other as measured, while
  /// there is a core for each of them; otherwise every device is timed alone.
  public func costs(of program: Program, clock: Clock) -> CostTable {
    let devices = program.devices.count
    let areTogether = clock == .wall && cores.map { devices <= $0 } ?? false
    // A device that has nothing but the end of the step disturbs nobody.
    let busy = max(1, program.devices.count { $0.instructions.count > 1 })
    return CostTable(
      program, prices: prices.list(calibration, threads: areTogether ? busy : 1), origin: origin)
  }

  /// What messages pass between a program's devices, and how fast each of these is.
  public func model(of machine: Machine, for program: Program, clock: Clock) -> MachineModel {
    MachineModel(machine, of: program, calibration: calibration, cores: clock.sharedCores(of: cores))
  }

  /// Why no run on a clock can be held against a forecast; nil where one can.
  public func reservation(devices: Int, clock: Clock) -> String? {
    if !isMeasured { return "this machine is not calibrated (partita bench)" }
    guard clock == .wall, let cores, devices > cores else { return nil }
    return "the scheduling of more devices than cores is not modelled"
  }

  /// How long a program's steps will take. Three steps are simulated, and six where the second and third differ by more than
  /// a thousandth.
  ///
  /// - Parameters:
  ///   - clock: whose time the runs are told in, the wall's or virtual.
  ///   - showsSteps: keeps the records of some steps, for a timeline.
  /// - Throws: a deadlock, or more time than can be counted.
  public func forecast(
    _ program: Program, on machine: Machine, clock: Clock, showsSteps: Bool = false
  ) throws -> Forecast {
    let simulation = Simulation(program)
    let costs = costs(of: program, clock: clock)
    let model = model(of: machine, for: program, clock: clock)
    var outcome: SimulationOutcome?
    var steps: [Int64] = []
    for count in [3, 6] {
      let ends = try simulation.run(costs, on: model, steps: count)
      outcome = ends
      steps = zip(ends.stepEnds, ends.stepEnds.dropFirst()).map { $1 - $0 }.sorted()
      if let first = steps.first, let last = steps.last, Double(last - first) <= 1e-3 * Double(last) { break }
    }
    var forecast = Forecast(
      clock: clock, stepSeconds: Double(steps[steps.count / 2]) / SimulatedTime.perSecond,
      reservation: reservation(devices: program.devices.count, clock: clock),
      assumptions: outcome?.assumptions ?? [])
    forecast.gaugeNanoseconds = calibration.gaugeNanoseconds
    if showsSteps {
      var statistics = RunStatistics(program: program)
      statistics.consume(try simulation.trace(costs, on: model, steps: 2).trace)
      statistics.finish()
      forecast.statistics = statistics
    }
    return forecast
  }

  /// Seconds of each layer's forward and backward for a batch on one device; nil where the network cannot be compiled.
  public func layerSeconds(of graph: Graph, _ training: TrainingSettings) -> [Double]? {
    let compiler = Compiler(graph: graph, training: training, devices: 1, microbatches: 1)
    guard let serial = try? compiler.compile(.serial) else { return nil }
    return calibration.layerSeconds(of: serial)
  }
}

/// Price lists that were made once.
private final class PriceLists: Sendable {
  private let known = Mutex<[Int: PriceList]>([:])

  func list(_ calibration: Calibration, threads: Int) -> PriceList {
    known.withLock { known in
      if let list = known[threads] { return list }
      let list = PriceList(calibration, threads: threads)
      known[threads] = list
      return list
    }
  }
}
