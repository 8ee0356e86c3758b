import CNcurses
import Foundation
import Screens

/// The real terminal, by ncurses: full screen, raw keys, given back however the program ends.
///
/// There is one per process, used by one thread. The screen is given back by ``close()``, on deinit, at `exit`, and
/// by handlers of SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP and SIGABRT. SIGTERM, SIGHUP and SIGINT come as events; a
/// program that does not read them any more is ended by the third.
public final class CursesTerminal: Terminal {
  /// What may be chosen; everything else follows terminal and environment.
  public struct Options: Sendable {
    /// How roles look at first.
    public var theme: Theme
    /// The colours to use where the terminal has them; by terminal, COLORTERM and NO_COLOR where nil.
    public var colours: ColourDepth?
    /// By the locale where nil: ASCII unless its character set is UTF-8.
    public var glyphs: GlyphSet?
    /// Whether clicks and the wheel come as events. The terminal's own selection then needs Shift.
    public var mouse: Bool

    /// The defaults follow terminal and environment.
    public init(theme: Theme = .dark, colours: ColourDepth? = nil, glyphs: GlyphSet? = nil, mouse: Bool = true) {
      self.theme = theme
      self.colours = colours
      self.glyphs = glyphs
      self.mouse = mouse
    }
  }

  nonisolated(unsafe) private static var isOpen = false

  /// The glyphs in use: the chosen ones, or those that the locale can show.
  public let glyphs: GlyphSet
  /// How roles look; may be changed at any time.
  public var theme: Theme {
    didSet {
      palette.apply(theme)
      redraw()
    }
  }
  /// The colours in use.
  public var colourDepth: ColourDepth { palette.depth }

  private let signals: SignalPipe
  private var palette: Palette
  private var shown: Surface?
  private var pending: [Event] = []
  private var isHungUp = false
  private var isClosed = false

  /// Takes the screen.
  /// - Throws: ``TerminalError`` where there is none to take; the terminal is then as before.
  public init(
    _ options: Options = Options(), environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(TerminalError) {
    guard !Self.isOpen else { throw .alreadyOpen }
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .noTerminal }
    let name = environment["TERM"] ?? ""
    if name.isEmpty { throw .unknownTerminal("") }
    if name == "dumb" { throw .dumbTerminal(name) }
    let isUTF8 = cn_locale_is_utf8()
    Restoration.saveSettings()
    guard let signals = SignalPipe() else { throw .noTerminal }
    guard cn_open(name) != nil else {
      signals.close()
      throw .unknownTerminal(name)
    }
    guard cn_capability("cup") != nil else {
      endwin()
      signals.close()
      throw .dumbTerminal(name)
    }
    Self.isOpen = true
    self.signals = signals
    glyphs = options.glyphs ?? (isUTF8 ? .unicode : .ascii)
    theme = options.theme
    cn_set_modes()
    palette = Palette(wanted: options.colours, environment: environment)
    palette.apply(options.theme)
    if options.mouse { cn_enable_mouse() }
    Restoration.arm(Self.restoringBytes(mouse: options.mouse))
    signals.install()
    _ = cn_follow_size()
  }

  deinit { close() }

  /// What a handler writes: cursor, colours, keypad and mouse as before, and the screen behind this one.
  private static func restoringBytes(mouse: Bool) -> [UInt8] {
    var bytes: [UInt8] = mouse ? Array("\u{1b}[?1006l\u{1b}[?1003l\u{1b}[?1002l\u{1b}[?1000l".utf8) : []
    for name in ["sgr0", "op", "oc", "cnorm", "rmkx", "rmcup"] {
      guard let value = cn_capability(name) else { continue }
      // Capabilities may hold pauses for slow terminals, written `$<5>`.
      var isPause = false
      var last: UInt8 = 0
      for byte in UnsafeBufferPointer(start: value, count: strlen(value)).map(UInt8.init(bitPattern:)) {
        if !isPause, last == UInt8(ascii: "$"), byte == UInt8(ascii: "<") {
          isPause = true
          bytes.removeLast()
        } else if !isPause {
          bytes.append(byte)
        } else if byte == UInt8(ascii: ">") {
          isPause = false
        }
        last = byte
      }
    }
    return bytes
  }

  /// Columns and rows of the terminal now.
  public var size: Size { Size(width: Int(cn_columns()), height: Int(cn_rows())) }

