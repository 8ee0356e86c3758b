import CYaml
import Foundation

/// One event of a YAML text: what begins, ends or stands at a place.
struct YAMLEvent {
  enum Kind {
    /// `hasTags` where directives define tags.
    case document(hasTags: Bool)
    case scalar(YAMLNode.Scalar)
    case alias
    case sequence
    case mapping
    /// Of a list, a mapping or a document.
    case end
    case endOfText
  }

  var kind: Kind
  /// The name after `&`, or after the `*` of an alias.
  var anchor: String?
  /// Line and column from 1.
  var mark: YAMLNode.Mark
}

/// Why a text is no YAML, and where.
struct YAMLProblem: Error {
  var message: String
  var mark: YAMLNode.Mark
  var hint: String?
}

/// The events of a YAML text, one after the other, from the parser that Yams brings along; Yams itself shows whole
/// trees only, which is too late for limits.
final class YAMLEvents {
  private let text: String
  // A class, because the parser keeps pointers to itself.
  private var parser = yaml_parser_t()

  private init(_ text: String) {
    self.text = text
    yaml_parser_initialize(&parser)
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
  }

  deinit { yaml_parser_delete(&parser) }

  /// What `body` makes of the events of `text`.
  static func read<Value>(
    _ text: String, _ body: (YAMLEvents) throws(YAMLProblem) -> Value
  ) throws(YAMLProblem) -> Value {
    let events = YAMLEvents(text)
    var copy = text
    return try copy.withUTF8 { bytes -> Result<Value, YAMLProblem> in
      yaml_parser_set_input_string(&events.parser, bytes.baseAddress, bytes.count)
      return Result { () throws(YAMLProblem) in try body(events) }
    }.get()
  }

  /// The next event; none may be asked for after ``YAMLEvent/Kind/endOfText``.
  func next() throws(YAMLProblem) -> YAMLEvent {
    var event = yaml_event_t()
    repeat {
      guard yaml_parser_parse(&parser, &event) == 1 else { throw problem() }
    } while event.type == YAML_STREAM_START_EVENT
    defer { yaml_event_delete(&event) }
    let mark = YAMLNode.Mark(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      let tags = event.data.document_start.tag_directives
      return YAMLEvent(kind: .document(hasTags: tags.start != tags.end), mark: mark)
    case YAML_ALIAS_EVENT:
      return YAMLEvent(kind: .alias, anchor: event.data.alias.anchor.map { String(cString: $0) }, mark: mark)
    case YAML_SEQUENCE_START_EVENT:
      return YAMLEvent(
        kind: .sequence, anchor: event.data.sequence_start.anchor.map { String(cString: $0) }, mark: mark)
    case YAML_MAPPING_START_EVENT:
      return YAMLEvent(kind: .mapping, anchor: event.data.mapping_start.anchor.map { String(cString: $0) }, mark: mark)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      // The text may have the character 0, which would end a string of C.
      let text = scalar.value.map { String(decoding: Data(bytes: $0, count: scalar.length), as: UTF8.self) } ?? ""
      return YAMLEvent(
        kind: .scalar(YAMLNode.Scalar(string: text, style: Self.style(scalar.style), mark: mark)),
        anchor: scalar.anchor.map { String(cString: $0) }, mark: mark)
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT:
      return YAMLEvent(kind: .endOfText, mark: mark)
    default:
      return YAMLEvent(kind: .end, mark: mark)
    }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLNode.Scalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  /// What the parser stopped at.
  private func problem() -> YAMLProblem {
    var message = "this is not YAML: \(parser.problem.map { String(cString: $0) } ?? "it cannot be read")"
    // The parser's own limit, where it reads ahead of the composer's.
    if message.contains("nesting level") {
      message = "lists and mappings stand more than \(DocumentLimits.depth) deep inside one another"
    } else if let context = parser.context {
      message += ", \(String(cString: context))"
    }
    var mark = YAMLNode.Mark(line: Int(parser.problem_mark.line) + 1, column: Int(parser.problem_mark.column) + 1)
    if parser.error == YAML_READER_ERROR {
      // A character that YAML does not have, found while reading ahead: the place is a number of bytes.
      let before = String(decoding: text.utf8.prefix(Int(parser.problem_offset)), as: UTF8.self).unicodeScalars
      let line = before.lastIndex(of: "\n").map { before[before.index(after: $0)...].count } ?? before.count
      mark = YAMLNode.Mark(line: before.count { $0 == "\n" } + 1, column: line + 1)
    }
    return YAMLProblem(
      message: message, mark: mark, hint: message.contains("tab") ? "YAML is indented with blanks, not tabs" : nil)
  }
}
