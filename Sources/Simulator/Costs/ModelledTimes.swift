import Machines
import Networks
import Programs

extension CostTable {
  /// Prices a program by a calibration: what work of exactly the instruction's size took, else between measured sizes, else by
  /// the line of its class. The assumptions say how much of the time is which.
  ///
  /// A network with measured layers is priced as its scene says: those layers exactly as given, other layers by the
  /// calibration, and nothing for anything else.
  ///
  /// - Parameters:
  ///   - origin: where the calibration comes from, for the assumptions.
  ///   - threads: how many devices work at the same time on one machine, and share its caches and memory; 1 where each has
  ///     a machine of its own.
  public init(_ program: Program, calibration: Calibration, origin: String, threads: Int = 1) {
    self.init(program, prices: PriceList(calibration, threads: threads), origin: origin)
  }

  /// The same with a calibration that was made ready before.
  public init(_ program: Program, prices: PriceList, origin: String) {
    guard !program.graph.network.isMeasured else {
      self.init(partlyMeasured: program, calibration: prices.calibration, origin: origin)
      return
    }
    let threads = prices.threads
    let times = program.devices.map { prices.times(in: WorkingSet(of: $0)) }
    var shares = BasisShares()
    self.init(program) { device, position in
      let instruction = device.instructions[position]
      let found = times[device.device].time(of: device.work(of: instruction, messages: program.messages)) {
        device.size(of: instruction)
      }
      shares.add(found)
      return SimulatedTime.picoseconds(nanoseconds: found.nanoseconds)
    }
    assumptions = [origin] + shares.texts
    if threads > 1 {
      assumptions.append("\(threads) devices at work share the machine's caches and memory, as measured")
    }
  }

  private init(partlyMeasured program: Program, calibration: Calibration, origin: String) {
    guard program.graph.nodes.contains(where: { $0.kind.profile == nil }) else {
      self.init(givenTimesOf: program)
      return
    }
    self.init(
      program,
      assumptions: Self.profileAssumptions(of: program.graph) + [origin]
    ) { device, position in
      let instruction = device.instructions[position]
      if let given = device.givenPicoseconds(instruction) { return given }
      switch instruction {
      case .forward, .backward, .backwardInput, .backwardWeight:
        return SimulatedTime.picoseconds(
          nanoseconds: calibration.nanoseconds(device.work(of: instruction, messages: program.messages)))
      default: return 0
      }
    }
  }
}

extension LinkModel {
  /// The model of a scene's link for a program whose devices share no core: as
  /// ``MachineModel/init(_:of:calibration:cores:)``.
  public init(_ link: Link, of program: Program, calibration: Calibration) {
    self.init(link)
    waking = Waking(program, calibration: calibration, cores: nil)
  }
}

extension MachineModel {
  /// The model of a scene's machine for a program: the machine's routes, each device's rate and perturbation, and what waking
  /// up takes on this machine.
  ///
  /// - Parameter cores: what the devices share; nil where each has a machine of its own.
  public init(_ machine: Machine, of program: Program, calibration: Calibration, cores: Int? = nil) {
    self.init(machine, waking: Waking(program, calibration: calibration, cores: cores))
  }
}

extension Waking {
  /// What waiting costs the devices of a program on this machine; nothing for networks of measured layers.
  fileprivate init(_ program: Program, calibration: Calibration, cores: Int?) {
    guard !program.graph.network.isMeasured else {
      self = .immediate
      return
    }
    self.init(
      wakeNanoseconds: calibration.chargedWakeNanoseconds,
      spinNanoseconds: Waiting.spinNanoseconds(devices: program.devices.count, cores: cores))
  }
}

extension Simulation {
  /// What every simulation assumes (FlexFlow's A1 to A4, Jia et al. 2019), for reports.
  public static let assumptions = [
    "times do not depend on the data, nor on what other devices do at the time (A1)",
    "each direction of a link is a wire whose full bandwidth one message after the other gets (A2)",
    "a device does one instruction at a time, each lane in its order (A3)",
    "what is not priced above takes no time (A4)",
  ]
}
