import Programs
import Screens
import Traces

/// Draws what each device did over time: a row per device (two where there is room: work and communication), the steps'
/// borders, a time axis, the selected event and a legend. Before a run it shows the planned order.
///
/// - Parameters:
///   - focused: whether keys go to this panel: the selected event then gets the hardware cursor.
///   - expanded: whether the panel has the screen for itself.
public func drawTimeline(
  _ measurements: Measurements, _ view: TimelineView, into surface: inout Surface, in rect: Rect, focused: Bool = true,
  expanded: Bool = false
) {
  guard !rect.isEmpty else { return }
  surface.withClip(rect) { surface in
    guard let window = view.window(of: measurements) else {
      drawPlan(measurements, into: &surface, in: rect)
      return
    }
    TimelinePicture(
      measurements: measurements, view: view, steps: view.steps(of: measurements), window: window, isFocused: focused,
      isExpanded: expanded
    ).draw(into: &surface, in: rect)
  }
}

extension Measurements {
  /// What the timeline's frame says: the clock, the steps in view, whether they are held, and lost records.
  public func note(on view: TimelineView) -> String {
    // Short enough for a small panel: it must not be taken for a measurement.
    if isPredicted { return "predicted, \(clock.rawValue) clock" }
    var words = ["\(clock.rawValue) clock"]
    if let window = view.window(of: self) {
      let shown = view.steps(of: self).steps(in: window)
      if let first = shown.first?.step, let last = shown.last?.step {
        words.append(first == last ? "step \(first)" : "steps \(first)-\(last)")
      }
      words.append(view.isFollowing ? (state == .running ? "newest" : "last") : "held")
    }
    if droppedRecords > 0 { words.append("\(droppedRecords) records lost") }
    return words.joined(separator: ", ")
  }
}

/// The order of the schedule, where nothing was recorded.
private func drawPlan(_ measurements: Measurements, into surface: inout Surface, in rect: Rect) {
  let program = measurements.facts.program
  let reason =
    switch measurements.state {
    case .notStarted: "Nothing ran yet. A run shows here what each device does over time. Planned order:"
    case .running: "No step is complete yet. Planned order:"
    case .ended: "No step was recorded. Planned order:"
    }
  let head = Paragraph(reason, role: .dim)
  let room = min(head.height(width: rect.width), max(1, rect.height / 3))
  head.draw(into: &surface, in: Rect(x: rect.x, y: rect.y, width: rect.width, height: room))
  let labels = program.schedule.devices.indices.map { "\($0)".columns }.max() ?? 1
  for (device, actions) in program.schedule.devices.prefix(max(0, rect.height - room)).enumerated() {
    let y = rect.y + room + device
    surface.text("\(device)", x: rect.x, y: y)
    let hasStages = Set(actions.map(\.stage)).count > 1
    let line = actions.reduce(Line("")) { line, action in
      let text = hasStages ? action.description : String(action.description.drop { $0.isNumber })
      return line + Line(text, role: SpanLook(action.kind).role) + " "
    }
    line.draw(into: &surface, x: rect.x + labels + 1, y: y, limit: rect.width - labels - 1)
  }
}

/// One drawing of a timeline.
private struct TimelinePicture {
  var measurements: Measurements
  var view: TimelineView
  var steps: KeptSteps
  var window: Range<Int64>
  var isFocused: Bool
  var isExpanded: Bool

  /// Rows for each part.
  private struct Plan {
    var ruler = 0
    var lanes = 0
    var axis = 0
    var details = 0
    var legend = 0
    var waits = 0
    var hasTwoRows = false
  }

  private func plan(height: Int, details: Int, legend: Int) -> Plan {
    let devices = steps.deviceCount
    var plan = Plan()
    var left = height
    func take(_ wish: Int) -> Int {
      let given = min(max(0, wish), left)
      left -= given
      return given
    }
    plan.lanes = take(1)
    plan.axis = take(1)
    plan.details = take(min(1, details))
    plan.lanes += take(devices - 1)
    plan.lanes += take(view.path == nil ? 0 : 1)
    plan.legend = take(min(1, legend))
    plan.ruler = take(1)
    plan.details += take(min(details - plan.details, 1))
    if left >= devices + (isExpanded ? 0 : 2) {
      plan.hasTwoRows = true
      plan.lanes += take(devices)
    }
    plan.details += take(details - plan.details)
    plan.legend += take(legend - plan.legend)
    // A heading, a row for a wait and a blank row above are the least that is worth it.
    if left >= 3 { plan.waits = min(left - 1, isExpanded ? 9 : 5) }
    return plan
  }

