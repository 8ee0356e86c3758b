/// What several lanes did over time, one row each, above a time axis.
///
/// A cell shows the kind (role and glyph) that covers most of its time: reversed where that kind covers at least half
/// of the cell, plain where it covers less, and the idle glyph where nothing happened. A span that is wide enough
/// shows its label, drawn out with a stroke.
public struct TimelineWidget: Widget {
  /// One thing that a lane did.
  public struct Span: Hashable, Sendable {
    /// Seconds.
    public var start: Double
    /// Seconds, not before `start`.
    public var end: Double
    /// Its colour.
    public var role: Role
    /// What cells show where the label has no room: the sign that does not depend on colour.
    public var glyph: Unicode.Scalar
    /// What the span shows where there is room.
    public var label: String

    /// A span from `start` to `end`, in seconds.
    public init(start: Double, end: Double, role: Role, glyph: Unicode.Scalar, label: String = "") {
      self.start = start
      self.end = end
      self.role = role
      self.glyph = glyph
      self.label = label
    }
  }

  /// One row.
  public struct Lane: Hashable, Sendable {
    /// What the lane is called.
    public var label: String
    /// In order of start, not overlapping.
    public var spans: [Span]

    /// A lane with these spans, in order.
    public init(_ label: String, spans: [Span]) {
      self.label = label
      self.spans = spans
    }
  }

  /// A span by its place in the widget.
  public struct SpanIndex: Hashable, Sendable {
    /// The lane, from 0.
    public var lane: Int
    /// The span within its lane, from 0.
    public var span: Int

    /// The place of a span.
    public init(lane: Int, span: Int) {
      self.lane = lane
      self.span = span
    }
  }

  /// The rows from top to bottom.
  public var lanes: [Lane]
  /// The visible time in seconds. A window without length shows nothing.
  public var window: ClosedRange<Double>
  /// The highlighted span.
  public var selection: SpanIndex?
  /// The lane that must be visible, where no span is selected.
  public var selectedLane: Int?
  /// The first lane shown before.
  public var laneOffset: Int
  /// What an empty cell shows.
  public var idleGlyph: Unicode.Scalar
  /// Whether keys go to this timeline: the selected span then gets the hardware cursor.
  public var isFocused: Bool

  /// A view of these lanes during `window`, in seconds.
  public init(
    _ lanes: [Lane], window: ClosedRange<Double>, selection: SpanIndex? = nil, selectedLane: Int? = nil,
    laneOffset: Int = 0, idleGlyph: Unicode.Scalar = "·", focused: Bool = true
  ) {
    isFocused = focused
    self.lanes = lanes
    self.window = window
    self.selection = selection
    self.selectedLane = selectedLane
    self.laneOffset = laneOffset
    self.idleGlyph = idleGlyph
  }

  /// Columns for the lanes' labels within `width`, with the blank behind them.
  public func labelWidth(within width: Int) -> Int {
    min(lanes.map(\.label.columns).max() ?? 0, width / 3) + 1
  }

  /// The time in seconds at the left edge of a column, for zooming at a place; nil left of the lanes and outside.
  public func time(atColumn x: Int, in rect: Rect) -> Double? {
    let label = labelWidth(within: rect.width)
    guard x >= rect.x + label, x < rect.maxX else { return nil }
    let share = Double(x - rect.x - label) / Double(rect.width - label)
    return window.lowerBound + share * (window.upperBound - window.lowerBound)
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let length = window.upperBound - window.lowerBound
    let hasAxis = rect.height > 1
    let body = Rect(x: rect.x, y: rect.y, width: rect.width, height: rect.height - (hasAxis ? 1 : 0))
    let marked = selection?.lane ?? selectedLane
    let first = Scrolling.offset(count: lanes.count, visible: body.height, selection: marked, previous: laneOffset)
    let labels = labelWidth(within: rect.width)
    let area = rect.dropping(columns: labels)
    surface.withClip(rect) { surface in
      for row in 0..<min(body.height, lanes.count - first) {
        let lane = first + row
        let role: Role = lane == marked ? .accent : .text
        surface.text(lanes[lane].label, x: rect.x, y: rect.y + row, limit: labels - 1, role: role)
        guard length > 0, length.isFinite, !area.isEmpty else { continue }
        draw(lane: lane, into: &surface, in: area.row(row))
      }
      if hasAxis, length > 0, length.isFinite {
        TimeAxis(window: window).draw(into: &surface, in: area.row(rect.height - 1))
      }
    }
  }

