import Foundation

/// Curves over a common x axis, in braille dots or one mark per cell, with the axes' ends labelled.
///
/// Each series has a mark beside its role. Where several are drawn in dots, the mark stands in the middle and at the
/// end of each curve, so that curves are told apart without colour.
public struct LineChart: Widget {
  /// One curve.
  public struct Series: Hashable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Its colour.
    public var role: Role
    /// Values in order of x; nil and what is not finite leave a gap.
    public var points: [SeriesPoint]

    /// A curve through these points.
    public init(_ name: String, role: Role, points: [SeriesPoint]) {
      self.name = name
      self.role = role
      self.points = points
    }

    /// Values at 0, 1, 2, …
    public init(_ name: String, role: Role, values: [Double?]) {
      self.init(name, role: role, points: values.enumerated().map { SeriesPoint(Double($0.offset), $0.element) })
    }
  }

  /// One point of a curve.
  public struct SeriesPoint: Hashable, Sendable {
    /// The place on the x axis.
    public var x: Double
    /// The value; nil where there is none.
    public var y: Double?

    /// A point at x with a value.
    public init(_ x: Double, _ y: Double?) {
      self.x = x
      self.y = y
    }
  }

  /// The curves, later ones drawn over earlier ones.
  public var series: [Series]
  /// Whether y is logarithmic; values that are not positive are then left out.
  public var isLogarithmic: Bool
  /// The ends of the axes; from the data where nil.
  public var xRange: ClosedRange<Double>?
  /// The ends of the y axis; from the data where nil.
  public var yRange: ClosedRange<Double>?
  /// What x counts, as `step`.
  public var xName: String
  /// Whether the first row names the series.
  public var showsLegend: Bool

  /// Places on the x axis that get a stroke, as the begins of epochs.
  public var xMarks: [Double]

  /// A chart of these curves.
  public init(
    _ series: [Series], logarithmic: Bool = false, xRange: ClosedRange<Double>? = nil,
    yRange: ClosedRange<Double>? = nil, xName: String = "", legend: Bool = true, xMarks: [Double] = []
  ) {
    self.series = series
    self.xMarks = xMarks
    isLogarithmic = logarithmic
    self.xRange = xRange
    self.yRange = yRange
    self.xName = xName
    showsLegend = legend
  }

  /// The scaled value, or nil where there is nothing to draw.
  private func scaled(_ value: Double?) -> Double? {
    guard let value, value.isFinite else { return nil }
    if isLogarithmic { return value > 0 ? log10(value) : nil }
    return value
  }

  private func unscaled(_ value: Double) -> Double { isLogarithmic ? pow(10, value) : value }

  /// Counts, such as steps, are written without decimals.
  private static func label(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e6 ? Format.fixed(value, decimals: 0) : Format.number(value)
  }

  private static func bounds(_ values: [Double]) -> (low: Double, high: Double)? {
    guard let low = values.min(), let high = values.max() else { return nil }
    guard low == high else { return (low, high) }
    let margin = low == 0 ? 1 : abs(low) * 0.5
    return (low - margin, high + margin)
  }

  private func ranges() -> (x: (low: Double, high: Double), y: (low: Double, high: Double))? {
    let points = series.flatMap(\.points)
    let xs = xRange.map { [$0.lowerBound, $0.upperBound] } ?? points.map(\.x)
    let ys = yRange.map { [scaled($0.lowerBound), scaled($0.upperBound)].compactMap { $0 } }
    guard let x = Self.bounds(xs.filter(\.isFinite)),
      let y = Self.bounds(ys.flatMap { $0.count == 2 ? $0 : nil } ?? points.compactMap { scaled($0.y) }),
      (x.high - x.low).isFinite, (y.high - y.low).isFinite
    else { return nil }
    return (x, y)
  }

  /// The names of the series with the marks they are drawn with.
  public func legend(_ glyphs: GlyphSet) -> Line {
    var line = Line("")
    for (index, series) in series.enumerated() {
      let mark = glyphs.seriesMarks[index % glyphs.seriesMarks.count]
      line = line + Line(index == 0 ? "" : "  ") + Line("\(Character(mark)) \(series.name)", role: series.role)
    }
    return line
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    surface.withClip(rect) { surface in
      var room = rect
      if showsLegend, rect.height > 3, !series.isEmpty {
        legend(surface.glyphs).draw(into: &surface, x: rect.x, y: rect.y, limit: rect.width)
        room = rect.dropping(rows: 1)
      }
      guard let ranges = ranges() else {
        surface.text("no values yet", x: room.x, y: room.y, limit: room.width, role: .dim)
        return
      }
      let plot = drawAxes(ranges.x, ranges.y, into: &surface, in: room)
      guard !plot.isEmpty else { return }
      var canvas = Canvas(size: plot.size, braille: surface.glyphs.usesBraille)
      for (index, series) in series.enumerated() {
        canvas.series = index
        draw(series, ranges.x, ranges.y, on: &canvas)
      }
      canvas.draw(into: &surface, in: plot, roles: series.map(\.role))
    }
  }

  /// Draws axes and labels where they leave room for the curves; returns that room.
  private func drawAxes(
    _ x: (low: Double, high: Double), _ y: (low: Double, high: Double), into surface: inout Surface, in rect: Rect
  ) -> Rect {
    let top = Self.label(unscaled(y.high))
    let bottom = Self.label(unscaled(y.low))
    let labels = max(top.columns, bottom.columns)
    guard rect.width >= labels + 8, rect.height >= 4 else { return rect }
    let plot = Rect(
      x: rect.x + labels + 1, y: rect.y, width: rect.width - labels - 1, height: rect.height - 2)
    let axis = plot.x - 1
    surface.verticalLine(x: axis, y: plot.y, length: plot.height, role: .grid)
    surface.horizontalLine(x: plot.x, y: plot.maxY, length: plot.width, role: .grid)
    surface.put(surface.glyphs.axisCorner, x: axis, y: plot.maxY, role: .grid)
    for mark in xMarks where mark >= x.low && mark <= x.high && x.low < x.high && plot.width > 0 {
      let column = Int(((mark - x.low) / (x.high - x.low) * Double(plot.width - 1)).rounded())
      surface.put(surface.glyphs.vertical, x: plot.x + column, y: plot.maxY, role: .accent)
    }
    for (text, row) in [(top, plot.y), (bottom, plot.maxY - 1)] {
      surface.text(text, x: axis - text.columns, y: row, role: .dim)
      surface.put(surface.glyphs.axisTick, x: axis, y: row, role: .grid)
    }
    if isLogarithmic, plot.height > 2 {
      surface.text("log", x: axis - min(labels, 3), y: plot.y + 1, limit: labels, role: .dim)
    }
    let left = Self.label(x.low)
    let right = Self.label(x.high)
    let row = plot.maxY + 1
    surface.text(left, x: plot.x, y: row, limit: plot.width, role: .dim)
    if left.columns + right.columns + 1 <= plot.width {
      surface.text(right, x: plot.maxX - right.columns, y: row, role: .dim)
    }
    if left.columns + right.columns + xName.columns + 4 <= plot.width {
      surface.text(xName, x: plot.x + (plot.width - xName.columns) / 2, y: row, role: .dim)
    }
    return plot
  }

  private func draw(
    _ series: Series, _ x: (low: Double, high: Double), _ y: (low: Double, high: Double), on canvas: inout Canvas
  ) {
    var last: Point?
    for (index, point) in series.points.enumerated() {
      guard let value = scaled(point.y), point.x.isFinite, point.x >= x.low, point.x <= x.high else {
        last = nil
        continue
      }
      // A value outside a given range is drawn at the edge rather than dropped.
      let height = min(1, max(0, (value - y.low) / (y.high - y.low)))
      let here = Point(
        x: Int(((point.x - x.low) / (x.high - x.low) * Double(canvas.columns - 1)).rounded()),
        y: Int(((1 - height) * Double(canvas.rows - 1)).rounded()))
      canvas.line(from: last ?? here, to: here)
      last = here
      if index == series.points.count / 2 { canvas.mark(here) }
    }
    if let last { canvas.mark(last) }
  }
}

