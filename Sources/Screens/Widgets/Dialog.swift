/// A question or message in a frame in the middle, with answers to choose from.
public struct Dialog: Widget {
  /// What stands in the frame.
  public var title: String
  /// The question or message.
  public var body: Paragraph
  /// The answers; none for a plain message.
  public var answers: [String]
  /// The selected entry.
  public var selection: Int
  /// The widest it gets.
  public var width: Int

  /// A dialog, with the first answer selected unless told otherwise.
  public init(title: String, body: Paragraph, answers: [String] = [], selection: Int = 0, width: Int = 60) {
    self.title = title
    self.body = body
    self.answers = answers
    self.selection = selection
    self.width = width
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    let outer = min(max(8, width), rect.width)
    let text = body.height(width: max(0, outer - 4))
    let place = rect.centred(width: outer, height: text + 2 + (answers.isEmpty ? 0 : 2))
    surface.withClip(place) { surface in
      surface.fill(place)
      let inside = surface.box(place, title: title, focused: true).inset(horizontal: 1)
      // Answers stay visible where the text has to be cut.
      let parts = inside.rows([.share(), .fixed(answers.isEmpty ? 0 : 1)])
      body.draw(into: &surface, in: parts[0])
      var x = parts[1].x
      for (index, answer) in answers.enumerated() where parts[1].height > 0 {
        let isSelected = index == selection
        let text = isSelected ? "[\(answer)]" : " \(answer) "
        let room = parts[1].maxX - x
        if isSelected { surface.placeCursor(x: min(x, parts[1].maxX), y: parts[1].y) }
        x += surface.text(text, x: x, y: parts[1].y, limit: room, role: isSelected ? .selection : .text) + 1
      }
    }
  }
}

/// A list to choose from in a frame in the middle; with a filter it is a command palette.
public struct Menu: Widget {
  /// What stands in the frame.
  public var title: String
  /// What there is to choose from.
  public var items: [Line]
  /// The selected entry.
  public var selection: Int?
  /// What has been typed to narrow the list; nil where it cannot be narrowed. The caller narrows `items`.
  public var filter: TextField?
  /// The widest it gets.
  public var width: Int
  /// The most entries seen at once.
  public var visible: Int

  /// A menu; `visible` is the most entries seen at once.
  public init(
    title: String, items: [Line], selection: Int?, filter: TextField? = nil, width: Int = 60, visible: Int = 15
  ) {
    self.title = title
    self.items = items
    self.selection = selection
    self.filter = filter
    self.width = width
    self.visible = visible
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    let entries = max(1, filter == nil ? min(visible, items.count) : visible)
    let place = rect.centred(width: min(max(8, width), rect.width), height: entries + 2 + (filter == nil ? 0 : 1))
    surface.withClip(place) { surface in
      surface.fill(place)
      let inside = surface.box(place, title: title, focused: true)
      let parts = inside.rows([.fixed(filter == nil ? 0 : 1), .share()])
      ListWidget(items, selection: selection, placeholder: "no match").draw(into: &surface, in: parts[1])
      // Drawn last: while one types, the cursor belongs into the filter.
      filter?.draw(into: &surface, in: parts[0])
    }
  }
}

/// What is shown where a screen is too small for anything else: the size it has and the size it needs.
public struct TooSmall: Widget {
  /// The least size that is enough.
  public var needed: Size
  /// How to leave, as `q quits`.
  public var note: String

  /// A message that names this size.
  public init(needed: Size, note: String) {
    self.needed = needed
    self.note = note
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    let text = "too small: \(rect.size)\nneeded: \(needed)\n\(note)"
    Paragraph(text, role: .warning).draw(into: &surface, in: rect)
  }
}
