import Diagnostics

/// What a document may have at most: far above what people write, and little enough to be read in a fraction of a second.
enum DocumentLimits {
  /// Of the text: 4 MiB.
  static let bytes = 1 << 22
  /// Lists and mappings inside one another, aliases replaced by what they stand for.
  static let depth = 64
  /// Scalars, lists and mappings, aliases replaced by what they stand for.
  static let values = 200_000
}

/// Builds the tree of a YAML text, and stops where a limit is passed.
///
/// Yams' own composer has no limits: a few aliases of aliases describe more values than any memory holds. It also gives up
/// at a key that stands twice, which hides every other problem; here such a key stays in its mapping twice, for the reader
/// of the mapping to report.
struct YAMLComposer {
  fileprivate struct Composed {
    var node: YAMLNode
    /// Values in it, itself included.
    var size = 1
    /// Lists and mappings inside one another.
    var height = 0
  }

  private let events: YAMLEvents
  private let keepsMarks: Bool
  private var anchors: [String: Composed] = [:]
  private var values = 0

  /// The tree of the only document in `text`; nil where it has none.
  ///
  /// - Parameters:
  ///   - file: what diagnostics call the text.
  ///   - keepsMarks: whether nodes remember their places.
  /// - Throws: what is no YAML and what passes a limit, with its place.
  static func compose(_ text: String, file: String?, keepsMarks: Bool = true) throws(DiagnosticList) -> YAMLNode? {
    guard text.utf8.count <= DocumentLimits.bytes else {
      throw DiagnosticList(
        "the text has more than \(DocumentLimits.bytes) bytes, which is the most that is read",
        location: SourceLocation(file: file, line: 1, column: 1), hint: "a scene is a page or two; is this one?")
    }
    do {
      return try YAMLEvents.read(text) { events throws(YAMLProblem) in
        var composer = YAMLComposer(events: events, keepsMarks: keepsMarks)
        return try composer.document()
      }
    } catch {
      throw DiagnosticList(
        error.message, location: SourceLocation(file: file, line: error.mark.line, column: error.mark.column),
        hint: error.hint)
    }
  }

  private mutating func document() throws(YAMLProblem) -> YAMLNode? {
    let start = try events.next()
    guard case .document(let hasTags) = start.kind else { return nil }
    guard !hasTags else {
      throw YAMLProblem(
        message: "a scene has no tags of its own", mark: start.mark, hint: "remove the lines that begin with %TAG")
    }
    let root = try compose(try events.next(), depth: 0)
    _ = try events.next()
    let end = try events.next()
    guard case .endOfText = end.kind else {
      throw YAMLProblem(
        message: "this is not YAML: but found another document, expected a single document in the stream",
        mark: end.mark)
    }
    return root.node
  }

  /// - Parameter depth: lists and mappings around the value.
  private mutating func compose(_ event: YAMLEvent, depth: Int) throws(YAMLProblem) -> Composed {
    let mark = keepsMarks ? event.mark : nil
    var composed: Composed
    switch event.kind {
    case .alias:
      guard let name = event.anchor, let known = anchors[name] else {
        throw YAMLProblem(message: "this is not YAML: found undefined alias", mark: event.mark)
      }
      try admit(known.size, depth: depth + known.height, event.mark)
      return known
    case .scalar(var scalar):
      try admit(1, depth: depth, event.mark)
      scalar.mark = mark
      composed = Composed(node: .scalar(scalar))
    case .sequence:
      try admit(1, depth: depth + 1, event.mark)
      composed = try sequence(depth: depth + 1, mark)
    default:
      try admit(1, depth: depth + 1, event.mark)
      composed = try mapping(depth: depth + 1, mark)
    }
    if let anchor = event.anchor { anchors[anchor] = composed }
    return composed
  }

  private mutating func sequence(depth: Int, _ mark: YAMLNode.Mark?) throws(YAMLProblem) -> Composed {
    var list = YAMLNode.Sequence(mark: mark)
    var whole = Composed(node: .sequence(list), height: 1)
    var event = try events.next()
    while !event.isEnd {
      let entry = try compose(event, depth: depth)
      whole.hold(entry)
      list.entries.append(entry.node)
      event = try events.next()
    }
    whole.node = .sequence(list)
    return whole
  }

  private mutating func mapping(depth: Int, _ mark: YAMLNode.Mark?) throws(YAMLProblem) -> Composed {
    var mapping = YAMLNode.Mapping(mark: mark)
    var whole = Composed(node: .mapping(mapping), height: 1)
    var event = try events.next()
    while !event.isEnd {
      let key = try compose(event, depth: depth)
      guard let name = key.node.scalar else {
        throw YAMLProblem(
          message: "a key is a word, but here is \(key.node.mapping == nil ? "a list" : "a mapping")", mark: event.mark)
      }
      let value = try compose(try events.next(), depth: depth)
      whole.hold(key)
      whole.hold(value)
      mapping.entries.append((name, value.node))
      event = try events.next()
    }
    whole.node = .mapping(mapping)
    return whole
  }

  /// Counts values before they are made.
  private mutating func admit(_ more: Int, depth: Int, _ mark: YAMLNode.Mark) throws(YAMLProblem) {
    values += more
    guard values <= DocumentLimits.values else {
      throw YAMLProblem(
        message: "the text describes more than \(DocumentLimits.values) values", mark: mark,
        hint: "what an alias stands for counts at each place where it is used")
    }
    guard depth <= DocumentLimits.depth else {
      throw YAMLProblem(
        message: "lists and mappings stand more than \(DocumentLimits.depth) deep inside one another", mark: mark)
    }
  }
}

extension YAMLComposer.Composed {
  fileprivate mutating func hold(_ part: Self) {
    size += part.size
    height = max(height, part.height + 1)
  }
}

extension YAMLEvent {
  fileprivate var isEnd: Bool {
    switch kind {
    case .end, .endOfText: true
    default: false
    }
  }
}
