/// What a headless terminal does, line by line. Blank lines and lines that start with `#` are left out.
///
/// | line | what happens |
/// | --- | --- |
/// | `keys j j enter ctrl-c` | presses keys, by their names (``Key/init(_:)``) |
/// | `type conv3x3` | types the rest of the line, a key for each character |
/// | `paste a\nb` | pastes the rest of the line; `\n` is a line end, `\t` a tab |
/// | `mouse left 10 5` | clicks (`left`, `middle`, `right`) or turns the wheel (`wheelUp`, `wheelDown`) at column and row |
/// | `resize 100x30` | gives the terminal another size |
/// | `signal terminate` | sends ``Event/Signal`` |
/// | `screen NAME` | captures the screen as text under a name |
/// | `wait 3` | lets three turns of the loop pass without an event |
/// | `wait NAME` | lets turns pass until the program says that the condition of this name holds |
/// | `until TEXT` | lets turns pass until a row of the screen shows the text |
/// | `limit 500` | turns after which a `wait NAME` or `until TEXT` further down has failed |
public struct TerminalScript: Sendable {
  /// One line's meaning.
  enum Step: Hashable, Sendable {
    case keys([Key])
    case mouse(Mouse)
    case paste(String)
    case resize(Size)
    case signal(Event.Signal)
    case screen(String)
    case pause(turns: Int)
    case condition(String)
    case until(String)
    case limit(Int)
  }

  var steps: [(line: Int, step: Step)]

  /// A line that cannot be read.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// 1-based.
    public var line: Int
    /// What cannot be read, in one phrase.
    public var message: String
    /// What would be accepted.
    public var hint: String

    /// `line N: message` and the hint in a line of its own.
    public var description: String { "line \(line): \(message)\n  hint: \(hint)" }
  }

  /// Reads a script.
  /// - Throws: ``Failure`` for the first line that cannot be read.
  public init(_ text: String) throws(Failure) {
    steps = []
    // Lines may end as on any system: `isNewline` holds for the two characters of Windows, too.
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = Self.trimmed(raw)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let verb = line.prefix { !$0.isWhitespace }
      let rest = Self.trimmed(line.dropFirst(verb.count))
      steps.append((index + 1, try Self.step(verb: String(verb), rest: rest, line: index + 1)))
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    let head = text.drop(while: blank)
    guard let last = head.lastIndex(where: { !blank($0) }) else { return "" }
    return head[...last]
  }

  private static let verbs = "keys, type, paste, mouse, resize, signal, screen, wait, until, limit"

  private static func step(verb: String, rest: Substring, line: Int) throws(Failure) -> Step {
    let words = rest.split(whereSeparator: \.isWhitespace)
    switch verb {
    case "keys":
      var keys: [Key] = []
      for word in words {
        guard let key = Key(String(word)) else {
          throw Failure(
            line: line, message: "no key is named `\(word)`",
            hint: "one character, or enter, esc, tab, space, up, page-down, f5, ctrl-c; `type` for text")
        }
        keys.append(key)
      }
      if !keys.isEmpty { return .keys(keys) }
    case "type":
      if !rest.isEmpty { return .keys(rest.map { $0 == " " ? .space : .character($0) }) }
    case "paste":
      if !rest.isEmpty { return .paste(String(rest).replacing("\\n", with: "\n").replacing("\\t", with: "\t")) }
    case "mouse":
      if words.count == 3, let action = Mouse.Action(rawValue: String(words[0])), let x = Int(words[1]),
        let y = Int(words[2])
      {
        return .mouse(Mouse(action, at: Point(x: x, y: y)))
      }
    case "resize":
      if let size = Size(rest) { return .resize(size) }
    case "signal":
      if let signal = Event.Signal(rawValue: String(rest)) { return .signal(signal) }
    case "screen":
      if !rest.isEmpty { return .screen(String(rest)) }
    case "wait":
      if let turns = Int(rest), turns >= 0 { return .pause(turns: turns) }
      if !rest.isEmpty { return .condition(String(rest)) }
    case "until":
      if !rest.isEmpty { return .until(String(rest)) }
    case "limit":
      if let turns = Int(rest), turns > 0 { return .limit(turns) }
    default:
      throw Failure(line: line, message: "no command is named `\(verb)`", hint: "one of \(verbs)")
    }
    throw Failure(line: line, message: "`\(verb) \(rest)` cannot be read", hint: usage[verb] ?? verbs)
  }

  private static let usage = [
    "keys": "keys j enter ctrl-c", "type": "type some text", "paste": "paste a\\nb", "mouse": "mouse left 10 5",
    "resize": "resize 100x30",
    "signal": "signal " + Event.Signal.allCases.map(\.rawValue).joined(separator: ", or "), "screen": "screen NAME",
    "wait": "wait 3, or wait NAME", "until": "until TEXT", "limit": "limit 500",
  ]
}
