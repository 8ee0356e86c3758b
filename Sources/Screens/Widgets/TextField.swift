/// One line of text that is being typed, with a cursor.
public struct TextField: Hashable, Widget {
  /// The characters so far.
  public private(set) var characters: [Character]
  /// The place of the cursor: 0 before the first character, `characters.count` behind the last.
  public private(set) var cursor: Int
  /// What stands in an empty field.
  public var placeholder: String

  /// A field with this text and the cursor behind it.
  public init(_ text: String = "", placeholder: String = "") {
    characters = Array(text)
    cursor = characters.count
    self.placeholder = placeholder
  }

  /// What was typed.
  public var text: String { String(characters) }

  /// Types a character, moves the cursor or deletes.
  ///
  /// Understands characters, arrows, home and end, backspace and delete, and the shell's Ctrl-A, -E, -U, -K, -W.
  /// - Returns: false for keys that mean nothing here, such as enter.
  @discardableResult
  public mutating func handle(_ key: Key) -> Bool {
    if let typed = key.typed {
      guard characters.count < Self.longest else { return true }
      characters.insert(typed, at: cursor)
      cursor += 1
      return true
    }
    switch key {
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    case .backspace:
      if cursor > 0 {
        cursor -= 1
        characters.remove(at: cursor)
      }
    case .delete: if cursor < characters.count { characters.remove(at: cursor) }
    case .control("u"):
      characters.removeFirst(cursor)
      cursor = 0
    case .control("k"): characters.removeLast(characters.count - cursor)
    case .control("w"):
      var start = cursor
      while start > 0, characters[start - 1] == " " { start -= 1 }
      while start > 0, characters[start - 1] != " " { start -= 1 }
      characters.removeSubrange(start..<cursor)
      cursor = start
    default: return false
    }
    return true
  }

  /// The most characters that a field takes.
  public static let longest = 1 << 16

  /// Types a whole text, its lines joined to one; what has no room any more is left out.
  public mutating func insert(_ text: String) {
    let new = text.pastedLine.prefix(max(0, Self.longest - characters.count))
    characters.insert(contentsOf: new, at: cursor)
    cursor += new.count
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    surface.withClip(rect) { surface in
      surface.fill(rect.row(0), role: .input)
      if characters.isEmpty {
        surface.text(placeholder, x: rect.x, y: rect.y, limit: rect.width, role: .dim)
      }
      // The part that is seen ends at the cursor at the latest.
      var first = cursor
      var columns = 1
      while first > 0 {
        let next = columns + String(characters[first - 1]).columns
        if next > rect.width { break }
        columns = next
        first -= 1
      }
      surface.text(String(characters[first...]), x: rect.x, y: rect.y, role: .input)
      surface.placeCursor(x: rect.x + min(columns, rect.width) - 1, y: rect.y)
    }
  }
}
