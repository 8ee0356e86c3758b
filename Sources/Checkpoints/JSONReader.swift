/// A JSON document as far as a header needs it: whole numbers are exact, members keep their order.
enum JSONValue {
  case object([(String, JSONValue)])
  case array([JSONValue])
  case string(String)
  /// Nil where the number is not whole or does not fit.
  case number(Int?)
  case boolean
  case null

  /// For sentences: `it is …`.
  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "a list"
    case .string: "text"
    case .number: "a number"
    case .boolean: "a truth value"
    case .null: "null"
    }
  }

  /// A list of whole numbers, else nil.
  var integers: [Int]? {
    guard case .array(let items) = self else { return nil }
    var result: [Int] = []
    for item in items {
      guard case .number(let value?) = item else { return nil }
      result.append(value)
    }
    return result
  }
}

/// Why bytes are no JSON, and where: bytes from the beginning of the text.
struct JSONFailure: Error {
  var message: String
  var offset: Int
}

/// A strict reader of JSON (RFC 8259) that also refuses a key given twice, deep nesting and millions of values.
struct JSONReader {
  private static let deepest = 64
  /// Far more than a file of parameters has tensors; each takes a few values.
  private static let mostValues = 4_000_000

  private let text: ArraySlice<UInt8>
  private var position: Int
  private var values = 0

  /// The value that makes up the whole text.
  static func read(_ text: ArraySlice<UInt8>) throws(JSONFailure) -> JSONValue {
    var reader = JSONReader(text: text, position: text.startIndex)
    reader.skipSpaces()
    let value = try reader.value(depth: 0)
    reader.skipSpaces()
    guard reader.position == text.endIndex else { throw reader.failure("unexpected text after the end") }
    return value
  }

  private func failure(_ message: String) -> JSONFailure {
    JSONFailure(message: message, offset: position - text.startIndex)
  }

  private var next: UInt8? { position < text.endIndex ? text[position] : nil }

  private mutating func skipSpaces() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    guard next == byte.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
    guard depth < Self.deepest else { throw failure("nested too deeply") }
    values += 1
    guard values <= Self.mostValues else { throw failure("more than \(Self.mostValues) values") }
    guard let first = next else { throw failure("unexpected end") }
    switch first {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean)
    case UInt8(ascii: "f"): return try word("false", .boolean)
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("expected a value")
    }
  }

  private mutating func object(_ depth: Int) throws(JSONFailure) -> JSONValue {
    position += 1
    var members: [(String, JSONValue)] = []
    var known: Set<String> = []
    skipSpaces()
    if take("}") { return .object(members) }
    while true {
      skipSpaces()
      guard next == UInt8(ascii: "\"") else { throw failure("expected a key") }
      let start = position
      let key = try string()
      guard known.insert(key).inserted else {
        position = start
        throw failure("the key '\(key)' is there twice")
      }
      skipSpaces()
      guard take(":") else { throw failure("expected ':'") }
      skipSpaces()
      members.append((key, try value(depth: depth + 1)))
      skipSpaces()
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("expected ',' or '}'") }
    }
  }

  private mutating func array(_ depth: Int) throws(JSONFailure) -> JSONValue {
    position += 1
    var items: [JSONValue] = []
    skipSpaces()
    if take("]") { return .array(items) }
    while true {
      skipSpaces()
      items.append(try value(depth: depth + 1))
      skipSpaces()
      if take("]") { return .array(items) }
      guard take(",") else { throw failure("expected ',' or ']'") }
    }
  }

  private mutating func word(_ expected: String, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
    guard text[position...].starts(with: expected.utf8) else { throw failure("expected a value") }
    position += expected.utf8.count
    return value
  }

  private mutating func number() throws(JSONFailure) -> JSONValue {
    let start = position
    _ = take("-")
    let first = position
    let whole = digits()
    guard whole > 0, whole == 1 || text[first] != UInt8(ascii: "0") else { throw failure("expected a number") }
    var isWhole = true
    if take(".") {
      isWhole = false
      guard digits() > 0 else { throw failure("expected digits after the point") }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      guard digits() > 0 else { throw failure("expected an exponent") }
    }
    return .number(isWhole ? Int(String(decoding: text[start..<position], as: UTF8.self)) : nil)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func string() throws(JSONFailure) -> String {
    let start = position
    position += 1
    var bytes: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: bytes, as: UTF8.self) else {
          position = start
          throw failure("text that is not UTF-8")
        }
        return result
      case UInt8(ascii: "\\"): bytes += Array(String(Character(try escape())).utf8)
      case ..<0x20: throw failure("a control character in text")
      default: bytes.append(byte)
      }
    }
    throw failure("text without an end")
  }

  private mutating func escape() throws(JSONFailure) -> Unicode.Scalar {
    guard let byte = next else { throw failure("text without an end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xd800..<0xdc00).contains(code) {
        guard take("\\"), take("u") else { throw failure("half a surrogate pair") }
        let low = try hexadecimal()
        guard (0xdc00..<0xe000).contains(low) else { throw failure("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
      return scalar
    default: throw failure("an unknown escape")
    }
  }

  private mutating func hexadecimal() throws(JSONFailure) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
