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
  /// As ``LinkModel/wakePicoseconds``.
  public var wakePicoseconds: Int64

  /// Equal devices, each ordered pair with a wire of its own.
  public init(_ link: LinkModel) {
    carrier = .uniform(link)
    pace = nil
    wakePicoseconds = link.wakePicoseconds
  }

  /// A scene's machine.
  public init(_ machine: Machine, wakePicoseconds: Int64 = 0) {
    carrier =
      machine.topology == .crossbar && machine.perturbation.slowLinks.isEmpty
      ? .uniform(LinkModel(machine.link)) : .routed(machine)
    pace = Pace(machine)
    self.wakePicoseconds = wakePicoseconds
  }
}
