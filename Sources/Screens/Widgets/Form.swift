/// Labelled values of which one is selected and may be edited.
public struct Form: Widget {
  /// One row.
  public struct Field: Hashable, Sendable {
    /// What the value is called.
    public var label: String
    /// The value as text.
    public var value: Line
    /// What is wrong with the value, shown below it.
    public var error: String?
    /// What the value means or may be, shown behind it while it is selected.
    public var hint: String

    /// A field with its value.
    public init(_ label: String, _ value: Line, error: String? = nil, hint: String = "") {
      self.label = label
      self.value = value
      self.error = error
      self.hint = hint
    }
  }

  /// The rows from top to bottom.
  public var fields: [Field]
  /// The selected field.
  public var selection: Int?
  /// What is being typed in place of the selected value; nil while nothing is edited.
  public var editor: TextField?
  /// Whether keys go to this form.
  public var isFocused: Bool

  /// A form, with `editor` in place of the selected value.
  public init(_ fields: [Field], selection: Int? = nil, editor: TextField? = nil, focused: Bool = true) {
    self.fields = fields
    self.selection = selection
    self.editor = editor
    isFocused = focused
  }

  /// The rows that the fields take.
  public var height: Int { fields.reduce(0) { $0 + ($1.error == nil ? 1 : 2) } }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let labels = min((fields.map(\.label.columns).max() ?? 0) + 4, rect.width / 2 + 1)
    var rows: [(field: Int, isError: Bool)] = []
    for (index, field) in fields.enumerated() {
      rows.append((index, false))
      if field.error != nil { rows.append((index, true)) }
    }
    // The row to keep in sight is the last one of the selected field, its error included.
    let marked = selection.flatMap { selected in rows.lastIndex { $0.field == selected } }
    let first = Scrolling.offset(count: rows.count, visible: rect.height, selection: marked)
    surface.withClip(rect) { surface in
      for (offset, row) in rows.dropFirst(first).prefix(rect.height).enumerated() {
        let field = fields[row.field]
        let y = rect.y + offset
        if row.isError {
          let text = "\(surface.glyphs.no) \(field.error ?? "")"
          surface.text(text, x: rect.x + 4, y: y, limit: rect.width - 4, role: .error)
        } else {
          draw(field, isSelected: row.field == selection, labels: labels, into: &surface, in: rect.row(offset))
        }
      }
      // More fields above or below than are seen.
      if first > 0 { surface.put(surface.glyphs.up, x: rect.maxX - 1, y: rect.y, role: .key) }
      if first + rect.height < rows.count {
        surface.put(surface.glyphs.down, x: rect.maxX - 1, y: rect.maxY - 1, role: .key)
      }
    }
  }

  private func draw(_ field: Field, isSelected: Bool, labels: Int, into surface: inout Surface, in row: Rect) {
    let tint: Role? = isSelected ? (isFocused ? .selection : .inactiveSelection) : nil
    if let tint {
      surface.fill(Rect(x: row.x, y: row.y, width: labels, height: 1), role: tint)
      surface.put(surface.glyphs.selected, x: row.x, y: row.y, role: tint)
    }
    surface.text(field.label, x: row.x + 2, y: row.y, limit: labels - 3, role: tint ?? .text)
    let room = row.dropping(columns: labels)
    if isSelected, let editor {
      editor.draw(into: &surface, in: room)
      return
    }
    let used = field.value.draw(into: &surface, x: room.x, y: row.y, limit: room.width)
    if isSelected {
      if isFocused { surface.placeCursor(x: row.x, y: row.y) }
      surface.text(field.hint, x: room.x + used + 2, y: row.y, limit: room.width - used - 2, role: .dim)
    }
  }
}
