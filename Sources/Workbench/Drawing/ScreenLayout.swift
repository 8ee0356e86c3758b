import Screens

/// Where everything stands on a screen of some size.
///
/// From 80×24 on editing panels stand on the left and measurements on the right; from 110×34 on all six are seen at
/// once. Smaller
/// screens show fewer panels, the focused one always. Below ``smallest`` there is only a message.
public struct ScreenLayout: Hashable, Sendable {
  /// A panel and its place.
  public struct Place: Hashable, Sendable {
    public var panel: PanelKind
    public var rect: Rect
  }

  /// The size below which nothing but a message is shown.
  public static let smallest = Size(width: 40, height: 10)

  public static func fits(_ size: Size) -> Bool { size.width >= smallest.width && size.height >= smallest.height }

  /// The rows that the editing panels would fill.
  struct EditorRows {
    var network: Int
    var strategy: Int
    /// Whether a layer's form is open, which needs room below the list.
    var hasForm: Bool
  }

  /// Name of the scene and state of the run.
  public let status: Rect
  /// What is worth knowing now.
  public let notes: Rect
  /// The names of all panels, where not all are on screen; else empty.
  public let tabs: Rect
  public let footer: Rect
  public let panels: [Place]
  private let focus: PanelKind

  /// The layout of a state on a screen of its size, or of another one.
  public init(_ state: WorkbenchState, size: Size? = nil) {
    self.init(
      size: size ?? state.size, focus: state.focus, isExpanded: state.isExpanded,
      devices: state.shown?.deviceCount ?? 1,
      editorRows: EditorRows(
        network: state.networkLineCount + 4 + (state.form == nil ? 0 : state.formFields.count + 2),
        strategy: state.strategyFields.count + 12, hasForm: state.form != nil && state.focus == .network))
  }

  init(size: Size, focus: PanelKind, isExpanded: Bool, devices: Int, editorRows: EditorRows) {
    self.focus = focus
    let screen = Rect(size)
    let isWhole = size.width >= 110 && size.height >= 34
    let hasTabs = isExpanded || !isWhole
    let rows = screen.rows([.fixed(1), .fixed(1), .fixed(hasTabs ? 1 : 0), .share(), .fixed(1)])
    status = rows[0]
    notes = rows[1]
    tabs = rows[2]
    footer = rows[4]
    let body = rows[3]
    if isExpanded || size.width < 60 || size.height < 16 {
      panels = [Place(panel: focus, rect: body)]
    } else if isWhole {
      panels = Self.whole(body, focus: focus, devices: devices, editorRows: editorRows)
    } else if size.width >= 80, size.height >= 22 {
      panels = Self.standard(body, focus: focus, devices: devices, editorRows: editorRows)
    } else {
      panels = Self.small(body, focus: focus)
    }
  }

  /// All six panels.
  private static func whole(_ body: Rect, focus: PanelKind, devices: Int, editorRows: EditorRows) -> [Place] {
    let columns = body.columns([.fixed(max(46, body.width * 2 / 5)), .share()])
    let editors = editors(columns[0], focus: focus, editorRows)
    let lanes = min(max(devices, 1), body.height / 4)
    let right = columns[1].rows([.fixed(min(lanes + 6, body.height / 2)), .share(1), .share(1)])
    let middle = right[1].columns([.share(), .share()])
    return editors + [
      Place(panel: .timeline, rect: right[0]), Place(panel: .devices, rect: middle[0]),
      Place(panel: .communication, rect: middle[1]), Place(panel: .learning, rect: right[2]),
    ]
  }

  /// Both editors, timeline, devices, and one of communication and learning.
  private static func standard(_ body: Rect, focus: PanelKind, devices: Int, editorRows: EditorRows) -> [Place] {
    let columns = body.columns([.fixed(max(36, body.width * 2 / 5)), .share()])
    let lanes = min(max(devices, 1), 8)
    let third = (body.height + 2) / 3
    let right = columns[1].rows([.fixed(min(lanes + 4, third)), .fixed(min(lanes + 3, third)), .share()])
    return editors(columns[0], focus: focus, editorRows) + [
      Place(panel: .timeline, rect: right[0]), Place(panel: .devices, rect: right[1]),
      Place(panel: focus == .communication ? .communication : .learning, rect: right[2]),
    ]
  }

  /// The focused panel and its counterpart on the other side of editing and measuring.
  private static func small(_ body: Rect, focus: PanelKind) -> [Place] {
    if focus.isEditor {
      let rows = body.rows([.share(), .fixed(min(6, body.height / 2))])
      return [Place(panel: focus, rect: rows[0]), Place(panel: .timeline, rect: rows[1])]
    }
    guard focus != .timeline else {
      let rows = body.rows([.share(), .fixed(min(6, body.height / 2))])
      return [Place(panel: .timeline, rect: rows[0]), Place(panel: .devices, rect: rows[1])]
    }
    let rows = body.rows([.fixed(min(6, body.height / 2)), .share()])
    return [Place(panel: .timeline, rect: rows[0]), Place(panel: focus, rect: rows[1])]
  }

  /// Network above strategy. Where both do not get what they would fill, the one with the keys gets more.
  private static func editors(_ column: Rect, focus: PanelKind, _ wanted: EditorRows) -> [Place] {
    let height = column.height
    let network =
      if height >= wanted.network + wanted.strategy { wanted.network } else {
        switch focus {
        case .network: min(wanted.network, max(height - (wanted.hasForm ? 5 : 8), height / 2))
        case .strategy: max(height - wanted.strategy, min(7, height / 2))
        default: min(wanted.network, height / 2)
        }
      }
    let rows = column.rows([.fixed(network), .share()])
    return [Place(panel: .network, rect: rows[0]), Place(panel: .strategy, rect: rows[1])]
  }

  /// The row of tabs as a widget; where not all titles fit, those of the other panels are shortened.
  static func tabs(focus: PanelKind, width: Int) -> Tabs {
    let whole = Tabs(PanelKind.allCases.map(\.title), selection: focus.rawValue)
    guard let last = whole.ranges().last, last.upperBound > width else { return whole }
    return Tabs(
      PanelKind.allCases.map { $0 == focus ? $0.title : String($0.title.prefix(4)) }, selection: focus.rawValue)
  }

  /// The panel whose tab is at a place.
  func tab(at place: Point) -> PanelKind? {
    guard tabs.contains(x: place.x, y: place.y) else { return nil }
    let ranges = Self.tabs(focus: focus, width: tabs.width).ranges()
    return ranges.firstIndex { $0.contains(place.x - tabs.x) }.flatMap(PanelKind.init(rawValue:))
  }
}
