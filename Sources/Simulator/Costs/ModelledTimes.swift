import Machines
import Networks
import Programs

extension CostTable {
  /// Prices a program by a calibration: `fixed + units × per unit` of each instruction's class of work.
  ///
  /// A network with measured layers is priced as its scene says: those layers exactly as given, other layers by the
  /// calibration, and nothing for anything else.
  ///
  /// - Parameter origin: where the calibration comes from, for the assumptions.
  public init(_ program: Program, calibration: Calibration, origin: String) {
    guard !program.graph.network.isMeasured else {
      self.init(partlyMeasured: program, calibration: calibration, origin: origin)
      return
    }
    self.init(
      program, assumptions: [origin, "an instruction takes a fixed time and a time per unit of its kind of work"]
    ) { device, position in
      let work = device.work(of: device.instructions[position], messages: program.messages)
      return SimulatedTime.picoseconds(nanoseconds: calibration.nanoseconds(work))
    }
  }

  private init(partlyMeasured program: Program, calibration: Calibration, origin: String) {
    guard program.graph.nodes.contains(where: { $0.kind.profile == nil }) else {
      self.init(givenTimesOf: program)
      return
    }
    self.init(
      program,
      assumptions: [
        "times of profiled layers are used exactly as given; loss, update, copies and the runtime cost nothing", origin,
      ]
    ) { device, position in
      let instruction = device.instructions[position]
      if let given = program.givenPicoseconds(instruction, on: device) { return given }
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
  /// The model of a scene's link for a program: a device that waits goes on after the time that a thread takes to wake up.
  /// Networks of measured layers have the link alone.
  public init(_ link: Link, of program: Program, calibration: Calibration) {
    self.init(link)
    guard !program.graph.network.isMeasured else { return }
    wakePicoseconds = SimulatedTime.picoseconds(nanoseconds: calibration.wakeNanoseconds)
  }
}

extension Simulation {
  /// What every simulation assumes (FlexFlow's A1 to A4, Jia et al. 2019), for reports.
  public static let assumptions = [
    "times do not depend on the data, nor on what other devices do at the time (A1)",
    "each direction between two devices has a wire of its own, whose full bandwidth one message after the other gets (A2)",
    "a device does one instruction at a time, each lane in its order (A3)",
    "what is not priced above takes no time (A4)",
  ]
}
