import Screens

/// A key of a panel, for footer, help and the written list.
public struct PanelKey: Hashable, Sendable {
  /// All do the same, the first one for the footer.
  public var keys: [Key]
  /// One or two words.
  public var title: String
  /// A sentence.
  public var help: String

  init(_ keys: [Key], _ title: String, _ help: String) {
    self.keys = keys
    self.title = title
    self.help = help
  }
}

extension TimelineView {
  /// Every key that ``handle(_:_:)`` takes.
  public static let keys: [PanelKey] = [
    PanelKey([.character("w"), .character("+")], "zoom in", "zoom in, around the selected span or the middle"),
    PanelKey([.character("s"), .character("-")], "zoom out", "zoom out; while following, show more of the last steps"),
    PanelKey([.character("a"), .left], "left", "pan to the left and hold the view"),
    PanelKey([.character("d"), .right], "right", "pan to the right and hold the view"),
    PanelKey([.character(".")], "next", "select the next event of the device"),
    PanelKey([.character(",")], "previous", "select the previous event of the device"),
    PanelKey([.up, .character("k")], "device up", "go to the device above"),
    PanelKey([.down, .character("j")], "device down", "go to the device below"),
    PanelKey([.character("f")], "focus", "fill the view with the selected event, then with all kept steps"),
    PanelKey([.character("m")], "mark", "mark a time to measure from; again to remove the mark"),
    PanelKey([.character("c")], "path", "show the critical path in a row of its own, and hold the view"),
    PanelKey([.enter], "details", "describe the selected event in full"),
    PanelKey([.home], "first", "go to the oldest step that is kept"),
    PanelKey([.end], "newest", "follow the newest steps again"),
    PanelKey([.escape], "let go", "drop selection and mark"),
  ]

  /// Does what a key stands for; false where the key is none of the timeline's, or Escape had nothing to let go.
  public mutating func handle(_ key: Key, _ measurements: Measurements) -> Bool {
    switch key {
    case .character("w"), .character("+"): zoom(by: 0.5, measurements)
    case .character("s"), .character("-"): zoom(by: 2, measurements)
    case .character("a"), .left: pan(by: -0.25, measurements)
    case .character("d"), .right: pan(by: 0.25, measurements)
    case .character("."): selectEvent(forward: true, measurements)
    case .character(","): selectEvent(forward: false, measurements)
    case .up, .character("k"): moveLane(by: -1, measurements)
    case .down, .character("j"): moveLane(by: 1, measurements)
    case .character("f"): focusOrFit(measurements)
    case .character("m"): toggleMark(measurements)
    case .character("c"): togglePath(measurements)
    case .enter: toggleDetails(measurements)
    case .home: goToBeginning(measurements)
    case .end: follow()
    case .escape: return dropSelection()
    default: return false
    }
    return true
  }
}

/// How the devices panel is shown.
public struct DevicesView: Hashable, Sendable {
  /// The first device shown, or of the expanded panel the first line, where not all fit.
  public private(set) var offset = 0

  public init() {}

  /// Every key that ``handle(_:_:)`` takes.
  public static let keys: [PanelKey] = [
    PanelKey([.down, .character("j")], "down", "scroll down"),
    PanelKey([.up, .character("k")], "up", "scroll up"),
    PanelKey([.pageDown, .control("d")], "more", "scroll down by a page"),
    PanelKey([.pageUp, .control("u")], "page up", "scroll up by a page"),
  ]

  /// Does what a key stands for; false where the key is none of this panel's.
  public mutating func handle(_ key: Key, _ measurements: Measurements) -> Bool {
    /// Lines of the tables that follow the bars.
    let last = measurements.deviceCount * 6 + 14
    switch key {
    case .down, .character("j"): offset = min(offset + 1, last)
    case .up, .character("k"): offset = max(0, offset - 1)
    case .pageDown, .control("d"): offset = min(offset + 10, last)
    case .pageUp, .control("u"): offset = max(0, offset - 10)
    default: return false
    }
    return true
  }
}

/// How the communication panel is shown.
public struct CommunicationView: Hashable, Sendable {
  /// What the matrix counts.
  public enum Unit: Hashable, Sendable {
    case bytes
    case messages
  }

  /// By what traffic is told apart.
  public enum Grouping: Hashable, Sendable {
    /// Pairs of devices.
    case peers
    /// Physical links, which pairs may share.
    case links
  }

  public private(set) var unit = Unit.bytes
  public private(set) var grouping = Grouping.peers
  /// The first kind of collective, or the first link, listed.
  public private(set) var offset = 0

  public init() {}

  /// Every key that ``handle(_:_:)`` takes.
  public static let keys: [PanelKey] = [
    PanelKey([.character("b")], "bytes/messages", "count bytes or messages in the matrix"),
    PanelKey(
      [.character("l")], "links/peers",
      "group by physical link or by pair of devices"),
    PanelKey([.down, .character("j")], "down", "scroll down"),
    PanelKey([.up, .character("k")], "up", "scroll up"),
  ]

  /// Does what a key stands for; false where the key is none of this panel's.
  public mutating func handle(_ key: Key, _ measurements: Measurements) -> Bool {
    switch key {
    case .character("b"): unit = unit == .bytes ? .messages : .bytes
    case .character("l"):
      grouping = grouping == .peers ? .links : .peers
      offset = 0
    case .down, .character("j"):
      let rows = grouping == .links ? measurements.facts.links?.wires.count ?? 0 : measurements.facts.terms.count
      offset = min(offset + 1, max(0, rows - 1))
    case .up, .character("k"): offset = max(0, offset - 1)
    default: return false
    }
    return true
  }
}

/// How the learning panel is shown.
public struct LearningView: Hashable, Sendable {
  public private(set) var isLogarithmic = false
  public private(set) var isSmoothed = false

  public init() {}

  /// Every key that ``handle(_:)`` takes.
  public static let keys: [PanelKey] = [
    PanelKey([.character("l")], "log scale", "draw the loss on a linear or logarithmic scale"),
    PanelKey([.character("o")], "smooth", "draw a moving average over the loss"),
  ]

  /// Does what a key stands for; false where the key is none of this panel's.
  public mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .character("l"): isLogarithmic.toggle()
    case .character("o"): isSmoothed.toggle()
    default: return false
    }
    return true
  }
}
