import Diagnostics

/// A value of a document with the path to it. Reading a wrong value records a problem and gives nil.
struct NodeReader {
  let node: YAMLNode
  let path: String
  let location: SourceLocation?
  let log: ProblemLog

  init(_ node: YAMLNode, path: String, parent: SourceLocation?, log: ProblemLog) {
    self.node = node
    self.path = path
    self.log = log
    location = log.location(at: node.mark) ?? parent
    log.remember(location, at: path)
  }

  func report(_ message: String, hint: String? = nil) {
    log.add(Diagnostic(message, path: path, location: location, hint: hint))
  }

  /// The text of an unquoted scalar, which may stand for a number or a truth value.
  private var plain: String? {
    guard let scalar = node.scalar else { return nil }
    return scalar.style == .plain ? scalar.string : nil
  }

  var isNothing: Bool { plain.map { ["", "~", "null", "Null", "NULL"].contains($0) } ?? false }

  /// What stands here, for "expected …, found …".
  private var found: String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): isNothing ? "nothing" : "'\(scalar.string)'"
    }
  }

  func expected(_ what: String, hint: String? = nil) { report("expected \(what), found \(found)", hint: hint) }

  func text() -> String? {
    guard let scalar = node.scalar, !isNothing else {
      expected("text")
      return nil
    }
    return scalar.string
  }

  func integer(in range: ClosedRange<Int>) -> Int? { integer(in: WholeNumbers(range)) }

  /// One of some whole numbers; `_` may stand between digits.
  func integer(in numbers: WholeNumbers) -> Int? {
    let text = plain?.filter { $0 != "_" } ?? ""
    switch numbers.reading(text) {
    case .number(let number): return number
    case .below: report("expected at least \(numbers.range.lowerBound), found \(text)")
    case .above: report("expected at most \(numbers.range.upperBound), found \(text)")
    case .none: expected("a whole number", hint: quotedHint)
    }
    return nil
  }

  /// A whole number of 64 bits, not negative.
  func seed() -> UInt64? {
    guard let text = plain, let value = UInt64(text.filter { $0 != "_" }) else {
      expected("a whole number of 0 or more", hint: quotedHint)
      return nil
    }
    return value
  }

  /// A finite number that `accept` takes; `range` says in words what that is.
  func number(_ range: String = "a number", where accept: (Float) -> Bool = { _ in true }) -> Float? {
    guard let text = plain, text.allSatisfy({ "0123456789+-.eE_".contains($0) }),
      let value = Float(text.filter { $0 != "_" }), value.isFinite
    else {
      expected(range, hint: quotedHint)
      return nil
    }
    guard accept(value) else {
      expected(range)
      return nil
    }
    return value
  }

  /// A finite number in double precision that `accept` takes.
  func real(_ range: String, where accept: (Double) -> Bool) -> Double? {
    guard let text = plain, text.allSatisfy({ "0123456789+-.eE_".contains($0) }),
      let value = Double(text.filter { $0 != "_" }), value.isFinite, accept(value)
    else {
      expected(range, hint: quotedHint)
      return nil
    }
    return value
  }

  func boolean() -> Bool? {
    switch plain?.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default:
      expected("true or false", hint: quotedHint)
      return nil
    }
  }

  private var quotedHint: String? {
    guard let scalar = node.scalar, plain == nil, !scalar.string.isEmpty else { return nil }
    return "a quoted value is text: leave the quotes out"
  }

  /// The elements of a list.
  func sequence(_ what: String, hint: String? = nil) -> [NodeReader]? {
    guard case .sequence(let sequence) = node else {
      expected(what, hint: hint)
      return nil
    }
    return sequence.entries.enumerated().map { index, element in
      NodeReader(element, path: "\(path)[\(index)]", parent: location, log: log)
    }
  }

  /// One of some words.
  func choice<Value>(_ what: String, _ choices: KeyValuePairs<String, Value>) -> Value? {
    guard let text = text() else { return nil }
    if let match = choices.first(where: { $0.key == text }) { return match.value }
    report("'\(text)' is no \(what)", hint: NearestName(known: choices.map(\.key)).hint(for: text, kind: "known"))
    return nil
  }
}
