import Diagnostics

/// A table of numbers read from comma-separated text.
///
/// Lines end with a line feed, a carriage return or both. Blank lines are skipped, spaces around numbers are allowed, and a
/// first line without a single number is a header.
struct CSVTable {
  /// Row after row.
  private(set) var values: [Float] = []
  private(set) var columnCount = 0
  /// The line (from 1) of each row.
  private(set) var lines: [Int] = []
  /// Whether every last field is written as a whole number.
  private(set) var lastColumnIsWhole = true

  var rowCount: Int { lines.count }

  func row(_ index: Int) -> ArraySlice<Float> { values[index * columnCount..<(index + 1) * columnCount] }

  /// - Parameter header: whether the first line is one; nil to see by its fields.
  /// - Throws: up to 20 problems, each with line and column (in bytes, from 1).
  init(_ bytes: [UInt8], file: String, path: String, header: Bool? = nil) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    var line = 0
    var start = Self.textStart(bytes)
    var mayBeHeader = true
    while start < bytes.count, problems.count < 20 {
      line += 1
      let end = Self.lineEnd(bytes, from: start)
      let fields = Self.fields(bytes[start..<end])
      defer { start = Self.nextLine(bytes, after: end) }
      if fields.count == 1, fields[0].isEmpty { continue }
      let row = fields.map(Self.number)
      if mayBeHeader {
        mayBeHeader = false
        columnCount = fields.count
        if header ?? row.allSatisfy({ $0 == nil }) { continue }
      }
      func complain(_ message: String, at index: Int, hint: String? = nil) {
        let location = SourceLocation(file: file, line: line, column: index - start + 1)
        problems.append(Diagnostic(message, path: path, location: location, hint: hint))
      }
      if fields.count != columnCount {
        complain("\(fields.count) fields, but the first line has \(columnCount)", at: start)
        continue
      }
      for (field, value) in zip(fields, row) where value == nil {
        complain(
          "'\(String(decoding: field.prefix(40), as: UTF8.self))' is \(Self.isNumber(field) ? "beyond float32" : "no number")",
          at: field.startIndex, hint: "features and label are finite numbers, separated by commas")
      }
      values += row.map { $0 ?? 0 }
      lines.append(line)
      if lastColumnIsWhole { lastColumnIsWhole = Self.isWhole(fields[fields.count - 1]) }
    }
    if problems.isEmpty, lines.isEmpty {
      problems.append(Diagnostic("'\(file)' has no rows of numbers", path: path))
    } else if problems.isEmpty, columnCount < 2 {
      let location = SourceLocation(file: file, line: lines[0], column: 1)
      problems.append(
        Diagnostic(
          "a row needs at least one feature and a label, but has one field", path: path, location: location,
          hint: "fields are separated by commas"))
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
  }

  /// Fields of the first line that is not blank; nil where its end is not in `start`.
  static func columnCount(_ start: [UInt8]) -> Int? {
    var position = textStart(start)
    while position < start.count {
      let end = lineEnd(start, from: position)
      guard end < start.count || start.count < 1 << 16 else { return nil }
      let fields = fields(start[position..<end])
      if fields.count > 1 || !fields[0].isEmpty { return fields.count }
      position = nextLine(start, after: end)
    }
    return nil
  }

  /// Behind a byte order mark.
  private static func textStart(_ bytes: [UInt8]) -> Int { bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0 }

  private static func lineEnd(_ bytes: [UInt8], from start: Int) -> Int {
    bytes[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
  }

  private static func nextLine(_ bytes: [UInt8], after end: Int) -> Int {
    let isPair = end + 1 < bytes.count && bytes[end] == UInt8(ascii: "\r") && bytes[end + 1] == UInt8(ascii: "\n")
    return end + (isPair ? 2 : 1)
  }

  /// Fields between commas, without spaces around them.
  private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
    return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { field in
      var field = field
      while let first = field.first, isSpace(first) { field = field.dropFirst() }
      while let last = field.last, isSpace(last) { field = field.dropLast() }
      return field
    }
  }

  /// A finite decimal number.
  private static func number(_ field: ArraySlice<UInt8>) -> Float? {
    guard isNumber(field), let value = Float(String(decoding: field, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  /// Whether a field has a number's form, of whatever size.
  private static func isNumber(_ field: ArraySlice<UInt8>) -> Bool {
    guard field.allSatisfy({ (48...57).contains($0) || "+-.eE".utf8.contains($0) }) else { return false }
    return Double(String(decoding: field, as: UTF8.self)) != nil
  }

  private static func isWhole(_ field: ArraySlice<UInt8>) -> Bool {
    let digits = field.first == UInt8(ascii: "-") || field.first == UInt8(ascii: "+") ? field.dropFirst() : field
    return !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
  }
}
