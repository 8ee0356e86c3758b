/// A matrix of values as shaded cells with text, rows and columns labelled: who sends to whom.
public struct HeatMap: Widget {
  /// One cell of the matrix.
  public struct Value: Hashable, Sendable {
    /// Its strength; nil where there is none or it is not known.
    public var amount: Double?
    /// What stands in the cell.
    public var text: String

    /// A cell of this strength with this text.
    public init(_ amount: Double?, _ text: String) {
      self.amount = amount
      self.text = text
    }
  }

  /// What the rows are called; as many rows are drawn.
  public var rowLabels: [String]
  /// What the columns are called; as many columns are drawn.
  public var columnLabels: [String]
  /// By row, then column; missing ones are blank.
  public var values: [[Value]]
  /// The amount of full strength; the largest where nil.
  public var maximum: Double?
  /// The selected row and column.
  public var selection: Point?
  /// What stands in the upper left corner, as `from \\ to`.
  public var corner: String
  /// Whether keys go to this map: the selected cell then gets the hardware cursor.
  public var isFocused: Bool

  /// A map of the values, row by row.
  public init(
    rows: [String], columns: [String], values: [[Value]], maximum: Double? = nil, selection: Point? = nil,
    corner: String = "", focused: Bool = true
  ) {
    isFocused = focused
    rowLabels = rows
    columnLabels = columns
    self.values = values
    self.maximum = maximum
    self.selection = selection
    self.corner = corner
  }

  private func value(_ row: Int, _ column: Int) -> Value? {
    row < values.count && column < values[row].count ? values[row][column] : nil
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let head = min(max(corner.columns, rowLabels.map(\.columns).max() ?? 0), rect.width / 2)
    let amounts = values.joined().compactMap(\.amount).filter(\.isFinite)
    let largest = maximum ?? amounts.max() ?? 0
    let texts = values.joined().map(\.text.columns).max() ?? 0
    // One cell for the shade, a blank, the text, and a blank before the next column.
    let full = max(texts + 2, columnLabels.map(\.columns).max() ?? 0) + 1
    let room = rect.width - head - 1
    let fitsText = columnLabels.isEmpty || full * columnLabels.count <= room
    // Without room for the texts the shades alone still show the pattern.
    let width = fitsText ? full : max(1, min(full, room / max(1, columnLabels.count)))
    let visibleColumns = min(columnLabels.count, max(0, room / max(1, width)))
    let firstColumn = Scrolling.offset(count: columnLabels.count, visible: visibleColumns, selection: selection?.x)
    let body = rect.dropping(rows: 1)
    let firstRow = Scrolling.offset(count: rowLabels.count, visible: body.height, selection: selection?.y)
    surface.withClip(rect) { surface in
      surface.text(corner, x: rect.x, y: rect.y, limit: head, role: .dim)
      for slot in 0..<visibleColumns {
        // The end of a label tells neighbours apart where all of it has no room.
        let label = columnLabels[firstColumn + slot].suffix(max(1, width - 1))
        surface.text(
          label, x: rect.x + head + 1 + slot * width, y: rect.y, limit: max(1, width - 1),
          role: .title)
      }
      for slot in 0..<min(body.height, rowLabels.count - firstRow) {
        let row = firstRow + slot
        surface.text(rowLabels[row], x: rect.x, y: body.y + slot, limit: head, role: .title)
        for columnSlot in 0..<visibleColumns {
          let column = firstColumn + columnSlot
          let place = Point(x: rect.x + head + 1 + columnSlot * width, y: body.y + slot)
          let isSelected = selection == Point(x: column, y: row)
          drawCell(value(row, column), largest, at: place, width: width, isSelected, into: &surface)
        }
      }
    }
  }

  private func drawCell(
    _ value: Value?, _ largest: Double, at place: Point, width: Int, _ isSelected: Bool, into surface: inout Surface
  ) {
    let attributes: Attributes = isSelected ? [.reverse] : []
    if isSelected {
      if isFocused { surface.placeCursor(x: place.x, y: place.y) }
      surface.fill(Rect(x: place.x, y: place.y, width: max(1, width - 1), height: 1), attributes: attributes)
    }
    guard let value else { return }
    if let amount = value.amount, amount.isFinite, amount > 0, largest > 0 {
      let count = Role.heat.count
      let level = min(count - 1, max(0, Int(min(1, amount / largest) * Double(count))))
      surface.put(surface.glyphs.shades[level], x: place.x, y: place.y, role: Role.heat[level], attributes: attributes)
    }
    surface.text(value.text, x: place.x + 2, y: place.y, limit: width - 3, attributes: attributes)
  }
}
