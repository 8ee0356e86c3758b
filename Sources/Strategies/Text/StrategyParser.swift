import Diagnostics

extension Strategy {
  /// Reads the strategy text: a kind and, in parentheses, `option=value` pairs; or one line per layer (``LayerTable``).
  ///
  /// - Throws: the first problem of a kind's text, or every problem of a table, with the place and what would be accepted.
  public init(parsing text: String) throws(DiagnosticList) {
    // Tables come from editors of any system; columns stay where they are.
    let text = text.withLineFeeds.replacing("\t", with: " ")
    if text.contains("|") {
      self = .layers(try LayerTable(parsing: text))
      return
    }
    var scanner = StrategyScanner(text)
    let kindName = scanner.word()
    let configuration = Strategy.configurations.first { $0.kind.name == kindName.text }
    guard let kind = configuration?.kind ?? StrategyKind.all.first(where: { $0.name == kindName.text }) else {
      throw scanner.problem(
        kindName.text.isEmpty ? "a strategy begins with its kind" : "'\(kindName.text)' is no strategy",
        at: kindName.column,
        hint: "known strategies: \(StrategyKind.all.map(\.name).joined(separator: ", "))")
    }
    let values = try scanner.options(of: kind)
    self = configuration.map { $0.init(StrategyOptions(values)).strategy } ?? .serial
  }
}

/// Reads words and punctuation of a strategy text and remembers columns.
private struct StrategyScanner {
  struct Word {
    var text: String
    var column: Int
  }

  private let characters: [Character]
  private var position = 0

  init(_ text: String) { characters = Array(text) }

  mutating func word() -> Word {
    skipBlanks()
    let start = position
    while position < characters.count,
      characters[position].isLetter || characters[position].isNumber || "_-./".contains(characters[position])
    {
      position += 1
    }
    return Word(text: String(characters[start..<position]), column: start + 1)
  }

  /// The options up to the end of the text, checked against what `kind` accepts.
  mutating func options(of kind: StrategyKind) throws(DiagnosticList) -> [String: String] {
    var values: [String: String] = [:]
    guard take("(") else {
      try expectEnd(after: kind.name)
      return values
    }
    if !take(")") {
      repeat {
        let (name, value) = try option(of: kind)
        guard values.updateValue(value, forKey: name.text) == nil else {
          throw problem("option '\(name.text)' is given twice", at: name.column)
        }
      } while take(",")
      guard take(")") else { throw problem("expected ',' or ')'", at: position + 1) }
    }
    try expectEnd(after: ")")
    return values
  }

  private mutating func option(of kind: StrategyKind) throws(DiagnosticList) -> (Word, String) {
    let name = word()
    guard let option = kind.options.first(where: { $0.name == name.text }) else {
      let known = kind.options.map(\.name).joined(separator: ", ")
      throw problem(
        "'\(kind.name)' has no option '\(name.text)'", at: name.column,
        hint: known.isEmpty ? "\(kind.name) takes no options" : "its options: \(known)")
    }
    guard take("=") else { throw problem("expected '=' after '\(name.text)'", at: position + 1) }
    let value = word()
    switch option.values {
    case .words(let words), .choice(let words, _):
      guard words.contains(value.text) else {
        throw problem(
          "'\(value.text)' is no value of '\(name.text)'", at: value.column,
          hint: "one of: \(words.joined(separator: ", "))")
      }
    case .count(let numbers, _):
      guard numbers.read(value.text) != nil else {
        throw problem("'\(name.text)' is \(numbers), not '\(value.text)'", at: value.column)
      }
    case .names:
      guard !value.text.isEmpty, parts(value).allSatisfy({ !$0.isEmpty }) else {
        throw problem("'\(name.text)' is names with '/' between them, not '\(value.text)'", at: value.column)
      }
    case .counts(let numbers, _):
      guard parts(value).allSatisfy({ numbers.read($0) != nil }) else {
        throw problem(
          "'\(name.text)' is numbers with '/' between them, each \(numbers), not '\(value.text)'", at: value.column)
      }
    case .size(_):
      guard ByteSize(parsing: value.text) != nil else {
        throw problem(
          "'\(name.text)' is a number of bytes, not '\(value.text)'", at: value.column,
          hint: "a number with B, kB, MB or GB, as 4kB or 1MB")
      }
    }
    return (name, value.text)
  }

  private func parts(_ value: Word) -> [Substring] {
    value.text.split(separator: "/", omittingEmptySubsequences: false)
  }

  private mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    guard position < characters.count, characters[position] == character else { return false }
    position += 1
    return true
  }

  private mutating func expectEnd(after text: String) throws(DiagnosticList) {
    skipBlanks()
    if position < characters.count {
      throw problem("unexpected '\(String(characters[position...]))' after '\(text)'", at: position + 1)
    }
  }

  private mutating func skipBlanks() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  func problem(_ message: String, at column: Int, hint: String? = nil) -> DiagnosticList {
    DiagnosticList(
      "\(message), at column \(column) of '\(String(characters))'", path: "strategy", hint: hint)
  }
}
