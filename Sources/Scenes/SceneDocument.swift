import Diagnostics
import Foundation
import Yams

/// A scene's text as a tree of nodes, before anything is known about their meaning.
struct SceneDocument {
  var root: Node
  let file: String?
  let text: String
  /// What was set from outside: path in the document and the option's text.
  var overrides: [(path: String, option: String)] = []

  /// - Throws: the place and the reason where the text is not YAML.
  init(text: String, file: String?) throws(DiagnosticList) {
    self.file = file
    self.text = text
    guard let root = try Self.compose(text, file: file) else {
      throw DiagnosticList(
        "the scene is empty", location: SourceLocation(file: file, line: 1, column: 1),
        hint: "a scene has the keys \(Scene.keys.joined(separator: ", "))")
    }
    self.root = root
  }

  /// The key that was given twice, if `key` is the mark that ``compose(_:file:)`` left for it.
  static func duplicated(_ key: String) -> String? {
    guard key.hasPrefix(duplicateMark) else { return nil }
    return key.dropFirst(duplicateMark.count).trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
  }

  private static let duplicateMark = "~duplicate~"

  /// Parses `text`. A key that stands twice in a mapping would end the parse and hide all other problems; its first
  /// occurrence is marked instead, and reported when the mapping is read.
  private static func compose(_ text: String, file: String?) throws(DiagnosticList) -> Node? {
    var attempt = text
    for _ in 0..<1000 {
      do {
        return try Parser(yaml: attempt).singleRoot()
      } catch YamlError.duplicatedKeysInMapping(_, let context) {
        guard let marked = mark(attempt, line: context.mark.line, column: context.mark.column) else { break }
        attempt = marked
      } catch {
        throw DiagnosticList([diagnostic(error, file: file)])
      }
    }
    throw DiagnosticList(
      "a key is given twice in one mapping", location: SourceLocation(file: file, line: 1, column: 1))
  }

  private static func mark(_ text: String, line: Int, column: Int) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.indices.contains(line - 1) else { return nil }
    var scalars = String.UnicodeScalarView()
    let old = Array(lines[line - 1].unicodeScalars)
    guard column >= 1, column - 1 < old.count else { return nil }
    scalars.append(contentsOf: old[..<(column - 1)])
    scalars.append(contentsOf: duplicateMark.unicodeScalars)
    scalars.append(contentsOf: old[(column - 1)...])
    lines[line - 1] = String(scalars)
    return lines.joined(separator: "\n")
  }

  private static func diagnostic(_ error: any Error, file: String?) -> Diagnostic {
    func at(_ line: Int, _ column: Int, _ problem: String, _ context: YamlError.Context?) -> Diagnostic {
      var message = "this is not YAML: \(problem)"
      if let context, !context.text.isEmpty { message += ", \(context.text)" }
      return Diagnostic(
        message, location: SourceLocation(file: file, line: line, column: column),
        hint: problem.contains("tab") ? "YAML is indented with blanks, not tabs" : nil)
    }
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      return at(mark.line, mark.column, problem, context)
    case YamlError.reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let start = before.lastIndex(where: \.isNewline).map(before.index(after:)) ?? before.startIndex
      return at(
        before.count(where: \.isNewline) + 1, before.distance(from: start, to: before.endIndex) + 1, problem, nil)
    default:
      return at(1, 1, "\(error)", nil)
    }
  }
}
