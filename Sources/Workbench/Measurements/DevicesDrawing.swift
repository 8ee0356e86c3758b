import Programs
import Screens
import Traces

/// Draws where each device's time went (five parts that add up to its window), how much of it was computing, and its
/// peak memory beside the formula's. Expanded, tables with all parts, waits by cause, traffic and memory by kind follow.
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
    let rows = measurements.deviceCount + 2
    let parts = rect.rows([.fixed(rows), .fixed(rows), .fixed(rows)], gap: 1)
    DeviceBars(measurements: measurements, offset: view.offset).draw(into: &surface, in: parts[0])
    DeviceTables(measurements: measurements, offset: view.offset).drawTimes(into: &surface, in: parts[1])
    DeviceTables(measurements: measurements, offset: view.offset).drawMemory(into: &surface, in: parts[2])
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
      SpanLook.legend(Activity.allCases.map { SpanLook($0) })
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
      memory = left >= 30 ? 10 : 0
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

/// The numbers behind the bars.
struct DeviceTables {
  var measurements: Measurements
  var offset: Int

  /// Shares of the window, waits by cause, and traffic.
  func drawTimes(into surface: inout Surface, in rect: Rect) {
    let columns =
      [Screens.Table.Column("device", .right)]
      + Activity.allCases.map { Screens.Table.Column($0 == .communication ? "exposed" : $0.rawValue, .right) }
      + WaitCause.allCases.map { Screens.Table.Column(SpanLook($0).name, .right) }
      + ["overlap", "sent/step", "received/step", "messages/step"].map { Screens.Table.Column($0, .right) }
    let rows = (0..<measurements.deviceCount).map { device -> [Line] in
      let breakdown = measurements.breakdown(of: device)
      let shares = breakdown?.permille
      var cells = [Line("\(device)")]
      cells += Activity.allCases.map { Line(percentText(permille: shares?[$0])) }
      cells += WaitCause.allCases.map { cause in
        let perStep = breakdown.flatMap { parts in
          measurements.perStep { _ in Int(parts.waits[cause, default: 0]) }.map { $0 * 1e-9 }
        }
        return Line(Format.time(perStep))
      }
      cells.append(Line(Format.percent(breakdown?.overlapRatio)))
      cells.append(Line(Format.traffic(measurements.perStep { $0.bytesSent[device] })))
      cells.append(Line(Format.traffic(measurements.perStep { $0.bytesReceived[device] })))
      cells.append(Line(Format.count(measurements.perStep { $0.messagesSent[device] })))
      return cells
    }
    Screens.Table(columns, rows: rows, offset: offset).draw(into: &surface, in: rect)
  }

  /// Peak bytes by kind, measured above the formula's.
  func drawMemory(into surface: inout Surface, in rect: Rect) {
    let columns =
      [
        Screens.Table.Column("device", .right), Screens.Table.Column("peak", .right),
        Screens.Table.Column("by formula", .right),
      ]
      + BufferKind.allCases.map { Screens.Table.Column($0.rawValue, .right) }
    let rows = (0..<measurements.deviceCount).map { device -> [Line] in
      let measured = measurements.peak(of: device)
      let formula = measurements.facts.memory[device]
      return [
        Line("\(device)"), Line(Format.memory(measured?.total)), Line(Format.memory(formula.total), role: .dim),
      ]
        + BufferKind.allCases.map { kind in
          // Measured where there is a measurement, else by formula and drawn so.
          measured?.byKind[kind].map { Line(Format.memory($0)) }
            ?? Line("f " + Format.memory(formula.byKind[kind]), role: .dim)
        }
    }
    Screens.Table(columns, rows: rows, offset: offset).draw(into: &surface, in: rect)
  }
}
