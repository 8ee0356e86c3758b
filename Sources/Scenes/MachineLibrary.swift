import Diagnostics
import Files
import Foundation
import Machines

/// The machines and links that come with the program. Their texts are those of the folder `presets/machines`, and part of the
/// program itself.
public enum MachineLibrary {
  /// One machine that comes with the program.
  public struct Preset: Hashable, Sendable {
    public let name: String
    /// The file as it was written, with its comments.
    public let yaml: String
    /// One line for lists.
    public let about: String
    /// Where its figures stand.
    public let source: String
    public let machine: Machine
  }

  /// One link that comes with the program.
  public struct NamedLink: Hashable, Sendable {
    public let name: String
    public let link: Link
    public let about: String
    public let source: String
  }

  private static let embedded: KeyValuePairs<String, [UInt8]> = [
    "bus": PackageResources.bus_yaml,
    "ring": PackageResources.ring_yaml,
    "torus": PackageResources.torus_yaml,
    "fat-tree": PackageResources.fat_tree_yaml,
    "sockets": PackageResources.sockets_yaml,
    "hosts": PackageResources.hosts_yaml,
    "pcie3-box": PackageResources.pcie3_box_yaml,
    "dgx1-v100": PackageResources.dgx1_v100_yaml,
    "dgx-a100": PackageResources.dgx_a100_yaml,
    "cluster-10g": PackageResources.cluster_10g_yaml,
    "cluster-100g": PackageResources.cluster_100g_yaml,
  ]

  /// The file of ``links``, with its comments.
  public static let linksYAML = String(decoding: PackageResources.links_yaml, as: UTF8.self)

  /// All links, in the order of their file.
  public static let links: [NamedLink] = (try? readLinks(linksYAML)) ?? []

  /// All machines, the generic ones first.
  public static let machines: [Preset] = embedded.compactMap { name, bytes in
    try? read(String(decoding: bytes, as: UTF8.self), file: "machine \(name)", name: name)
  }

  /// The machine of that name.
  ///
  /// - Throws: that there is none, with the nearest name.
  public static func machine(named name: String) throws(DiagnosticList) -> Preset {
    if let preset = machines.first(where: { $0.name == name }) { return preset }
    throw DiagnosticList(
      "there is no machine '\(name)'",
      hint: NearestName(known: machines.map(\.name)).hint(for: name, kind: "machines")
        + "; a file is named with its path, as ./\(name).yaml")
  }

  /// Reads a machine as a scene names it: a path (with a `/` or ending in `.yaml` or `.yml`), or a name.
  ///
  /// - Parameter directory: where relative paths start.
  /// - Throws: a file that is not there or cannot be read, an unknown name, or every problem of the file.
  static func machine(_ argument: String, directory: String) throws(DiagnosticList) -> Machine {
    guard SceneLibrary.isPath(argument) else {
      var machine = try machine(named: argument).machine
      machine.file = argument
      return machine
    }
    let path = argument.withHome
    let url = URL(fileURLWithPath: path.hasPrefix("/") ? path : "\(directory)/\(path)")
    guard let bytes = try? InputFile.read(url.path, limit: DocumentLimits.bytes),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw DiagnosticList("there is no machine file '\(argument)'", hint: "a path is relative to the scene's folder")
    }
    return try read(text, file: argument, name: url.deletingPathExtension().lastPathComponent).machine
  }

  /// Reads a machine file.
  ///
  /// - Throws: every problem of the file, with its line and path.
  static func read(_ text: String, file: String, name: String) throws(DiagnosticList) -> Preset {
    let log = ProblemLog(file: file)
    let document = try SceneDocument(text: text, file: file)
    let root = NodeReader(document.root, path: "", parent: nil, log: log)
    let about = document.root.mapping?["about"]?.scalar?.string
    let source = document.root.mapping?["source"]?.scalar?.string
    guard let machine = Machine(file: root), log.problems.isEmpty else { throw DiagnosticList(log.sorted) }
    return Preset(name: name, yaml: text, about: about ?? "", source: source ?? "", machine: machine)
  }

  private static func readLinks(_ text: String) throws(DiagnosticList) -> [NamedLink] {
    let log = ProblemLog(file: "links")
    let document = try SceneDocument(text: text, file: "links")
    let links = (document.root.mapping?.entries ?? []).compactMap { key, node -> NamedLink? in
      let name = key.string
      let entry = MappingReader(
        NodeReader(node, path: name, parent: nil, log: log), keys: ["link", "about", "source"])
      guard let entry, let text = entry["link"]?.text(),
        let link = try? Link(parsing: text)
      else { return nil }
      return NamedLink(
        name: name, link: link, about: entry["about"]?.text() ?? "", source: entry["source"]?.text() ?? "")
    }
    guard log.problems.isEmpty else { throw DiagnosticList(log.sorted) }
    return links
  }
}
