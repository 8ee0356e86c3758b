/// Why no screen can be shown here.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Standard input or output is not a terminal.
  case noTerminal
  /// TERM names a terminal that this machine's terminfo does not know; empty where TERM is not set.
  case unknownTerminal(String)
  /// The terminal cannot move its cursor.
  case dumbTerminal(String)
  /// The terminal cannot mark text: neither reverse nor bold nor standing out.
  case plainTerminal(String)
  /// A screen is open already; there is one per process.
  case alreadyOpen

  /// One sentence.
  public var description: String {
    switch self {
    case .noTerminal: "standard input and output are not a terminal"
    case .unknownTerminal(""): "the environment variable TERM is not set"
    case .unknownTerminal(let name): "the terminal `\(name)` is not known on this machine"
    case .dumbTerminal(let name): "the terminal `\(name)` cannot show a screen: it cannot move its cursor"
    case .plainTerminal(let name): "the terminal `\(name)` cannot show a screen: it cannot mark text"
    case .alreadyOpen: "a screen is open already"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch self {
    case .noTerminal: "run it in a terminal"
    case .unknownTerminal(""): "set it to the terminal's name, as TERM=xterm-256color"
    case .unknownTerminal: "try TERM=xterm-256color, or install the terminal's terminfo entry"
    case .dumbTerminal, .plainTerminal: "TERM=xterm-256color suits most windows"
    case .alreadyOpen: "close it first"
    }
  }
}
