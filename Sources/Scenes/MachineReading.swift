import Diagnostics
import Machines

extension Machine {
  private static let keys = ["devices", "file", "link", "topology", "rates", "memory", "perturb"]

  /// Reads the machine of a scene: `{devices: 4, link: shared}`, or the name of a machine.
  ///
  /// - Parameter directory: where the paths of machine files start.
  init?(_ reader: NodeReader, directory: String) {
    if let name = reader.node.scalar?.string, !name.isEmpty {
      self.init(MappingReader(reader, standingFor: "file"), directory: directory)
    } else {
      guard let mapping = MappingReader(reader, keys: Self.keys, what: "a mapping or a machine's name") else {
        return nil
      }
      self.init(mapping, directory: directory)
    }
  }

  /// Reads a machine file.
  init?(file reader: NodeReader) {
    let keys = ["name", "about", "source"] + Self.keys.filter { $0 != "file" }
    guard let mapping = MappingReader(reader, keys: keys, what: "a machine") else { return nil }
    self.init(mapping, directory: nil)
  }

  /// - Parameter directory: nil in a machine file, which names no other machine.
  private init?(_ machine: MappingReader, directory: String?) {
    var base = Machine(devices: 1)
    if let file = machine["file"] {
      guard let directory, let name = file.text(), let found = file.machine(name, directory: directory) else {
        return nil
      }
      base = found
    }
    let devices = machine["devices"].map { $0.integer(in: Self.deviceCounts) } ?? base.devices
    let topology = machine["topology"].map { Topology($0) } ?? base.topology
    let link: NamedLink? =
      if let given = machine["link"] {
        NamedLink(given, allowsMachines: directory != nil && machine["topology"] == nil)
      } else {
        NamedLink(link: base.link, name: base.linkName, topology: nil)
      }
    guard let devices, var topology, let link else { return nil }
    if let whole = link.topology { topology = whole }
    if machine["link"] != nil, link.topology == nil, case .graph(let edges) = topology, machine["topology"] == nil {
      // A link given for somebody else's graph is that of all its edges.
      topology = .graph(edges.map { Edge($0.a, $0.b) })
    }
    let rates = machine["rates"].map { $0.rates() } ?? base.rates
    let memory = machine["memory"].map { $0.memory() } ?? base.memory
    guard let rates, let memory else { return nil }
    self.init(
      devices: devices, link: link.link, topology: topology, linkName: link.name, file: base.file, rates: rates,
      memory: memory)
    if let misfit = topology.misfit(devices: devices) {
      (machine["topology"] ?? machine["link"] ?? machine["file"] ?? machine["devices"] ?? machine.whole)
        .report(misfit.message, hint: misfit.hint)
    }
    if let list = [("rates", rates.count), ("memory", memory.count)].first(where: { $0.1 > 1 && $0.1 != devices }) {
      (machine[list.0] ?? machine["devices"] ?? machine.whole)
        .report("\(list.0) are given for \(list.1) devices, and there are \(devices)", hint: "one number is for all")
    }
    if let perturb = machine["perturb"] {
      guard let perturbation = Perturbation(perturb, of: self) else { return nil }
      self.perturbation = perturbation
    }
  }

  private typealias Edge = Topology.Edge
}

/// A link as a scene names it.
private struct NamedLink {
  var link: Link
  /// Nil where it was written out.
  var name: String?
  /// Where the name is a machine's: which links there are.
  var topology: Topology?
}

extension NamedLink {
  /// - Parameter allowsMachines: whether a machine's name stands for its topology and link.
  init?(_ reader: NodeReader, allowsMachines: Bool) {
    guard let text = reader.node.scalar?.string, !reader.isNothing else {
      guard let link = Link(reader) else { return nil }
      self.init(link: link)
      return
    }
    if let named = MachineLibrary.links.first(where: { $0.name == text }) {
      self.init(link: named.link, name: text)
    } else if allowsMachines, let preset = MachineLibrary.machines.first(where: { $0.name == text }) {
      self.init(link: preset.machine.link, name: text, topology: preset.machine.topology)
    } else {
      guard let link = Link(reader, alsoKnown: allowsMachines ? MachineLibrary.machines.map(\.name) : []) else {
        return nil
      }
      self.init(link: link)
    }
  }
}

extension Link {
  /// Reads a link's name or text.
  ///
  /// - Parameter alsoKnown: names beside those of links, for the hint.
  init?(_ reader: NodeReader, alsoKnown: [String] = []) {
    guard let text = reader.text() else { return nil }
    if let named = MachineLibrary.links.first(where: { $0.name == text }) {
      self = named.link
      return
    }
    do {
      self = try Link(parsing: text)
    } catch {
      for problem in error.all {
        let known = NearestName(known: ["shared"] + MachineLibrary.links.map(\.name) + alsoKnown)
        let isWord = text.first?.isLetter == true && !text.contains(",")
        let isCut = !isWord && !text.contains(",")
        let hint =
          if isWord {
            known.nearest(to: text).map { "did you mean '\($0)'?" }
              ?? "latency and bandwidth in quotes, as \"20us,1GB/s\"; or \(known.known.joined(separator: ", "))"
          } else {
            isCut ? "write latency and bandwidth in quotes: \"20us,1GB/s\", or shared" : problem.hint
          }
        reader.report(problem.message, hint: hint)
      }
      return nil
    }
  }
}

extension NodeReader {
  /// The machine of a name or path; what is wrong with its file is reported with the file's own lines.
  fileprivate func machine(_ name: String, directory: String) -> Machine? {
    do {
      return try MachineLibrary.machine(name, directory: directory)
    } catch {
      for problem in error.all {
        if problem.location == nil { report(problem.message, hint: problem.hint) } else { log.add(problem) }
      }
      return nil
    }
  }

  /// One rate for all devices, or a list with one for each.
  fileprivate func rates() -> [Double]? {
    list {
      $0.real("a rate above 0, from 0.000001 to 1000000, 1 being a core of this machine") { (1e-6...1e6).contains($0) }
    }
  }

  /// One size for all devices, or a list with one for each.
  fileprivate func memory() -> [Int]? {
    list { reader in
      guard let text = reader.text() else { return nil }
      if let bytes = ByteCountText.bytes(text) { return bytes }
      reader.expected("a size of memory", hint: "as 16GB, 512MB or 8GiB")
      return nil
    }
  }

  private func list<Value>(_ read: (NodeReader) -> Value?) -> [Value]? {
    guard case .sequence = node else { return read(self).map { [$0] } }
    guard let entries = sequence("a list") else { return nil }
    guard !entries.isEmpty else {
      report("the list is empty", hint: "one number for all devices, or one for each")
      return nil
    }
    let values = entries.map(read)
    return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
  }
}
