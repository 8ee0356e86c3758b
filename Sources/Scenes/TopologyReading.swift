import Diagnostics
import Machines

extension Topology {
  private static let names = [
    "crossbar", "bus", "ring", "torus", "switch", "fatTree", "sockets", "hosts", "graph",
  ]

  /// Reads a topology from one line of YAML, as `ring` or `{torus: {rows: 2}}`.
  ///
  /// - Throws: what cannot be read.
  public init(yaml text: String) throws(DiagnosticList) {
    let log = ProblemLog(file: nil)
    let document = try SceneDocument(text: text, file: nil)
    let topology = Topology(NodeReader(document.root, path: "topology", parent: nil, log: log))
    guard let topology, log.problems.isEmpty else { throw DiagnosticList(log.sorted) }
    self = topology
  }

  /// Reads a name, or a mapping from a name to what the topology has to be told.
  init?(_ reader: NodeReader) {
    if let word = reader.node.scalar?.string, !reader.isNothing {
      guard Self.isKnown(word, reader) else { return nil }
      guard word != "graph" else {
        reader.report("a graph has to list its links", hint: "{graph: [{between: [0, 1]}, {between: [1, 2]}]}")
        return nil
      }
      self.init(word, nil)
      return
    }
    guard let mapping = reader.node.mapping, mapping.entries.count == 1, let (name, node) = mapping.entries.first
    else {
      reader.expected(
        "a topology: a name, or a name with its fields", hint: "as ring, or {torus: {rows: 2}}; known: \(Self.known)")
      return nil
    }
    let key = name.string
    guard Self.isKnown(key, reader) else { return nil }
    self.init(key, NodeReader(node, path: "\(reader.path).\(key)", parent: reader.location, log: reader.log))
  }

  private static var known: String { names.joined(separator: ", ") }

  /// Reports a word that is no topology.
  private static func isKnown(_ word: String, _ reader: NodeReader) -> Bool {
    if names.contains(word) { return true }
    reader.report("'\(word)' is no topology", hint: NearestName(known: names).hint(for: word, kind: "known"))
    return false
  }

  /// - Parameter fields: nil where the name stands alone, which takes the standard fields.
  private init?(_ name: String, _ fields: NodeReader?) {
    let keys: [String] =
      switch name {
      case "torus": ["rows"]
      case "fatTree": ["leaf", "oversubscription"]
      case "sockets": ["count", "inside"]
      case "hosts": ["devices", "inside"]
      default: []
      }
    if name == "graph" {
      guard let edges = fields.flatMap(Self.edges) else { return nil }
      self = .graph(edges)
      return
    }
    var reader: MappingReader?
    if let fields, !fields.isNothing {
      reader = MappingReader(fields, keys: keys, what: keys.isEmpty ? "nothing" : "a mapping")
      if reader == nil { return nil }
    }
    func count(_ key: String, _ standard: Int) -> Int? {
      reader?[key].map { $0.integer(in: Machine.deviceCounts) } ?? standard
    }
    let inside = reader?["inside"].map { Link($0) } ?? .shared
    switch name {
    case "bus": self = .bus
    case "ring": self = .ring
    case "switch": self = .switched
    case "torus":
      guard let rows = reader?["rows"] else {
        self = .torus(rows: nil)
        return
      }
      guard let rows = rows.integer(in: Machine.deviceCounts) else { return nil }
      self = .torus(rows: rows)
    case "fatTree":
      let ratio = reader?["oversubscription"].map { $0.real("a ratio of at least 1") { (1...1e6).contains($0) } } ?? 1
      guard let leaf = count("leaf", 4), let ratio else { return nil }
      self = .fatTree(leaf: leaf, oversubscription: ratio)
    case "sockets":
      guard let sockets = count("count", 2), let inside else { return nil }
      self = .sockets(count: sockets, inside: inside)
    case "hosts":
      guard let devices = count("devices", 4), let inside else { return nil }
      self = .hosts(devices: devices, inside: inside)
    default: self = .crossbar
    }
  }

  /// Reads a graph's links.
  private static func edges(_ reader: NodeReader) -> [Edge]? {
    guard let entries = reader.sequence("a list of links", hint: "[{between: [0, 1]}, {between: [1, 2]}]") else {
      return nil
    }
    var seen: Set<[Int]> = []
    let edges = entries.map { entry -> Edge? in
      guard let fields = MappingReader(entry, keys: ["between", "link"]), let between = fields.required("between"),
        let ends = between.sequence("two devices", hint: "between: [0, 1]")
      else { return nil }
      let numbers = ends.compactMap { $0.integer(in: Machine.deviceNumbers) }
      guard numbers.count == ends.count else { return nil }
      guard numbers.count == 2, numbers[0] != numbers[1] else {
        between.expected("two different devices", hint: "between: [0, 1]")
        return nil
      }
      guard seen.insert(numbers.sorted()).inserted else {
        between.report("there is a link between \(numbers[0]) and \(numbers[1]) already")
        return nil
      }
      guard let given = fields["link"] else { return Edge(numbers[0], numbers[1]) }
      return Link(given).map { Edge(numbers[0], numbers[1], link: $0) }
    }
    return edges.contains { $0 == nil } ? nil : edges.compactMap { $0 }
  }
}
