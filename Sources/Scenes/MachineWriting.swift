import Machines

extension Machine {
  /// The machine as a scene writes it in one line: what departs from its machine file, or all of it.
  var yaml: String {
    let base = file.flatMap { name in MachineLibrary.machines.first { $0.name == name }?.machine }
    var entries = [("devices", "\(devices)")]
    if let file, base != nil { entries.append(("file", ScalarText.text(file, inFlow: true))) }
    let sameLink = base.map { $0.link == link && $0.linkName == linkName } ?? false
    let named = linkName.flatMap { name in MachineLibrary.machines.first { $0.name == name } }
    if topology != (base?.topology ?? .crossbar), named == nil { entries.append(("topology", topology.yaml)) }
    if !sameLink {
      let text = linkName.map { ScalarText.text($0, inFlow: true) } ?? (link == .shared ? "shared" : "\"\(link)\"")
      entries.append(("link", text))
    }
    if rates != base?.rates ?? [] {
      entries.append(("rates", Self.list(rates.isEmpty ? [1] : rates, ScalarText.number)))
    }
    if memory != base?.memory ?? [] { entries.append(("memory", Self.list(memory, ByteCountText.text))) }
    if !perturbation.isEmpty { entries.append(("perturb", perturbation.yaml)) }
    return "{\(entries.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}"
  }

  private static func list<Value>(_ values: [Value], _ text: (Value) -> String) -> String {
    values.count == 1 ? text(values[0]) : "[\(values.map(text).joined(separator: ", "))]"
  }
}

extension Topology {
  /// In one line of YAML, as ``init(yaml:)`` reads it.
  public var yaml: String {
    switch self {
    case .crossbar, .bus, .ring, .switched, .torus(nil): return name
    case .torus(let rows?): return "{torus: {rows: \(rows)}}"
    case .fatTree(let leaf, let ratio):
      return "{fatTree: {leaf: \(leaf), oversubscription: \(ScalarText.number(ratio))}}"
    case .sockets(let count, let inside): return "{sockets: {count: \(count), inside: \(inside.yaml)}}"
    case .hosts(let devices, let inside): return "{hosts: {devices: \(devices), inside: \(inside.yaml)}}"
    case .graph(let edges):
      let list = edges.map { edge in
        "{between: [\(edge.a), \(edge.b)]\(edge.link.map { ", link: \($0.yaml)" } ?? "")}"
      }
      return "{graph: [\(list.joined(separator: ", "))]}"
    }
  }
}

extension Link {
  fileprivate var yaml: String { self == .shared ? "shared" : "\"\(self)\"" }
}

extension Perturbation {
  fileprivate var yaml: String {
    let slow =
      slowDevices.map { "{device: \($0.device), factor: \(ScalarText.number($0.factor))}" }
      + slowLinks.map { "{link: \($0.link), factor: \(ScalarText.number($0.factor))}" }
    var entries: [String] = []
    if !slow.isEmpty { entries.append("slow: \(slow.count == 1 ? slow[0] : "[\(slow.joined(separator: ", "))]")") }
    if let jitter {
      let amplitude = ScalarText.number(jitter.amplitude)
      entries.append("jitter: \(jitter.seed == 0 ? amplitude : "{amplitude: \(amplitude), seed: \(jitter.seed)}")")
    }
    return "{\(entries.joined(separator: ", "))}"
  }
}
