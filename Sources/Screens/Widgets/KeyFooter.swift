/// The keys that count now, in one row. Entries that do not fit are left out from the end.
public struct KeyFooter: Widget {
  /// One key (or several that do the same) with what it does.
  public struct Entry: Hashable, Sendable {
    /// The keys, which all do the same.
    public var keys: [Key]
    /// What it is called.
    public var title: String

    /// An entry for these keys.
    public init(keys: [Key], title: String) {
      self.keys = keys
      self.title = title
    }
  }

  /// The entries in the order of their importance.
  public var entries: [Entry]

  /// A footer of these entries.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    surface.withClip(rect.row(0)) { surface in
      var x = rect.x
      for entry in entries {
        let keys = entry.keys.map { $0.label(surface.glyphs) }.joined(separator: "/")
        guard x + keys.columns + 1 + entry.title.columns <= rect.maxX else { return }
        x += surface.text(keys, x: x, y: rect.y, role: .key) + 1
        x += surface.text(entry.title, x: x, y: rect.y, role: .dim) + 2
      }
    }
  }
}

/// All keys that count now, by context, in a frame over everything else; can be narrowed and scrolled.
public struct HelpOverlay: Widget {
  /// One binding.
  public struct Entry: Hashable, Sendable {
    /// The keys, which all do the same.
    public var keys: [Key]
    /// What the keys do, in a sentence.
    public var text: String

    /// A binding of these keys.
    public init(keys: [Key], text: String) {
      self.keys = keys
      self.text = text
    }
  }

  /// The bindings of one context.
  public struct Section: Hashable, Sendable {
    /// What it is called.
    public var title: String
    /// The entries in the order of their importance.
    public var entries: [Entry]

    /// A section under this title.
    public init(title: String, entries: [Entry]) {
      self.title = title
      self.entries = entries
    }
  }

  /// What it is called.
  public var title: String
  /// The contexts, the innermost first.
  public var sections: [Section]
  /// Only entries whose keys or text contain this, in any case, are shown.
  public var filter: TextField?
  /// Lines left out above.
  public var scroll: Int

  /// Help on these sections.
  public init(title: String = "Keys", sections: [Section], filter: TextField? = nil, scroll: Int = 0) {
    self.title = title
    self.sections = sections
    self.filter = filter
    self.scroll = scroll
  }

  /// The lines of the help with the filter applied, what the keys do broken into lines of at most `width` columns.
  public func lines(_ glyphs: GlyphSet = .unicode, width: Int = .max) -> [Line] {
    let wanted = filter?.text.lowercased() ?? ""
    var lines: [Line] = []
    for section in sections {
      let rows = section.entries.map { ($0.keys.map { $0.label(glyphs) }.joined(separator: " "), $0.text) }
        .filter { wanted.isEmpty || "\($0.0) \($0.1)".lowercased().contains(wanted) }
      guard !rows.isEmpty else { continue }
      if !lines.isEmpty { lines.append("") }
      lines.append(Line(section.title, role: .title))
      for (keys, text) in rows {
        let padding = String(repeating: " ", count: max(2, 20 - keys.columns))
        let indent = 2 + keys.columns + padding.columns
        let parts = Line(text).wrapped(to: max(Self.narrowest, width - indent))
        lines.append(Line("  ") + Line(keys, role: .key) + Line(padding) + parts[0])
        lines += parts.dropFirst().map { Line(String(repeating: " ", count: indent)) + $0 }
      }
    }
    return lines.isEmpty ? [Line("no key does that", role: .dim)] : lines
  }

  /// Columns that what the keys do is given at least.
  private static let narrowest = 16
  /// Columns of a help that its lines do not have: its frame, and a margin on both sides.
  public static let frameColumns = 4

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    let longest = lines(surface.glyphs).map(\.columns).max() ?? 0
    let width = min(rect.width, max(40, longest + Self.frameColumns))
    let lines = lines(surface.glyphs, width: width - Self.frameColumns)
    let place = rect.centred(width: width, height: lines.count + 2 + (filter == nil ? 0 : 1))
    surface.withClip(place) { surface in
      surface.fill(place)
      let inside = surface.box(place, title: title, focused: true)
      let parts = inside.rows([.fixed(filter == nil ? 0 : 1), .share()])
      let first = min(max(0, scroll), max(0, lines.count - parts[1].height))
      Paragraph(lines, wraps: false, scroll: first).draw(into: &surface, in: parts[1].inset(horizontal: 1))
      if lines.count > parts[1].height {
        ScrollBar(count: lines.count, first: first).draw(into: &surface, in: parts[1])
      }
      surface.placeCursor(x: parts[1].x, y: parts[1].y)
      filter?.draw(into: &surface, in: parts[0])
    }
  }
}

/// Names of panels in one row, the shown one marked with brackets and colour; the number before each is its key.
public struct Tabs: Widget {
  /// What the panels are called.
  public var titles: [String]
  /// The shown panel.
  public var selection: Int
  /// Whether each title is preceded by its 1-based number.
  public var isNumbered: Bool

  /// Tabs of which one is selected.
  public init(_ titles: [String], selection: Int, numbered: Bool = true) {
    self.titles = titles
    self.selection = selection
    isNumbered = numbered
  }

  /// The columns of each tab within the widget, for the mouse.
  public func ranges() -> [Range<Int>] {
    var x = 0
    return titles.indices.map { index in
      let width = label(index).columns
      defer { x += width }
      return x..<x + width
    }
  }

  private func label(_ index: Int) -> String {
    let text = isNumbered ? "\(index + 1) \(titles[index])" : titles[index]
    return index == selection ? "[\(text)]" : " \(text) "
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let ranges = ranges()
    // Where not all fit, tabs on the left go out of sight until the shown one is seen whole.
    let end = ranges.indices.contains(selection) ? ranges[selection].upperBound : 0
    let shift = max(0, min(end - rect.width, ranges.indices.contains(selection) ? ranges[selection].lowerBound : 0))
    surface.withClip(rect.row(0)) { surface in
      for (index, range) in ranges.enumerated() {
        surface.text(
          label(index), x: rect.x + range.lowerBound - shift, y: rect.y, role: index == selection ? .accent : .dim)
      }
    }
  }
}
