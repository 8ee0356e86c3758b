/// A list of which one entry may be selected. The selected entry is tinted and marked with a glyph.
public struct ListWidget: Widget {
  /// The entries from top to bottom.
  public var items: [Line]
  /// The selected entry; nil for none.
  public var selection: Int?
  /// The first entry shown before; see ``Scrolling/offset(count:visible:selection:previous:)``.
  public var offset: Int
  /// Whether keys go to this list: its selection is drawn stronger and gets the hardware cursor.
  public var isFocused: Bool
  /// What stands in an empty list.
  public var placeholder: String

  /// A list of these entries.
  public init(
    _ items: [Line], selection: Int? = nil, offset: Int = 0, focused: Bool = true, placeholder: String = "nothing here"
  ) {
    self.items = items
    self.selection = selection
    self.offset = offset
    isFocused = focused
    self.placeholder = placeholder
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    surface.withClip(rect) { surface in
      if items.isEmpty {
        surface.text(placeholder, x: rect.x, y: rect.y, limit: rect.width, role: .dim)
        return
      }
      let first = Scrolling.offset(
        count: items.count, visible: rect.height, selection: selection, previous: offset)
      let hasBar = items.count > rect.height && rect.width > 3
      let width = hasBar ? rect.width - 1 : rect.width
      for row in 0..<min(rect.height, items.count - first) {
        let index = first + row
        let isSelected = index == selection
        let tint: Role? = isSelected ? (isFocused ? .selection : .inactiveSelection) : nil
        let y = rect.y + row
        if let tint {
          surface.fill(Rect(x: rect.x, y: y, width: width, height: 1), role: tint)
          surface.put(surface.glyphs.selected, x: rect.x, y: y, role: tint)
          if isFocused { surface.placeCursor(x: rect.x, y: y) }
        }
        items[index].draw(into: &surface, x: rect.x + 2, y: y, limit: width - 2, role: tint)
      }
      if hasBar { ScrollBar(count: items.count, first: first).draw(into: &surface, in: rect) }
    }
  }
}

/// A scroll bar in the last column: which part of `count` rows is seen.
struct ScrollBar: Widget {
  var count: Int
  var first: Int

  func draw(into surface: inout Surface, in rect: Rect) {
    guard rect.height > 0, rect.width > 0, count > rect.height else { return }
    let x = rect.maxX - 1
    surface.fill(Rect(x: x, y: rect.y, width: 1, height: rect.height), surface.glyphs.scrollTrack, role: .dim)
    let length = max(1, rect.height * rect.height / count)
    let start = (rect.height - length) * first / max(1, count - rect.height)
    surface.fill(
      Rect(x: x, y: rect.y + start, width: 1, height: length), surface.glyphs.scrollThumb, role: .dim)
  }
}
