/// A place in a document: 1-based line and column, with the file's name where there is one.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  public var file: String?
  public var line: Int
  public var column: Int

  public init(file: String? = nil, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, or `line L, column C` where no file is known.
  public var description: String {
    file.map { "\($0):\(line):\(column)" } ?? "line \(line), column \(column)"
  }
}

/// One problem that a person can act on: what is wrong, where, and what would be accepted.
public struct Diagnostic: Hashable, Sendable, Error, CustomStringConvertible {
  /// What is wrong, in one sentence without a final full stop.
  public var message: String
  /// Where in a document's structure, as `network.layers[3].conv.kernel`.
  public var path: String?
  public var location: SourceLocation?
  /// What would be accepted instead.
  public var hint: String?

  public init(_ message: String, path: String? = nil, location: SourceLocation? = nil, hint: String? = nil) {
    self.message = message
    self.path = path
    self.location = location
    self.hint = hint
  }

  /// `location: error: message (at path)` and, on a line of its own, `  hint: …`. What was quoted from a file or an option
  /// hides nothing in it and is cut where it is very long.
  public var description: String {
    var text = location.map { "\($0.description.told): " } ?? ""
    text += "error: \(message.told)"
    if let path, !path.isEmpty { text += " (at \(path.told))" }
    if let hint { text += "\n  hint: \(hint.told)" }
    return text
  }
}

extension String {
  /// A part of a sentence for people.
  fileprivate var told: String { visible.shortened(to: 1000) }
}

/// All problems of one document or one request, reported together.
public struct DiagnosticList: Error, Hashable, Sendable, CustomStringConvertible {
  public var all: [Diagnostic]

  public init(_ all: [Diagnostic]) { self.all = all }

  /// A single problem.
  public init(_ message: String, path: String? = nil, location: SourceLocation? = nil, hint: String? = nil) {
    all = [Diagnostic(message, path: path, location: location, hint: hint)]
  }

  public var description: String { all.map(\.description).joined(separator: "\n") }
}