/// A bitmap behind a chart: dots within cells, each cell in the colour of the series that came last.
private struct Canvas {
  let size: Size
  let braille: Bool
  let columns: Int
  let rows: Int
  var series = 0
  private var dots: [UInt8]
  private var owners: [Int]
  private var marks: [Int: Int] = [:]

  init(size: Size, braille: Bool) {
    self.size = size
    self.braille = braille
    columns = size.width * (braille ? 2 : 1)
    rows = size.height * (braille ? 4 : 1)
    dots = Array(repeating: 0, count: size.width * size.height)
    owners = Array(repeating: 0, count: dots.count)
  }

  // Bits of U+2800 by row, then column.
  private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  private mutating func set(_ x: Int, _ y: Int) {
    guard x >= 0, y >= 0, x < columns, y < rows else { return }
    let cell = braille ? y / 4 * size.width + x / 2 : y * size.width + x
    dots[cell] |= braille ? Self.bits[y % 4 * 2 + x % 2] : 1
    owners[cell] = series
  }

  /// Notes that the series' mark stands in the cell of this dot.
  mutating func mark(_ point: Point) {
    guard point.x >= 0, point.y >= 0, point.x < columns, point.y < rows else { return }
    marks[braille ? point.y / 4 * size.width + point.x / 2 : point.y * size.width + point.x] = series
  }

  /// Bresenham's line.
  mutating func line(from start: Point, to end: Point) {
    let dx = abs(end.x - start.x)
    let dy = -abs(end.y - start.y)
    var x = start.x
    var y = start.y
    var error = dx + dy
    while true {
      set(x, y)
      if x == end.x && y == end.y { return }
      let doubled = 2 * error
      if doubled >= dy {
        error += dy
        x += start.x < end.x ? 1 : -1
      }
      if doubled <= dx {
        error += dx
        y += start.y < end.y ? 1 : -1
      }
    }
  }

  func draw(into surface: inout Surface, in rect: Rect, roles: [Role]) {
    let glyphs = surface.glyphs.seriesMarks
    for index in dots.indices where dots[index] != 0 {
      var owner = owners[index]
      var glyph = glyphs[owner % glyphs.count]
      if braille {
        if roles.count > 1, let marked = marks[index] {
          owner = marked
          glyph = glyphs[owner % glyphs.count]
        } else {
          glyph = Unicode.Scalar(0x2800 + UInt32(dots[index])) ?? glyph
        }
      }
      surface.put(glyph, x: rect.x + index % size.width, y: rect.y + index / size.width, role: roles[owner])
    }
  }
}
