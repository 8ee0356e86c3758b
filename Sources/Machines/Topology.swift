/// Which physical links a machine has, and so which of them the messages of different devices share.
///
/// A physical link is full duplex: its two directions do not disturb each other. A bus alone is one queue for everybody. Every
/// link is the machine's ``Machine/link`` unless the case names another.
public enum Topology: Hashable, Sendable {
  /// Between any two devices a link of their own.
  case crossbar
  /// One medium for all: one message at a time.
  case bus
  /// Device `i` is linked to `i + 1`; the last to the first. Messages go the shorter way, upwards where both are equal.
  case ring
  /// `rows` rings across, and as many rings down as a row has devices; device `row · columns + column`. Messages go along
  /// their row first, then along the column (dimension order). Nil: the number of rows that comes nearest to a square.
  case torus(rows: Int?)
  /// Every device has a port to one switch that is never busy itself; a message takes the sender's port and the receiver's.
  case switched
  /// Switches with `leaf` devices each, below a core that is never busy itself. Devices have ports as with ``switched``; the
  /// link between a leaf switch and the core has the bandwidth of all its ports together, divided by `oversubscription`.
  case fatTree(leaf: Int, oversubscription: Double)
  /// `count` sockets with equal parts of the devices; `inside` one, every two devices have a link of their own; two sockets
  /// have one link that all their devices share.
  case sockets(count: Int, inside: Link)
  /// Hosts of `devices` devices; `inside` one, every two devices have a link of their own; a host has one interface to the
  /// network, which its devices share.
  case hosts(devices: Int, inside: Link)
  /// Links between named pairs. Messages take the fewest links; of several ways the one with the most bandwidth at its
  /// narrowest link, then the one over devices of smaller numbers.
  case graph([Edge])

  /// A physical link between two devices, which other devices' messages may pass.
  public struct Edge: Hashable, Sendable {
    public var a: Int
    public var b: Int
    /// Nil: the machine's.
    public var link: Link?

    public init(_ a: Int, _ b: Int, link: Link? = nil) {
      self.a = min(a, b)
      self.b = max(a, b)
      self.link = link
    }
  }
}

extension Topology: CustomStringConvertible {
  /// The word that scene files use.
  public var name: String {
    switch self {
    case .crossbar: "crossbar"
    case .bus: "bus"
    case .ring: "ring"
    case .torus: "torus"
    case .switched: "switch"
    case .fatTree: "fatTree"
    case .sockets: "sockets"
    case .hosts: "hosts"
    case .graph: "graph"
    }
  }

  /// In words with its numbers: `torus of 2 rows`, `hosts of 4 devices (inside shared)`.
  public var description: String {
    switch self {
    case .crossbar, .bus, .ring: name
    case .switched: "switch"
    case .torus(let rows): rows.map { "torus of \($0) \($0 == 1 ? "row" : "rows")" } ?? "torus"
    case .fatTree(let leaf, let ratio): "fat tree of leaves of \(leaf), oversubscription \(Self.text(ratio)),"
    case .sockets(let count, let inside): "\(count) sockets (inside \(inside)), between them a link"
    case .hosts(let devices, let inside): "hosts of \(devices) devices (inside \(inside)), interfaces"
    case .graph(let edges): "graph of \(edges.count) links"
    }
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  /// What keeps `devices` devices from standing in this topology, in one sentence with a hint; nil where they can.
  public func misfit(devices: Int) -> (message: String, hint: String)? {
    switch self {
    case .torus(let rows?) where rows < 1 || devices % rows != 0:
      let divisors = (1...max(devices, 1)).filter { devices % $0 == 0 }.prefix(12)
      return (
        "\(devices) devices do not fill \(rows) rows",
        "rows: \(divisors.map(String.init).joined(separator: ", "))"
      )
    case .sockets(let count, _) where count > devices:
      return ("\(count) sockets have only \(devices) devices", "at least one device per socket")
    case .graph(let edges):
      let linked = Set(edges.flatMap { [$0.a, $0.b] })
      let reached = Self.reached(edges, devices: devices)
      if devices > 1, let lost = (0..<devices).first(where: { !linked.contains($0) || !reached.contains($0) }) {
        return ("no link leads from device 0 to device \(lost)", "give links that join all \(devices) devices")
      }
      return nil
    default: return nil
    }
  }

  /// Devices below `devices` that edges among them join to device 0.
  private static func reached(_ edges: [Edge], devices: Int) -> Set<Int> {
    var reached: Set<Int> = [0]
    var grows = true
    while grows {
      grows = false
      for edge in edges where edge.b < devices && reached.contains(edge.a) != reached.contains(edge.b) {
        reached.formUnion([edge.a, edge.b])
        grows = true
      }
    }
    return reached
  }
}
