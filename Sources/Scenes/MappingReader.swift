import Diagnostics
import Yams

/// The entries of a mapping. Keys that nobody knows are recorded when it is made.
struct MappingReader {
  let whole: NodeReader
  private let entries: [String: NodeReader]

  /// - Parameter keys: all keys that may stand here.
  /// - Parameter what: `a mapping of …`, for the message where no mapping stands here.
  init?(_ whole: NodeReader, keys: [String], what: String = "a mapping") {
    guard case .mapping(let mapping) = whole.node else {
      whole.expected(what, hint: "keys: \(keys.joined(separator: ", "))")
      return nil
    }
    self.whole = whole
    var entries: [String: NodeReader] = [:]
    for (keyNode, node) in mapping {
      let key = keyNode.scalar?.string ?? "…"
      let path = whole.path.isEmpty ? key : "\(whole.path).\(key)"
      let location = whole.log.location(of: keyNode) ?? whole.location
      if let twice = SceneDocument.duplicated(key) {
        let first = location.map { "; the first one is in line \($0.line)" } ?? ""
        let last = mapping.first { $0.key.scalar?.string == twice }.flatMap { whole.log.location(of: $0.key) }
        whole.log.add(
          Diagnostic(
            "'\(twice)' is given twice\(first)", path: whole.path.isEmpty ? twice : "\(whole.path).\(twice)",
            location: last ?? location, hint: "remove one of them"))
      } else if keys.contains(key) {
        entries[key] = NodeReader(node, path: path, parent: location, log: whole.log)
      } else {
        whole.log.add(
          Diagnostic(
            "unknown key '\(key)'", path: path, location: location,
            hint: NearestName(known: keys).hint(for: key, kind: "known keys")))
      }
    }
    self.entries = entries
  }

  /// The value of a key, nil where it is absent.
  subscript(_ key: String) -> NodeReader? { entries[key] }

  /// The value of a key that has to be there.
  func required(_ key: String, hint: String? = nil) -> NodeReader? {
    if let value = entries[key] { return value }
    whole.report("'\(key)' is missing", hint: hint)
    return nil
  }
}

extension MappingReader {
  /// A single value that stands for a mapping with one key.
  init(_ value: NodeReader, standingFor key: String) {
    whole = value
    entries = [key: value]
  }
}