  func draw(into surface: inout Surface, in rect: Rect) {
    let details = TimelineDetails(measurements: measurements, view: view, steps: steps)
    let text = Paragraph(details.lines(isExpanded: isExpanded))
    let legend = Paragraph([SpanLook.legend(looks)])
    let plan = plan(
      height: rect.height, details: text.lines.isEmpty ? 0 : text.height(width: rect.width),
      legend: legend.height(width: rect.width))
    let rows = rect.rows([
      .fixed(plan.ruler), .fixed(plan.lanes + plan.axis), .fixed(plan.details), .fixed(plan.legend),
      .fixed(plan.waits > 0 ? 1 : 0), .fixed(plan.waits),
    ])
    let lanes = rows[1]
    let origin = view.mark ?? steps.step(at: window.lowerBound)?.window.lowerBound ?? window.lowerBound
    var widget = TimelineWidget(
      labels(hasTwoRows: plan.hasTwoRows, surface.glyphs).map { TimelineWidget.Lane($0, spans: []) },
      window: Double(window.lowerBound - origin) * 1e-9...Double(window.upperBound - origin) * 1e-9,
      selectedLane: plan.hasTwoRows ? 2 * view.lane : view.lane, focused: isFocused)
    let labelWidth = widget.labelWidth(within: rect.width)
    let area = lanes.dropping(columns: labelWidth)
    fill(&widget, columns: area.width, origin: origin, hasTwoRows: plan.hasTwoRows)
    widget.draw(into: &surface, in: lanes)
    drawBorders(into: &surface, ruler: rows[0].dropping(columns: labelWidth), lanes: area, plan: plan)
    if let mark = view.mark, let x = column(of: mark, in: area), plan.axis > 0 {
      surface.put("M", x: x, y: area.maxY - 1, role: .accent, attributes: .bold)
    }
    text.draw(into: &surface, in: rows[2])
    legend.draw(into: &surface, in: rows[3])
    drawWaits(into: &surface, in: rows[5])
  }

  /// The longest waits in view, a sentence on each.
  private func drawWaits(into surface: inout Surface, in rect: Rect) {
    let waits = steps.longestWaits(in: window, count: rect.height - 1)
    guard !waits.isEmpty else { return }
    let lines =
      [Line("longest waits in view", role: .title)]
      + waits.map {
        Line("step \($0.span.step)\u{a0} ", role: .dim) + Line($0.sentence)
      }
    Paragraph(lines, wraps: isExpanded).draw(into: &surface, in: rect)
  }

  private func labels(hasTwoRows: Bool, _ glyphs: GlyphSet) -> [String] {
    (0..<steps.deviceCount).flatMap { device -> [String] in
      // Beside its colour the lane that keys go to has a mark.
      let name = (isFocused && device == view.lane ? "\(Character(glyphs.selected))" : " ") + "\(device)"
      return hasTwoRows ? ["\(name) work", " \(device) comm"] : [name]
    } + (view.path == nil ? [] : [" path"])
  }

  private func fill(_ widget: inout TimelineWidget, columns: Int, origin: Int64, hasTwoRows: Bool) {
    let lanes = TimelineLanes(
      steps: steps, window: window, origin: origin, columns: columns, selection: view.selection)
    for device in 0..<steps.deviceCount {
      let parts: [TimelineLanes.Part] = hasTwoRows ? [.work, .communication] : [.everything]
      for (offset, part) in parts.enumerated() {
        let lane = device * parts.count + offset
        let row = lanes.row(of: device, part)
        widget.lanes[lane].spans = row.spans
        if let selected = row.selected { widget.selection = TimelineWidget.SpanIndex(lane: lane, span: selected) }
      }
    }
    if let path = view.path {
      widget.lanes[widget.lanes.count - 1].spans =
        TimelinePath(path: path, catalogue: steps.catalogue, window: window, origin: origin, columns: columns).spans
    }
  }

  /// The column that a time falls into; nil outside.
  private func column(of time: Int64, in area: Rect) -> Int? {
    guard window.contains(time), area.width > 0 else { return nil }
    let share = Double(time - window.lowerBound) / Double(max(1, window.length))
    return area.x + min(area.width - 1, Int(share * Double(area.width)))
  }

  /// A stroke where a step begins, with its number and length above.
  private func drawBorders(into surface: inout Surface, ruler: Rect, lanes: Rect, plan: Plan) {
    var free = ruler.x
    let shown = steps.steps(in: window)
    let hasRoom = Double(lanes.width) / Double(max(1, shown.count)) >= 8
    for step in shown {
      let begin = column(of: step.window.lowerBound, in: lanes)
      if hasRoom, let begin, begin > lanes.x {
        surface.verticalLine(x: begin, y: lanes.y, length: min(plan.lanes, lanes.height - plan.axis), role: .grid)
      }
      let x = max(begin ?? ruler.x, free)
      let note = step.isMeasured ? "" : step.step < measurements.warmupSteps ? " warm-up" : " incomplete"
      let text = "step \(step.step)\(note) (\(Format.time(Double(step.window.length) * 1e-9)))"
      guard ruler.height > 0, x < ruler.maxX, begin != nil || step.step == shown.first?.step else { continue }
      let limit = ruler.maxX - x - 1
      guard text.columns <= limit || x == ruler.x else { continue }
      if begin != nil { surface.put(surface.glyphs.vertical, x: x, y: ruler.y, role: .grid) }
      surface.text(text, x: x + 1, y: ruler.y, limit: limit, role: .dim)
      free = x + text.columns + 2
    }
  }

  /// What occurs in the program, and the kinds of waiting.
  private var looks: [SpanLook] {
    let program = steps.catalogue.program
    var kinds: Set<SpanKind> = [.overhead]
    for (device, own) in program.devices.enumerated() {
      kinds.formUnion(own.instructions.indices.map { steps.catalogue.kind(device: device, instruction: $0) })
    }
    let work = SpanKind.allCases.filter { kinds.contains($0) }.map { SpanLook($0) }
    let waits = program.messages.count > 0 ? WaitCause.allCases.map { SpanLook($0) } : []
    return work + waits + [SpanLook(.idle, "·", "idle")]
  }
}
