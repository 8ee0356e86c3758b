/// Why no screen can be shown here.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Standard input or output is not a terminal.
  case noTerminal
  /// TERM names a terminal that this machine's terminfo does not know; empty where TERM is not set.
  case unknownTerminal(String)
  /// The terminal cannot move its cursor.
  case dumbTerminal(String)
  /// A screen is open already; there is one per process.
  case alreadyOpen

  /// One sentence and, on a line of its own, what to do.
  public var description: String {
    switch self {
    case .noTerminal:
      "standard input and output are not a terminal\n  hint: run it in a terminal, or use a command without a screen"
    case .unknownTerminal(""):
      "the environment variable TERM is not set\n  hint: set it to the name of the terminal, as TERM=xterm-256color"
    case .unknownTerminal(let name):
      "the terminal `\(name)` is not known on this machine\n  hint: try TERM=xterm-256color, or install its terminfo entry"
    case .dumbTerminal(let name):
      "the terminal `\(name)` cannot show a screen: it cannot move its cursor\n"
        + "  hint: use another terminal, or a command without a screen"
    case .alreadyOpen: "a screen is open already"
    }
  }
}
