/// A fraction as a bar, in eighths of a cell where the glyphs allow.
public struct Gauge: Widget {
  /// 0 to 1; nil where it is not known, drawn as `n/a` and never as an empty bar.
  public var fraction: Double?
  /// What stands before the bar.
  public var label: String
  /// What stands behind the bar, as `87.5 %`.
  public var text: String
  /// Its colour.
  public var role: Role
  /// Columns for the label; by its length where nil. Give gauges under each other the same.
  public var labelWidth: Int?

  /// A gauge of a fraction between 0 and 1.
  public init(_ fraction: Double?, label: String = "", text: String = "", role: Role = .good, labelWidth: Int? = nil) {
    self.fraction = fraction
    self.label = label
    self.text = text
    self.role = role
    self.labelWidth = labelWidth
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    surface.withClip(rect) { surface in
      let known = fraction.flatMap { $0.isFinite ? min(max($0, 0), 1) : nil }
      let labelWidth = min(max(0, labelWidth ?? label.columns), rect.width / 2)
      surface.text(label, x: rect.x, y: rect.y, limit: labelWidth)
      let text = known == nil && text.isEmpty ? Format.unknown : text
      let textWidth = min(text.columns, rect.width / 2)
      surface.text(text, x: rect.maxX - textWidth, y: rect.y, limit: textWidth)
      let left = labelWidth == 0 ? 0 : labelWidth + 1
      let right = textWidth == 0 ? 0 : textWidth + 1
      let bar = Rect(x: rect.x + left, y: rect.y, width: rect.width - left - right, height: 1)
      Self.bar(known ?? 0, role: role, into: &surface, in: bar)
    }
  }

  static func bar(_ fraction: Double, role: Role, into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let glyphs = surface.glyphs
    surface.fill(rect, glyphs.emptyBar, role: .grid)
    let eighths = Int((fraction * Double(rect.width * 8)).rounded())
    surface.fill(Rect(x: rect.x, y: rect.y, width: eighths / 8, height: 1), glyphs.barEighths[8], role: role)
    let rest = glyphs.barEighths[eighths % 8]
    if rest != " ", eighths / 8 < rect.width { surface.put(rest, x: rect.x + eighths / 8, y: rect.y, role: role) }
  }
}

/// A total divided into parts, each drawn with its own glyph, under it a legend where there is room.
public struct StackedBar: Widget {
  /// One part.
  public struct Segment: Hashable, Sendable {
    /// Its length, in the unit of the total.
    public var value: Double
    /// Its colour.
    public var role: Role
    /// What its cells show: the sign that does not depend on colour.
    public var glyph: Unicode.Scalar
    /// For the legend.
    public var label: String

    /// A part of this value.
    public init(_ value: Double, role: Role, glyph: Unicode.Scalar, label: String) {
      self.value = value
      self.role = role
      self.glyph = glyph
      self.label = label
    }
  }

  /// The parts from left to right.
  public var segments: [Segment]
  /// What the full width stands for; the sum of the segments where nil. A larger sum is cut off at the right.
  public var total: Double?
  /// Whether the rows below the bar name the parts.
  public var showsLegend: Bool

  /// A bar of these parts.
  public init(_ segments: [Segment], total: Double? = nil, legend: Bool = false) {
    self.segments = segments
    self.total = total
    showsLegend = legend
  }

  /// Cells for each segment in `width`: rounded so that each boundary is right to half a cell.
  public func cells(within width: Int) -> [Int] {
    let values = segments.map { $0.value.isFinite ? max(0, $0.value) : 0 }
    let whole = total.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } ?? values.reduce(0, +)
    guard whole > 0, whole.isFinite, width > 0 else { return segments.map { _ in 0 } }
    var sum = 0.0
    var drawn = 0
    return values.map { value in
      sum += value
      let end = min(width, Int((min(1, sum / whole) * Double(width)).rounded()))
      defer { drawn = end }
      return end - drawn
    }
  }

  /// The legend in one line: glyph and label of each segment.
  public var legend: Line {
    var line = Line("")
    for (index, segment) in segments.enumerated() {
      line =
        line + Line(index == 0 ? "" : "  ") + Line(String(Character(segment.glyph)), role: segment.role)
        + Line("\u{a0}\(segment.label)")
    }
    return line
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    surface.withClip(rect) { surface in
      let bar = rect.row(0)
      surface.fill(bar, surface.glyphs.emptyBar, role: .grid)
      var x = rect.x
      for (segment, width) in zip(segments, cells(within: rect.width)) {
        surface.fill(Rect(x: x, y: rect.y, width: width, height: 1), segment.glyph, role: segment.role)
        x += width
      }
      if showsLegend {
        Paragraph([legend]).draw(into: &surface, in: rect.dropping(rows: 1))
      }
    }
  }
}

/// Labelled values as horizontal bars to a common scale: histograms and comparisons.
public struct BarChart: Widget {
  /// One bar.
  public struct Bar: Hashable, Sendable {
    /// What stands before the bar.
    public var label: String
    /// Nil where it is not known.
    public var value: Double?
    /// What stands behind the bar.
    public var text: String
    /// Its colour.
    public var role: Role

    /// A bar of this value.
    public init(_ label: String, _ value: Double?, text: String, role: Role = .accent) {
      self.label = label
      self.value = value
      self.text = text
      self.role = role
    }
  }

  /// The bars from top to bottom.
  public var bars: [Bar]
  /// The value of a full bar; the largest where nil.
  public var maximum: Double?

  /// Bars to one scale.
  public init(_ bars: [Bar], maximum: Double? = nil) {
    self.bars = bars
    self.maximum = maximum
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    let largest = maximum ?? bars.compactMap(\.value).filter(\.isFinite).max() ?? 0
    let labelWidth = bars.map(\.label.columns).max() ?? 0
    let textWidth = bars.map(\.text.columns).max() ?? 0
    for (row, bar) in bars.prefix(rect.height).enumerated() {
      let fraction = bar.value.map { largest > 0 ? $0 / largest : 0 }
      let padding = String(repeating: " ", count: max(0, textWidth - bar.text.columns))
      Gauge(fraction, label: bar.label, text: padding + bar.text, role: bar.role, labelWidth: labelWidth)
        .draw(into: &surface, in: rect.row(row))
    }
  }
}

/// Values over time in one row, as columns of eighths; the newest at the right.
public struct Sparkline: Widget {
  /// Oldest first; nil leaves a gap.
  public var values: [Double?]
  /// The value of a full column; the largest where nil.
  public var maximum: Double?
  /// Its colour.
  public var role: Role

  /// The last of these values, as many as there are columns.
  public init(_ values: [Double?], maximum: Double? = nil, role: Role = .curve1) {
    self.values = values
    self.maximum = maximum
    self.role = role
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let shown = values.suffix(rect.width).map { value in value.flatMap { $0.isFinite ? $0 : nil } }
    let largest = maximum ?? shown.compactMap { $0 }.max() ?? 0
    surface.withClip(rect.row(0)) { surface in
      for (index, value) in shown.enumerated() {
        guard let value else { continue }
        let height = largest > 0 ? min(1, max(0, value / largest)) : 0
        let glyph = surface.glyphs.columnEighths[Int((height * 8).rounded())]
        surface.put(glyph, x: rect.maxX - shown.count + index, y: rect.y, role: role)
      }
    }
  }
}
