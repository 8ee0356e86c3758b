/// One key as the terminal reports it.
public enum Key: Hashable, Sendable {
  case character(Character)
  /// A letter, digit or sign with the control key held; letters in lower case.
  case control(Character)
  case function(Int)
  case enter, escape, tab, backTab, space
  case up, down, left, right, home, end, pageUp, pageDown
  case backspace, delete, insert
}

extension Key: LosslessStringConvertible {
  private static let names: [(name: String, key: Key)] = [
    ("enter", .enter), ("esc", .escape), ("tab", .tab), ("shift-tab", .backTab), ("space", .space), ("up", .up),
    ("down", .down), ("left", .left), ("right", .right), ("home", .home), ("end", .end), ("page-up", .pageUp),
    ("page-down", .pageDown), ("backspace", .backspace), ("delete", .delete), ("insert", .insert),
  ]

  private static let aliases: [String: Key] = [
    "return": .enter, "escape": .escape, "backtab": .backTab, "pageup": .pageUp, "pgup": .pageUp, "pagedown": .pageDown,
    "pgdn": .pageDown, "del": .delete, "ins": .insert,
  ]

  /// Reads a key's name: one character stands for itself; else `enter`, `esc`, `tab`, `shift-tab`, `space`, `up`,
  /// `down`, `left`, `right`, `home`, `end`, `page-up`, `page-down`, `backspace`, `delete`, `insert`, `f1` to `f63`,
  /// `ctrl-` and a character. Names are read in any case. Nil for anything else.
  public init?(_ name: String) {
    if name == " " {
      self = .space
      return
    }
    if name.count == 1, let character = name.first {
      guard character.unicodeScalars.contains(where: { $0.columns > 0 }) else { return nil }
      self = .character(character)
      return
    }
    let lower = name.lowercased()
    if let known = Self.names.first(where: { $0.name == lower })?.key ?? Self.aliases[lower] {
      self = known
    } else if lower.hasPrefix("ctrl-"), lower.count == 6, let character = lower.last, character != " " {
      self = .control(character)
    } else if lower.hasPrefix("f"), let number = Int(lower.dropFirst()), (1...63).contains(number),
      lower == "f\(number)"
    {
      self = .function(number)
    } else {
      return nil
    }
  }

  /// The name that ``init(_:)`` reads back.
  public var description: String {
    switch self {
    case .character(let character): String(character)
    case .control(let character): "ctrl-\(character)"
    case .function(let number): "f\(number)"
    default: Self.names.first { $0.key == self }?.name ?? ""
    }
  }

  /// How the key is written for people: `q`, `Ctrl-C`, `F5`, `Space`, and arrows as the set's glyphs.
  public func label(_ glyphs: GlyphSet = .unicode) -> String {
    switch self {
    case .character(let character): String(character)
    case .control(let character): "Ctrl-\(character.uppercased())"
    case .function(let number): "F\(number)"
    case .up: glyphs.isASCII ? "Up" : String(glyphs.up)
    case .down: glyphs.isASCII ? "Down" : String(glyphs.down)
    case .left: glyphs.isASCII ? "Left" : String(glyphs.left)
    case .right: glyphs.isASCII ? "Right" : String(glyphs.right)
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .backTab: "Shift-Tab"
    default: description.prefix(1).uppercased() + description.dropFirst()
    }
  }

  /// The character the key types into a text field; nil for keys that type nothing.
  public var typed: Character? {
    switch self {
    case .character(let character): character
    case .space: " "
    default: nil
    }
  }
}

/// What the mouse did.
public struct Mouse: Hashable, Sendable {
  /// A click, or a step of the wheel.
  public enum Action: String, CaseIterable, Hashable, Sendable {
    case left, middle, right, wheelUp, wheelDown
  }

  /// What was done.
  public var action: Action
  /// The cell under the pointer.
  public var place: Point

  /// An action at a cell.
  public init(_ action: Action, at place: Point) {
    self.action = action
    self.place = place
  }
}
