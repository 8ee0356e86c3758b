import Diagnostics

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
    var firsts: [String: SourceLocation] = [:]
    var counts: [String: (times: Int, last: SourceLocation?)] = [:]
    for (scalar, node) in mapping.entries {
      let key = scalar.string
      let path = whole.path.isEmpty ? key : "\(whole.path).\(key)"
      let location = whole.log.location(at: scalar.mark) ?? whole.location
      if let known = counts[key] {
        counts[key] = (known.times + 1, location)
      } else {
        counts[key] = (1, location)
        firsts[key] = location
        if !keys.contains(key) {
          whole.log.add(
            Diagnostic(
              "unknown key '\(key)'", path: path, location: location,
              hint: NearestName(known: keys).hint(for: key, kind: "known keys")))
        }
      }
      // Where a key is given several times, the last value is read.
      if keys.contains(key) { entries[key] = NodeReader(node, path: path, parent: location, log: whole.log) }
    }
    for (key, found) in counts where found.times > 1 {
      let times = found.times == 2 ? "twice" : "\(found.times) times"
      let first = firsts[key].map { "; the first one is in line \($0.line)" } ?? ""
      whole.log.add(
        Diagnostic(
          "'\(key)' is given \(times)\(first)", path: whole.path.isEmpty ? key : "\(whole.path).\(key)",
          location: found.last, hint: "keep one of them"))
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
