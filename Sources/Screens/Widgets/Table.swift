/// Where a short text stands in its room.
public enum Alignment: Hashable, Sendable {
  case left, right, centre

  /// Blank columns before a text of `columns` in `width`.
  func indent(_ columns: Int, in width: Int) -> Int {
    switch self {
    case .left: 0
    case .right: max(0, width - columns)
    case .centre: max(0, (width - columns) / 2)
    }
  }
}

/// Rows under headed columns. Columns are as wide as their content; what does not fit is cut column by column from
/// the right, and an ellipsis shows where.
public struct Table: Widget {
  /// One column.
  public struct Column: Hashable, Sendable {
    /// The head.
    public var title: String
    /// Where cells and head stand.
    public var alignment: Alignment
    /// The widest it may get.
    public var limit: Int
    /// Whether it takes the room that the others leave.
    public var isFlexible: Bool

    /// A column under this head.
    public init(_ title: String, _ alignment: Alignment = .left, limit: Int = 40, flexible: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.limit = limit
      isFlexible = flexible
    }
  }

  /// The columns from left to right.
  public var columns: [Column]
  /// Cells by row; missing cells are blank.
  public var rows: [[Line]]
  /// The selected row; nil for none.
  public var selection: Int?
  /// The first row shown before; see ``Scrolling/offset(count:visible:selection:previous:)``.
  public var offset: Int
  /// Whether keys go to this table.
  public var isFocused: Bool
  /// What stands under the head of an empty table.
  public var placeholder: String

  /// A table of these rows.
  public init(
    _ columns: [Column], rows: [[Line]], selection: Int? = nil, offset: Int = 0, focused: Bool = true,
    placeholder: String = "nothing here"
  ) {
    self.columns = columns
    self.rows = rows
    self.selection = selection
    self.offset = offset
    isFocused = focused
    self.placeholder = placeholder
  }

  /// The columns' widths within `width` cells, two blanks between neighbours.
  public func widths(within width: Int) -> [Int] {
    var left = max(0, width)
    var widths = columns.enumerated().map { index, column in
      let content = rows.reduce(column.title.columns) { max($0, index < $1.count ? $1[index].columns : 0) }
      let wish = min(content, max(column.title.columns, column.limit))
      let gap = index == 0 ? 0 : 2
      let given = max(0, min(wish, left - gap))
      left = max(0, left - given - gap)
      return given
    }
    if left > 0, let flexible = columns.firstIndex(where: \.isFlexible) { widths[flexible] += left }
    return widths
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    surface.withClip(rect) { surface in
      let hasBar = rows.count > rect.height - 1 && rect.width > 4
      let mark = selection == nil ? 0 : 2
      let inner = Rect(
        x: rect.x + mark, y: rect.y, width: rect.width - mark - (hasBar ? 1 : 0), height: rect.height)
      let widths = widths(within: inner.width)
      drawRow(columns.map { Line($0.title, role: .title) }, widths, y: rect.y, in: inner, role: nil, into: &surface)
      let body = rect.dropping(rows: 1)
      if rows.isEmpty {
        surface.text(placeholder, x: body.x, y: body.y, limit: body.width, role: .dim)
        return
      }
      let first = Scrolling.offset(count: rows.count, visible: body.height, selection: selection, previous: offset)
      for row in 0..<min(body.height, rows.count - first) {
        let y = body.y + row
        var role: Role?
        if first + row == selection {
          role = isFocused ? .selection : .inactiveSelection
          let width = rect.width - (hasBar ? 1 : 0)
          surface.fill(Rect(x: rect.x, y: y, width: width, height: 1), role: role ?? .text)
          surface.put(surface.glyphs.selected, x: rect.x, y: y, role: role ?? .text)
          if isFocused { surface.placeCursor(x: rect.x, y: y) }
        }
        drawRow(rows[first + row], widths, y: y, in: inner, role: role, into: &surface)
      }
      if hasBar { ScrollBar(count: rows.count, first: first).draw(into: &surface, in: body) }
    }
  }

  private func drawRow(
    _ cells: [Line], _ widths: [Int], y: Int, in rect: Rect, role: Role?, into surface: inout Surface
  ) {
    var x = rect.x
    for (index, width) in widths.enumerated() {
      if index < cells.count {
        let cell = cells[index]
        let indent = columns[index].alignment.indent(cell.columns, in: width)
        cell.draw(into: &surface, x: x + indent, y: y, limit: width - indent, role: role)
      }
      x += width + 2
    }
  }
}
