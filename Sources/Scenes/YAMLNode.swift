import Diagnostics

/// A value of a YAML document, before anything is known about its meaning.
enum YAMLNode {
  case scalar(Scalar)
  case sequence(Sequence)
  case mapping(Mapping)

  /// Line and column from 1.
  struct Mark: Hashable {
    var line: Int
    var column: Int
  }

  /// A single value.
  struct Scalar {
    enum Style {
      case plain
      case singleQuoted
      case doubleQuoted
      /// Lines behind `|`.
      case literal
      /// Lines behind `>`.
      case folded
    }

    var string: String
    var style = Style.plain
    var mark: Mark?
  }

  /// A list.
  struct Sequence {
    var entries: [YAMLNode] = []
    var mark: Mark?
  }

  /// Keys and values in the order of the text, in which a key may stand several times.
  struct Mapping {
    var entries: [(key: Scalar, value: YAMLNode)] = []
    var mark: Mark?

    /// The last value of a key. Setting replaces that one or appends one; nil removes all.
    subscript(key: String) -> YAMLNode? {
      get { entries.last { $0.key.string == key }?.value }
      set {
        guard let newValue else { return entries.removeAll { $0.key.string == key } }
        if let index = entries.lastIndex(where: { $0.key.string == key }) {
          entries[index].value = newValue
        } else {
          entries.append((Scalar(string: key), newValue))
        }
      }
    }
  }

  var scalar: Scalar? { if case .scalar(let scalar) = self { scalar } else { nil } }
  var mapping: Mapping? { if case .mapping(let mapping) = self { mapping } else { nil } }

  var mark: Mark? {
    switch self {
    case .scalar(let scalar): scalar.mark
    case .sequence(let sequence): sequence.mark
    case .mapping(let mapping): mapping.mark
    }
  }

  /// A mapping of one entry.
  static func mapping(_ key: String, _ value: YAMLNode) -> YAMLNode {
    .mapping(Mapping(entries: [(Scalar(string: key), value)]))
  }
}
