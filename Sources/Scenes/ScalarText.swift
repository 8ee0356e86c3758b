import Networks

/// How single values are written in a scene file.
enum ScalarText {
  /// Plain where YAML reads the same text back, else in double quotes. `inFlow` is inside `{…}` or `[…]`.
  static func text(_ text: String, inFlow: Bool = false) -> String {
    isPlain(text, inFlow: inFlow) ? text : quoted(text)
  }

  /// A number that reads back as the same float32.
  static func number(_ value: Float) -> String { short("\(value)") }

  /// A number that reads back as the same float64.
  static func number(_ value: Double) -> String { short("\(value)") }

  private static func short(_ text: String) -> String { text.hasSuffix(".0") ? String(text.dropLast(2)) : text }

  static func shape(_ shape: Shape) -> String {
    shape.isImage ? "[\(shape.channels), \(shape.height), \(shape.width)]" : "[\(shape.channels)]"
  }

  static func list(_ texts: [String]) -> String {
    "[\(texts.map { text($0, inFlow: true) }.joined(separator: ", "))]"
  }

  private static func isPlain(_ text: String, inFlow: Bool) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
    let words: Set = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    guard isLetter(first) || first == "/", last != " ", last != ":", !words.contains(text.lowercased()) else {
      return false
    }
    let allowed = inFlow ? "_-./+ " : "_-./+ ()=,;:'\"?!&*%|@"
    return text.unicodeScalars.allSatisfy {
      isLetter($0) || $0.properties.numericType != nil || allowed.unicodeScalars.contains($0)
    }
      && !text.contains(": ") && !text.contains(" #")
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || isSpecial(scalar):
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Line and paragraph separators, the byte order mark and what is no character.
  private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    [0x2028, 0x2029, 0xFEFF].contains(scalar.value) || scalar.properties.isNoncharacterCodePoint
  }
}