  /// Sends what differs from the last surface.
  public func draw(_ surface: Surface) {
    guard !isClosed else { return }
    let size = size
    let isFresh = shown?.size != surface.size
    if isFresh { cn_erase() }
    let columns = min(size.width, surface.width)
    for y in 0..<min(size.height, surface.height) {
      let row = surface.cells[y * surface.width..<(y + 1) * surface.width]
      // Curses compares cells itself; whole rows that did not change need not even be offered.
      if !isFresh, let shown, row.elementsEqual(shown.cells[y * surface.width..<(y + 1) * surface.width]) { continue }
      for x in 0..<columns {
        let cell = surface[x, y]
        if cell.isRightHalf { continue }
        let look = palette.look(cell)
        // A wide scalar that the screen's edge would cut is left out.
        let isCut = x == columns - 1 && cell.scalar.columns == 2
        cn_put(Int32(y), Int32(x), isCut ? 32 : cell.scalar.value, look.attributes, look.pair)
      }
    }
    shown = surface
    if let cursor = surface.cursor, Rect(size).contains(x: cursor.x, y: cursor.y) {
      cn_show(Int32(cursor.y), Int32(cursor.x))
    } else {
      cn_show(-1, 0)
    }
  }

  /// Sends every cell of the last surface again.
  public func redraw() {
    guard !isClosed else { return }
    cn_distrust_screen()
    let last = shown
    shown = nil
    if let last { draw(last) } else { cn_show(-1, 0) }
  }

  /// The next key, mouse action, size or signal; nil when none came in time.
  public func nextEvent(timeoutMilliseconds: Int) -> Event? {
    guard !isClosed else { return .endOfInput }
    let clock = ContinuousClock()
    let deadline = clock.now + .milliseconds(max(0, timeoutMilliseconds))
    while true {
      if !pending.isEmpty { return pending.removeFirst() }
      if let number = signals.next() {
        if let event = event(of: number) { return event }
        continue
      }
      if let event = readKey() { return event }
      if isHungUp { return .endOfInput }
      let left = clock.now.duration(to: deadline)
      let milliseconds = max(0, left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
      var sources = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&sources, nfds_t(sources.count), Int32(clamping: milliseconds))
      if ready == 0 { return nil }
      if ready > 0, Int32(sources[0].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 { isHungUp = true }
    }
  }

  private func event(of signal: Int32) -> Event? {
    switch signal {
    case SIGWINCH: return cn_follow_size() ? .resize(size) : nil
    case SIGTERM: return .signal(.terminate)
    case SIGHUP: return .signal(.hangup)
    case SIGINT: return .signal(.interrupt)
    case SIGTSTP: return .signal(.suspend)
    case SIGCONT:
      takeBack()
      return .signal(.resume)
    default: return nil
    }
  }

  /// The next key or mouse event that means something, without waiting.
  private func readKey() -> Event? {
    var code: wint_t = 0
    while true {
      switch cn_read(&code) {
      case OK:
        guard let key = KeyDecoding.key(character: UInt32(truncatingIfNeeded: code)) else { continue }
        if key == .control("z") { return .signal(.suspend) }
        if key == .control("l") { redraw() }
        return .key(key)
      case KEY_CODE_YES:
        if Int32(truncatingIfNeeded: code) == KEY_MOUSE {
          if let mouse = KeyDecoding.mouse() { return .mouse(mouse) }
        } else if let key = KeyDecoding.key(code: Int32(truncatingIfNeeded: code)) {
          return .key(key)
        }
      default: return nil
      }
    }
  }

  /// Gives the screen back, stops the whole job as Ctrl-Z does, and takes the screen again when it is continued.
  public func suspend() {
    guard !isClosed else { return }
    endwin()
    Restoration.disarm()
    // The rest of the job first, then this process alone, so that the call returns only when it runs again.
    cn_ignore(SIGTSTP)
    kill(0, SIGTSTP)
    cn_default(SIGTSTP)
    raise(SIGTSTP)
    signals.handle(SIGTSTP)
    Restoration.rearm()
    takeBack()
  }

  /// Takes the screen again after a stop, at its size now.
  private func takeBack() {
    endwin()
    let before = size
    if cn_follow_size(), size != before { pending.append(.resize(size)) }
    redraw()
  }

  /// Gives the screen back for good and puts the signal handlers back.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    endwin()
    Restoration.disarm()
    signals.close()
    Self.isOpen = false
  }
}
