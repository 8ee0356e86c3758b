import CNcurses
import Foundation
import Screens

/// The real terminal, by ncurses: full screen, raw keys, given back however the program ends.
///
/// There is one per process, used by one thread. The screen is given back by ``close()``, on deinit, at `exit`, and
/// by handlers of SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT and SIGSYS, after which the signal does what it does
/// without them. SIGTERM, SIGHUP and SIGINT come as events; a
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
  private let modes: TerminalModes
  private var input: InputDecoder
  /// When the last bytes came.
  private var lastInput = ContinuousClock.now
  /// What clears the screen where curses would not.
  private let erasing: [UInt8]
  /// How long the bytes of one key may be apart.
  private let escapeDelay: Duration
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
    if let problem = Self.shortcoming(of: name) {
      endwin()
      signals.close()
      throw problem
    }
    Self.isOpen = true
    self.signals = signals
    glyphs = options.glyphs ?? (isUTF8 ? .unicode : .ascii)
    theme = options.theme
    cn_set_modes()
    palette = Palette(wanted: options.colours, environment: environment)
    palette.apply(options.theme)
    modes = TerminalModes(mouse: options.mouse)
    input = InputDecoder(named: KeyNames.sequences, upperHalf: isUTF8 ? nil : Self.upperHalf)
    escapeDelay = Self.escapeDelay(environment)
    Restoration.arm(Self.restoringBytes(modes))
    Output.write(modes.begin)
    signals.install()
    erasing = Self.erasing
    _ = cn_follow_size()
    distrustScreen()
  }

  deinit { close() }

  /// What the terminal cannot do that is needed.
  private static func shortcoming(of name: String) -> TerminalError? {
    guard Capability.bytes("cup") != nil else { return .dumbTerminal(name) }
    return ["rev", "smso", "bold"].contains { Capability.bytes($0) != nil } ? nil : .plainTerminal(name)
  }

  /// How long the escape character waits for the rest of a key: ESCDELAY's milliseconds, or what no hand notices.
  private static func escapeDelay(_ environment: [String: String]) -> Duration {
    .milliseconds(environment["ESCDELAY"].flatMap { Int($0) }.map { min(max(0, $0), 10_000) } ?? 25)
  }

  /// The characters of the bytes from 128 on in the locale's character set.
  private static var upperHalf: [Unicode.Scalar?] { (128...255).map { Unicode.Scalar(cn_character($0)) } }

  /// What a handler writes: modes, cursor, colours as before, and the screen behind this one.
  private static func restoringBytes(_ modes: TerminalModes) -> [UInt8] {
    modes.end + ["sgr0", "op", "oc", "cnorm", "rmcup"].flatMap { Capability.bytes($0) ?? [] }
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
    distrustScreen()
    let last = shown
    shown = nil
    if let last { draw(last) } else { cn_show(-1, 0) }
  }

  /// Has everything sent again, onto an empty screen.
  private func distrustScreen() {
    guard !erasing.isEmpty else { return cn_distrust_screen() }
    Output.write(erasing)
    cn_trust_blank_screen()
  }

  /// Where clearing is a control character, as on the consoles of old workstations, windows that go by their names do not know it:
  /// the first cell and erasing from there, which does the same on all of them. Empty elsewhere.
  private static var erasing: [UInt8] {
    guard let clear = Capability.bytes("clear"), !clear.contains(0x1b), let erase = Capability.bytes("ed"),
      Capability.bytes("cup")?.starts(with: "\u{1b}[".utf8) == true
    else { return [] }
    return "\u{1b}[H".utf8 + erase
  }

  /// The next key, mouse action, paste, size or signal; nil when none came in time.
  public func nextEvent(timeoutMilliseconds: Int) -> Event? {
    guard !isClosed else { return .endOfInput }
    let deadline = ContinuousClock.now + .milliseconds(max(0, timeoutMilliseconds))
    while true {
      if !pending.isEmpty { return pending.removeFirst() }
      if let number = signals.next() {
        if let event = event(of: number) { return event }
        continue
      }
      if let event = input.next() ?? lateEvent() {
        if let event = act(on: event) { return event }
        continue
      }
      if isHungUp { return .endOfInput }
      var wait = ContinuousClock.now.duration(to: deadline)
      if let due = inputDue { wait = min(wait, ContinuousClock.now.duration(to: due)) }
      guard let isReadable = poll(for: wait) else { continue }
      if isReadable {
        readInput()
      } else if ContinuousClock.now >= deadline, !isLate {
        return nil
      }
    }
  }

  /// When an unfinished key or paste is taken for what it is; nil where there is none.
  private var inputDue: ContinuousClock.Instant? {
    guard input.isIncomplete else { return nil }
    return lastInput + (input.isPasting ? .seconds(1) : escapeDelay)
  }

  private var isLate: Bool { inputDue.map { ContinuousClock.now >= $0 } ?? false }

  private func lateEvent() -> Event? { isLate ? input.giveUp() : nil }

  /// Waits for input or a signal. True where there is input, nil where a signal came.
  private func poll(for wait: Duration) -> Bool? {
    let parts = wait.components
    // Rounded up, or the last fraction of a millisecond would be spent looking.
    let milliseconds = max(0, parts.seconds * 1000 + (parts.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    var sources = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let ready = Foundation.poll(&sources, nfds_t(sources.count), Int32(clamping: milliseconds))
    if ready < 0 { return nil }
    if ready > 0, Int32(sources[0].revents) & POLLIN != 0 { return true }
    if ready > 0, Int32(sources[0].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 { isHungUp = true }
    return ready > 0 ? nil : false
  }

  private func readInput() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &buffer, buffer.count)
    if count > 0 {
      input.feed(buffer[..<count])
      lastInput = .now
    } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
      isHungUp = true
    }
  }

  /// What the terminal itself does on a key; nil where nobody else needs to know.
  private func act(on event: Event) -> Event? {
    if event == .key(.control("z")) { return .signal(.suspend) }
    if event == .key(.control("l")) { redraw() }
    return event
  }

  private func event(of signal: Int32) -> Event? {
    switch signal {
    case SIGWINCH:
      guard cn_follow_size() else { return nil }
      if !erasing.isEmpty { distrustScreen() }
      return .resize(size)
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

  /// Gives the screen back, stops the whole job as Ctrl-Z does, and takes the screen again when it is continued.
  public func suspend() {
    guard !isClosed else { return }
    giveBack()
    // The rest of the job first, then this process alone, so that the call returns only when it runs again.
    cn_ignore(SIGTSTP)
    kill(0, SIGTSTP)
    cn_default(SIGTSTP)
    raise(SIGTSTP)
    signals.handle(SIGTSTP)
    Restoration.rearm()
    takeBack()
  }

  private func giveBack() {
    Output.write(modes.end)
    endwin()
    Restoration.disarm()
  }

  /// Takes the screen again after a stop, at its size now.
  private func takeBack() {
    endwin()
    Output.write(modes.begin)
    let before = size
    if cn_follow_size(), size != before { pending.append(.resize(size)) }
    redraw()
  }

  /// Gives the screen back for good and puts the signal handlers back.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    giveBack()
    signals.close()
    Self.isOpen = false
  }
}
