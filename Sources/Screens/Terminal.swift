/// What a terminal has to tell.
public enum Event: Hashable, Sendable {
  case key(Key)
  case mouse(Mouse)
  /// Text that was pasted, as it came: with line ends and all.
  case paste(String)
  /// The terminal has a new size; the next surface should have it.
  case resize(Size)
  case signal(Signal)
  /// Nothing will ever be typed again: the script is over, or the terminal hung up.
  case endOfInput

  /// A wish from outside the keyboard.
  public enum Signal: String, CaseIterable, Hashable, Sendable {
    /// SIGINT from elsewhere. Ctrl-C on the keyboard is `key(.control("c"))`.
    case interrupt
    /// SIGTERM: flush what is worth keeping and leave.
    case terminate
    /// SIGHUP: the terminal is gone.
    case hangup
    /// Ctrl-Z or SIGTSTP: call ``Terminal/suspend()``.
    case suspend
    /// The program runs again after a stop; the screen has been taken back.
    case resume
  }
}

/// Where surfaces are shown and events come from. One thread uses it.
public protocol Terminal: AnyObject {
  /// Columns and rows now.
  var size: Size { get }

  /// The glyphs that the terminal can show; surfaces for it are made with them.
  var glyphs: GlyphSet { get }

  /// Shows a surface; where it is smaller than the screen the rest is blank.
  func draw(_ surface: Surface)

  /// The next event, or nil when none came in time.
  func nextEvent(timeoutMilliseconds: Int) -> Event?

  /// Sends every cell of the last surface again, after other output disturbed the screen.
  func redraw()

  /// Gives the screen back and stops the program as Ctrl-Z does; returns when it is continued.
  func suspend()

  /// Gives the screen back for good. Further calls do nothing.
  func close()
}
