extension Surface {
  /// The rows as plain text, blanks at the end of each row left out.
  public var glyphRows: [String] {
    rows { $0.isRightHalf ? nil : Character($0.scalar) }.map { Self.trimmed($0, " ") }
  }

  /// The roles as one letter per cell (``Role/letter``), plain text at the end of each row left out.
  public var roleRows: [String] {
    rows { $0.role.letter }.map { Self.trimmed($0, Role.text.letter) }
  }

  /// The attributes as one letter per cell: `b` bold, `r` reverse, `u` underline, `d` dim, `*` several, `.` none.
  public var attributeRows: [String] {
    rows { Self.letter($0.attributes) }.map { Self.trimmed($0, ".") }
  }

  /// The surface as text: a heading with size and cursor, a block of glyphs, a block of roles, a block of attributes
  /// where there are any, and the roles' letters.
  public func described(name: String) -> String {
    var lines = ["== \(name) \(size)" + (cursor.map { " cursor \($0.x),\($0.y)" } ?? " no cursor")]
    lines += glyphRows
    lines += ["-- roles"] + roleRows
    if cells.contains(where: { !$0.attributes.isEmpty }) { lines += ["-- attributes"] + attributeRows }
    let used = Role.allCases.filter { role in role != .text && cells.contains { $0.role == role } }
    lines.append("-- legend: " + ([.text] + used).map { "\($0.letter) \($0)" }.joined(separator: ", "))
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether a row shows this text.
  public func shows(_ text: some StringProtocol) -> Bool {
    text.isEmpty || glyphRows.contains { $0.contains(text) }
  }

  private func rows(_ glyph: (Cell) -> Character?) -> [String] {
    (0..<height).map { row in String(cells[row * width..<(row + 1) * width].compactMap(glyph)) }
  }

  private static func trimmed(_ row: String, _ filler: Character) -> String {
    guard let last = row.lastIndex(where: { $0 != filler }) else { return "" }
    return String(row[...last])
  }

  private static func letter(_ attributes: Attributes) -> Character {
    switch attributes {
    case []: "."
    case .bold: "b"
    case .reverse: "r"
    case .underline: "u"
    case .dim: "d"
    default: "*"
    }
  }
}
