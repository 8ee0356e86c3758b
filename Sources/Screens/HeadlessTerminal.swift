import Foundation

/// A terminal without a screen: events come from a script, screens are kept as text. Tests, demonstrations and
/// documentation run the same loop on it as people do on a real one.
///
/// The loop draws, asks for an event, and draws again when something changed; so a `screen` or `until` line sees what
/// the program has drawn in answer to the lines before it. When the script is over, or one of its waits fails, every
/// further call returns ``Event/endOfInput``.
public final class HeadlessTerminal: Terminal {
  /// A screen that the script asked for.
  public struct Capture: Hashable, Sendable {
    /// The name that the script gave it.
    public var name: String
    /// What the program had drawn.
    public var surface: Surface

    /// The screen as text, see ``Surface/described(name:)``.
    public var text: String { surface.described(name: name) }
  }

  /// Columns and rows, as the script last set them.
  public private(set) var size: Size
  /// The glyphs that surfaces for this terminal are drawn with.
  public let glyphs: GlyphSet
  /// The screens so far, in order.
  public private(set) var captures: [Capture] = []
  /// Waits that did not come true, each with its line; empty after a good run.
  public private(set) var failures: [String] = []
  /// What was drawn last.
  public private(set) var lastSurface: Surface
  /// How often something was drawn.
  public private(set) var drawCount = 0
  /// How often the program asked to be stopped.
  public private(set) var suspensions = 0
  /// Whether the program gave the terminal back.
  public private(set) var isClosed = false

  /// Whether the condition of a `wait NAME` line holds, as `finished`; without it such a line fails at once.
  public var condition: ((String) -> Bool)?
  /// Called with each screen when it is captured.
  public var onCapture: ((Capture) -> Void)?

  private let steps: [(line: Int, step: TerminalScript.Step)]
  private let turnMilliseconds: Int
  private var next = 0
  private var pending: [Event] = []
  private var waited = 0
  private var limit = 4000

  /// - Parameters:
  ///   - turnMilliseconds: how long a turn in which nothing happens takes at most; 0 for programs in which nothing
  ///     else runs. A wait is bounded by the number of its turns, 4000 unless the script says another `limit`.
  public init(
    script: TerminalScript, size: Size = Size(width: 80, height: 24), glyphs: GlyphSet = .unicode,
    turnMilliseconds: Int = 5
  ) {
    steps = script.steps
    self.size = size
    self.glyphs = glyphs
    self.turnMilliseconds = turnMilliseconds
    lastSurface = Surface(size, glyphs: glyphs)
  }

  /// Keeps the surface as the screen.
  public func draw(_ surface: Surface) {
    lastSurface = surface
    drawCount += 1
  }

  /// The next event of the script, nil for a turn without one, ``Event/endOfInput`` when it is over.
  public func nextEvent(timeoutMilliseconds: Int) -> Event? {
    while pending.isEmpty {
      guard !isClosed, failures.isEmpty, next < steps.count else { return .endOfInput }
      if run(steps[next].step, line: steps[next].line) { continue }
      let turn = min(turnMilliseconds, timeoutMilliseconds)
      if turn > 0 { Thread.sleep(forTimeInterval: Double(turn) / 1000) }
      return nil
    }
    let event = pending.removeFirst()
    if case .resize(let size) = event { self.size = size }
    return event
  }

  /// Nothing to do: nothing disturbs this screen.
  public func redraw() {}

  /// Counts the wish and continues at once, with ``Event/Signal/resume`` as the next event.
  public func suspend() {
    suspensions += 1
    pending.insert(.signal(.resume), at: 0)
  }

  /// Ends the script.
  public func close() { isClosed = true }

  /// All captured screens, one after the other.
  public var transcript: String { captures.map(\.text).joined(separator: "\n") }

  /// Does one step, or a turn of it; false while it is not over.
  private func run(_ step: TerminalScript.Step, line: Int) -> Bool {
    switch step {
    case .keys(let keys): pending += keys.map(Event.key)
    case .mouse(let mouse): pending.append(.mouse(mouse))
    case .paste(let text): pending.append(.paste(text))
    case .resize(let size): pending.append(.resize(size))
    case .signal(let signal): pending.append(.signal(signal))
    case .limit(let turns): limit = turns
    case .screen(let name):
      let capture = Capture(name: name, surface: lastSurface)
      captures.append(capture)
      onCapture?(capture)
    case .pause(let turns):
      if waited < turns { return turn() }
    case .condition(let name):
      guard let condition else { return fail("line \(line): nothing can tell whether `\(name)` holds") }
      if !condition(name) {
        return waited < limit ? turn() : fail("line \(line): `\(name)` did not hold within \(limit) turns")
      }
    case .until(let text):
      if !lastSurface.shows(text) {
        return waited < limit ? turn() : fail("line \(line): `\(text)` was not on the screen within \(limit) turns")
      }
    }
    next += 1
    waited = 0
    return true
  }

  private func turn() -> Bool {
    waited += 1
    return false
  }

  private func fail(_ message: String) -> Bool {
    failures.append(message)
    return true
  }
}
