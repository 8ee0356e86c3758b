import Programs
import Screens
import Traces

/// Draws where each device's time went (five parts that add up to its window), how much of it was computing, and its
/// peak memory beside the formula's. Expanded, tables with all parts, waits by cause, traffic and memory by kind follow, which
/// scroll where they do not fit.
///
/// - Parameters:
///   - focused: whether keys go to this panel.
///   - expanded: whether the panel has the screen for itself.
public func drawDevices(
  _ measurements: Measurements, _ view: DevicesView = DevicesView(), into surface: inout Surface, in rect: Rect,
  focused: Bool = true, expanded: Bool = false
) {
  guard !rect.isEmpty else { return }
  surface.withClip(rect) { surface in
    guard expanded, rect.height > measurements.deviceCount + 4, rect.width >= 50 else {
      DeviceBars(measurements: measurements, offset: view.offset).draw(into: &surface, in: rect)
      return
    }
    let page = DevicesPage(measurements: measurements, width: rect.width).surface(glyphs: surface.glyphs)
    let first = min(view.offset, max(0, page.height - rect.height))
    for row in 0..<min(rect.height, page.height - first) {
      for column in 0..<page.width {
        let cell = page[column, first + row]
        surface.put(cell.scalar, x: rect.x + column, y: rect.y + row, role: cell.role, attributes: cell.attributes)
      }
    }
    if first > 0 { surface.put(surface.glyphs.up, x: rect.maxX - 1, y: rect.y, role: .key) }
    if first + rect.height < page.height {
      surface.put(surface.glyphs.down, x: rect.maxX - 1, y: rect.maxY - 1, role: .key)
    }
  }
}

/// All tables of the expanded panel, one below the other: as high as they are, of which the screen shows a part.
struct DevicesPage {
  var measurements: Measurements
  var width: Int

  func surface(glyphs: GlyphSet) -> Surface {
    let isWide = width >= 130
    // All shares and waits do not fit side by side: the waits get a table of their own.
    let isNarrow = width < 74
    let rows = measurements.deviceCount + 2
    let memory = DeviceTables.memoryRows(measurements)
    let heights = Array(repeating: rows, count: isWide ? 2 : isNarrow ? 4 : 3) + [memory]
    var surface = Surface(width: width, height: heights.reduce(0, +) + heights.count - 1, glyphs: glyphs)
    let tables = DeviceTables(measurements: measurements, offset: 0)
    let parts = surface.bounds.rows(heights.map { .fixed($0) }, gap: 1)
    DeviceBars(measurements: measurements, offset: 0).draw(into: &surface, in: parts[0])
    tables.drawTimes(withWaits: !isNarrow, withTraffic: isWide, into: &surface, in: parts[1])
    if isNarrow { tables.drawWaits(into: &surface, in: parts[2]) }
    if !isWide { tables.drawTraffic(into: &surface, in: parts[parts.count - 2]) }
    tables.drawMemory(into: &surface, in: parts[parts.count - 1])
    return surface
  }
}

extension Measurements {
  /// What the frame of the devices panel says: what the shares are of.
  public var devicesNote: String {
    guard let totals else { return state == .running ? "no measured step yet" : "nothing measured" }
    return "\(totals.steps == 1 ? "1 step" : "\(totals.steps) steps"), \(clock.rawValue) clock"
  }
}

/// One bar per device with utilisation and memory.
struct DeviceBars {
  var measurements: Measurements
  var offset: Int

  func draw(into surface: inout Surface, in rect: Rect) {
    let devices = measurements.deviceCount
    let hasHead = rect.height >= devices + 2 && rect.width >= 30
    let hasLegend = rect.height >= devices + 1 || rect.height >= 4
    let parts = rect.rows([.fixed(hasHead ? 1 : 0), .share(), .fixed(hasLegend ? 1 : 0)])
    let columns = Columns(measurements: measurements, width: rect.width)
    if hasHead { drawHead(columns, into: &surface, in: parts[0]) }
    let first = Scrolling.offset(count: devices, visible: parts[1].height, selection: nil, previous: offset)
    for row in 0..<min(parts[1].height, devices - first) {
      draw(device: first + row, columns, into: &surface, in: parts[1].row(row))
    }
    if hasLegend {
      let y = min(parts[2].y, parts[1].y + devices - first)
      SpanLook.legend(Activity.allCases.map { SpanLook($0) }, fitting: rect.width)
        .draw(into: &surface, x: rect.x, y: y, limit: rect.width)
    }
  }

  /// Where the texts of all rows stand.
  struct Columns {
    var label: Int
    var bar: Int
    var memory: Int
    var formula: Int

    init(measurements: Measurements, width: Int) {
      label = min(width / 3, "\(max(0, measurements.deviceCount - 1))".columns + 1)
      let left = width - label
      formula = left >= 46 ? 12 : 0
      memory = left >= 30 ? 11 : 0
      bar = max(0, left - formula - memory - (left >= 14 ? 8 : 0))
    }
  }

  private func drawHead(_ columns: Columns, into surface: inout Surface, in rect: Rect) {
    surface.text("time", x: rect.x + columns.label, y: rect.y, limit: columns.bar, role: .title)
    right("used", end: rect.x + columns.label + columns.bar + 8, y: rect.y, role: .title, into: &surface)
    guard columns.memory > 0 else { return }
    let end = rect.x + columns.label + columns.bar + 8 + columns.memory
    right("memory", end: end, y: rect.y, role: .title, into: &surface)
    if columns.formula > 0 { right("by formula", end: end + columns.formula, y: rect.y, role: .title, into: &surface) }
  }

  private func draw(device: Int, _ columns: Columns, into surface: inout Surface, in rect: Rect) {
    surface.text("\(device)", x: rect.x, y: rect.y, limit: columns.label)
    let bar = Rect(x: rect.x + columns.label, y: rect.y, width: columns.bar, height: 1)
    let breakdown = measurements.breakdown(of: device)
    if let breakdown, breakdown.window > 0 {
      let segments = Activity.allCases.map { activity in
        let look = SpanLook(activity)
        return StackedBar.Segment(
          Double(breakdown[activity]), role: look.role, glyph: look.glyph, label: look.name)
      }
      StackedBar(segments, total: Double(breakdown.window)).draw(into: &surface, in: bar)
    } else {
      surface.text(Format.unknown, x: bar.x, y: bar.y, limit: bar.width, role: .dim)
    }
    guard bar.maxX < rect.maxX else { return }
    let used = percentText(permille: breakdown?.permille?[.compute])
    right(used, end: bar.maxX + 8, y: rect.y, role: .text, into: &surface)
    guard columns.memory > 0 else { return }
    let measured = measurements.peak(of: device)?.total
    let formula = measurements.facts.memory[device].total
    let end = bar.maxX + 8 + columns.memory
    if measured == nil, columns.formula == 0 {
      // Without a column of its own the formula's value is marked as such.
      right("f " + Format.memory(formula), end: end, y: rect.y, role: .dim, into: &surface)
    } else {
      right(Format.memory(measured), end: end, y: rect.y, role: .text, into: &surface)
    }
    if columns.formula > 0 {
      right(Format.memory(formula), end: end + columns.formula, y: rect.y, role: .dim, into: &surface)
    }
  }

  private func right(_ text: String, end: Int, y: Int, role: Role, into surface: inout Surface) {
    surface.text(text, x: end - text.columns, y: y, role: role)
  }
}