  // MARK: Cells

  /// The share of one cell that one kind covers.
  private struct Tally {
    var span: Int
    var share: Double
  }

  private func draw(lane: Int, into surface: inout Surface, in row: Rect) {
    let spans = lanes[lane].spans
    let perCell = (window.upperBound - window.lowerBound) / Double(row.width)
    guard perCell > 0 else { return }
    var tallies: [[Tally]] = Array(repeating: [], count: row.width)
    for index in visible(in: spans) {
      let span = spans[index]
      let start = min(max(0, (span.start - window.lowerBound) / perCell), Double(row.width))
      let end = min(max(start, (span.end - window.lowerBound) / perCell), Double(row.width))
      guard end > start else { continue }
      for cell in Int(start)...min(Int(end), row.width - 1) where cell < row.width {
        let share = min(end, Double(cell + 1)) - max(start, Double(cell))
        guard share > 0 else { continue }
        let isSelected = SpanIndex(lane: lane, span: index) == selection
        let known = tallies[cell].firstIndex {
          spans[$0.span].glyph == span.glyph && spans[$0.span].role == span.role
        }
        if let known {
          tallies[cell][known].share += share
          // Of several spans of one kind in a cell the selected one stands for them.
          if isSelected { tallies[cell][known].span = index }
        } else {
          tallies[cell].append(Tally(span: index, share: share))
        }
      }
    }
    let winners = tallies.map { $0.max { $0.share < $1.share } }
    draw(winners, lane: lane, into: &surface, in: row)
  }

  /// The indices of spans that may reach into the window; spans are in order of start.
  private func visible(in spans: [Span]) -> Range<Int> {
    func partition(_ isBefore: (Span) -> Bool) -> Int {
      var low = 0
      var high = spans.count
      while low < high {
        let middle = (low + high) / 2
        if isBefore(spans[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let first = partition { $0.end <= window.lowerBound }
    let last = partition { $0.start < window.upperBound }
    return first..<max(first, last)
  }

  private func draw(_ winners: [Tally?], lane: Int, into surface: inout Surface, in row: Rect) {
    let spans = lanes[lane].spans
    var cell = 0
    while cell < winners.count {
      guard let winner = winners[cell] else {
        surface.put(idleGlyph, x: row.x + cell, y: row.y, role: .idle)
        cell += 1
        continue
      }
      let span = spans[winner.span]
      var end = cell + 1
      while end < winners.count, winners[end]?.span == winner.span { end += 1 }
      let isSelected = selection == SpanIndex(lane: lane, span: winner.span)
      let room = end - cell
      let hasLabel = !span.label.isEmpty && span.label.columns <= room
      for x in cell..<end {
        let isFull = (winners[x]?.share ?? 0) >= 0.5
        let attributes: Attributes = isSelected ? [.bold, .underline] : isFull ? .reverse : []
        let glyph = hasLabel ? surface.glyphs.horizontal : span.glyph
        surface.put(glyph, x: row.x + x, y: row.y, role: span.role, attributes: attributes)
      }
      if hasLabel {
        let attributes: Attributes = isSelected ? [.bold, .underline] : .reverse
        surface.text(span.label, x: row.x + cell, y: row.y, role: span.role, attributes: attributes)
      }
      if isSelected, isFocused { surface.placeCursor(x: row.x + cell, y: row.y) }
      cell = end
    }
  }
}
