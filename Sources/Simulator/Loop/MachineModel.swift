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
  /// What every message takes on top of its route until the other device sees it; it occupies no wire.
  public var addedLatencyPicoseconds: Int64

  /// Equal devices, each ordered pair with a wire of its own.
  public init(_ link: LinkModel) {
    carrier = .uniform(link)
    pace = nil
    addedLatencyPicoseconds = 0
  }

  /// A scene's machine.
  public init(_ machine: Machine, addedLatencyPicoseconds: Int64 = 0) {
    carrier =
      machine.topology == .crossbar && machine.perturbation.slowLinks.isEmpty
      ? .uniform(LinkModel(machine.link)) : .routed(machine)
    pace = Pace(machine)
    self.addedLatencyPicoseconds = addedLatencyPicoseconds
  }
}
