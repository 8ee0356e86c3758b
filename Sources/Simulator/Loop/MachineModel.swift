import Machines
import Programs

/// The machine of a simulation: what messages pass between devices, and how fast each device works.
public struct MachineModel: Hashable, Sendable {
  enum Carrier: Hashable, Sendable {
    /// A wire of its own for each ordered pair, all alike.
    case uniform(LinkModel)
    /// Wires and routes by the machine's topology.
    case routed(Machine)
  }

  let carrier: Carrier
  /// Nil where every instruction takes what its cost source says.
  var pace: Pace?
  /// What waiting costs a device.
  public var waking: Waking
  /// So many times the bandwidth of every wire, and so much less latency.
  var messageSpeed = 1.0

  /// Equal devices, each ordered pair with a wire of its own.
  public init(_ link: LinkModel) {
    carrier = .uniform(link)
    pace = nil
    waking = link.waking
  }

  /// A scene's machine.
  public init(_ machine: Machine, waking: Waking = .immediate) {
    carrier =
      machine.topology == .crossbar && machine.perturbation.slowLinks.isEmpty
      ? .uniform(LinkModel(machine.link)) : .routed(machine)
    pace = Pace(machine)
    self.waking = waking
  }

  /// The same machine with messages so many times as fast.
  public func withMessages(timesAsFast times: Double) -> MachineModel {
    guard times > 0 else { return self }
    var result = self
    result.messageSpeed *= times
    return result
  }

  /// The same machine with one slowed link so many times as fast.
  func with(link: LinkName, timesAsFast times: Double) -> MachineModel {
    guard case .routed(var machine) = carrier, times > 0 else { return self }
    for place in machine.perturbation.slowLinks.indices where machine.perturbation.slowLinks[place].link == link {
      machine.perturbation.slowLinks[place].factor /= times
    }
    var result = MachineModel(machine, waking: waking)
    result.pace = pace
    result.messageSpeed = messageSpeed
    return result
  }

  /// The same devices with messages that cost nothing: POP's ideal network. Who waits still has to wake up.
  public var withIdealNetwork: MachineModel {
    var result = MachineModel(LinkModel(waking: waking))
    result.pace = pace
    return result
  }

  /// The same machine for durations that contain already how slow its devices are, as recorded ones do.
  public var withoutPace: MachineModel {
    var result = self
    result.pace = nil
    return result
  }
}
