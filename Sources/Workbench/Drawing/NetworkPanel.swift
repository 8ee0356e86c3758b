import Networks
import Screens

/// The layers with what follows from their places; an error stands in its own row. Below them the form of the layer
/// that
/// is edited.
struct NetworkPanel: Widget {
  private let state: WorkbenchState
  private let isFocused: Bool

  init(_ state: WorkbenchState, focused: Bool = true) {
    self.state = state
    isFocused = focused
  }

  func draw(into surface: inout Surface, in rect: Rect) {
    let total = state.rows.count
    let inside = surface.box(
      rect, title: PanelKind.network.title, note: "\(total) layer\(total == 1 ? "" : "s")", focused: isFocused)
    guard !inside.isEmpty else { return }
    let parts = parts(of: inside)
    surface.withClip(inside) { surface in
      drawList(into: &surface, header: parts.header, body: parts.list)
      Paragraph(detail(width: inside.width)).draw(into: &surface, in: parts.detail)
      totals.draw(
        into: &surface, x: parts.totals.x + 1, y: parts.totals.y, limit: parts.totals.height > 0 ? inside.width - 1 : 0)
      drawForm(into: &surface, in: parts.form)
    }
  }

  // MARK: Places

  private struct Parts {
    var header: Rect
    var list: Rect
    var detail: Rect
    var totals: Rect
    var form: Rect
  }

  private func parts(of inside: Rect) -> Parts {
    let formHeight = state.form == nil ? 0 : min(formWidget.height + 1, max(2, inside.height / 2))
    let detail = min(
      detail(width: inside.width).reduce(0) { $0 + $1.wrapped(to: inside.width).count },
      max(0, (inside.height - formHeight) / (state.form == nil ? 3 : 4)))
    let rows = inside.rows([
      .fixed(inside.height > 5 ? 1 : 0), .share(), .fixed(detail), .fixed(inside.height > 6 ? 1 : 0),
      .fixed(formHeight),
    ])
    return Parts(header: rows[0], list: rows[1], detail: rows[2], totals: rows[3], form: rows[4])
  }

  /// Where the list's lines stand when the panel is drawn in `rect`, for the mouse.
  func listRect(in rect: Rect) -> Rect { parts(of: rect.inset(horizontal: 1, vertical: 1)).list }

  // MARK: List

  /// The cells of one line: name, settings, output, parameters, operations, bytes.
  private func cells(_ line: Int) -> [String] {
    if line == 0 { return ["input", state.scene.data.source.name, "\(state.scene.network.input)", "", "", ""] }
    guard state.rows.indices.contains(line - 1) else {
      let ofTree = line - state.lossLine - 1
      if state.treeFields.indices.contains(ofTree) {
        let field = state.treeFields[ofTree]
        return [field.label, field.value, "", "", "", ""]
      }
      return ["loss", state.scene.network.loss.rawValue, "", "", "", ""]
    }
    let row = state.rows[line - 1]
    let kind = row.kind.name
    let settings = LayerSettings.summary(of: row.kind)
    // A name that does not begin with the kind leaves the kind unsaid.
    let words = [row.name.hasPrefix(kind) ? "" : kind, settings, row.copies > 1 ? "×\(row.copies)" : ""]
    let said = words.filter { !$0.isEmpty }.joined(separator: " ")
    return [
      row.name, said, row.output.map(\.description) ?? Format.unknown,
      row.parameters == 0 ? "" : Format.count(row.parameters),
      row.flops == 0 ? "" : Format.operations(row.flops.map(Double.init)), Format.memory(row.activationBytes),
    ]
  }

  private func problem(_ line: Int) -> String? {
    let problems = state.compilation.problems
    if line == 0 { return problems.first { $0.path == "network.input" }?.message }
    if line > state.lossLine {
      let key = "network." + state.treeFields[line - state.lossLine - 1].key
      return problems.first { $0.path == key || ($0.path == "network.tree" && line == state.lossLine + 1) }?.message
    }
    if line == state.lossLine {
      return problems.first { $0.path == "network.loss" || $0.path == "network.layers" }?.message
    }
    return state.rows.indices.contains(line - 1) ? state.rows[line - 1].problem?.message : nil
  }

  private static let titles = ["Layer", "Settings", "Output", "Params", "FLOP", "Activ."]
  /// The order in which columns get room.
  private static let importance = [0, 2, 3, 1, 4, 5]

  /// Widths of the columns that have room; 0 for those that have none.
  private func widths(_ rows: [[String]], within width: Int) -> [Int] {
    var widths = Array(repeating: 0, count: Self.titles.count)
    var left = width
    for column in Self.importance {
      let longest = max(rows.map { $0[column].columns }.max() ?? 0, Self.titles[column].columns)
      let wanted = min(longest, column == 0 ? max(8, width / 3) : 22)
      // Settings may be cut; of a number nothing may be missing.
      let width = column == 1 && left > 9 ? min(wanted, left - 1) : wanted
      guard width + 1 <= left else { break }
      widths[column] = width
      left -= width + 2
    }
    return widths
  }

  private func drawList(into surface: inout Surface, header: Rect, body: Rect) {
    let lines = state.networkLineCount
    let all = (0..<lines).map(cells)
    let hasBar = lines > body.height && body.width > 4
    let inner = Rect(x: body.x + 2, y: body.y, width: body.width - 2 - (hasBar ? 1 : 0), height: body.height)
    let widths = widths(all, within: inner.width)
    draw(Self.titles, widths, y: header.y, in: inner, role: .title, into: &surface, if: header.height > 0)
    let first = Scrolling.offset(count: lines, visible: body.height, selection: state.networkLine)
    for row in 0..<min(body.height, lines - first) {
      let line = first + row
      let y = body.y + row
      let problem = problem(line)
      let isMarked = line == state.networkLine
      let tint: Role? = isMarked ? (isFocused && state.form == nil ? .selection : .inactiveSelection) : nil
      if let tint {
        surface.fill(Rect(x: body.x, y: y, width: body.width - (hasBar ? 1 : 0), height: 1), role: tint)
        surface.put(surface.glyphs.selected, x: body.x, y: y, role: tint)
        if isFocused { surface.placeCursor(x: body.x, y: y) }
      }
      let ends = line == 0 || line >= state.lossLine
      let role: Role = tint ?? (problem != nil ? .error : ends ? .dim : .text)
      guard let problem else {
        if line >= state.lossLine, widths[1] == 0 {
          surface.text("\(all[line][0])  \(all[line][1])", x: inner.x, y: y, limit: inner.width, role: role)
          continue
        }
        draw(all[line], widths, y: y, in: inner, role: role, into: &surface)
        continue
      }
      surface.put(surface.glyphs.no, x: body.x + (isMarked ? 1 : 0), y: y, role: .error)
      let used = surface.text(all[line][0], x: inner.x, y: y, limit: max(widths[0], 6), role: role)
      surface.text(problem, x: inner.x + used + 2, y: y, limit: inner.width - used - 2, role: .error)
    }
    if hasBar { ScrollMark(count: lines, first: first).draw(into: &surface, in: body) }
  }

  private func draw(
    _ cells: [String], _ widths: [Int], y: Int, in rect: Rect, role: Role, into surface: inout Surface,
    if isShown: Bool = true
  ) {
    guard isShown else { return }
    var x = rect.x
    for (column, width) in widths.enumerated() where width > 0 {
      // Numbers stand at the right of their columns.
      let indent = column >= 2 ? max(0, width - cells[column].columns) : 0
      surface.text(cells[column], x: x + indent, y: y, limit: width - indent, role: role)
      x += width + 2
    }
  }

  // MARK: Below the list

  /// The problem of the marked row, or the first one, in full.
  private func detail(width: Int) -> [Line] {
    let problems = state.compilation.problems.filter { ($0.path ?? "").hasPrefix("network") }
    guard let problem = problems.first(where: { $0.layer == state.networkLine - 1 }) ?? problems.first else {
      return []
    }
    return [Line(problem.message, role: .error)] + (problem.hint.map { [Line("hint: \($0)", role: .dim)] } ?? [])
  }

  private var totals: Line {
    let compiled = state.isCompiling ? nil : state.compilation.plan?.program.graph
    guard let graph = compiled ?? (try? Graph(state.scene.network)) else {
      return Line("totals: \(Format.unknown)", role: .dim)
    }
    let count = "\(Format.count(graph.parameterCount)) parameters"
    return Line("\(count), \(Format.operations(Double(graph.flopsPerSample)))/sample", role: .dim)
  }

  private var formWidget: Form {
    state.formWidget(state.formFields, selection: state.form?.selection, focused: isFocused)
  }

  private func drawForm(into surface: inout Surface, in rect: Rect) {
    guard let form = state.form, rect.height > 0, state.rows.indices.contains(form.layer) else { return }
    let row = state.rows[form.layer]
    surface.horizontalLine(x: rect.x, y: rect.y, length: rect.width)
    surface.text(" \(row.name): \(row.kind.name) ", x: rect.x + 1, y: rect.y, limit: rect.width - 2, role: .accent)
    formWidget.draw(into: &surface, in: rect.dropping(rows: 1))
  }
}

/// Which part of a long list is seen, in the last column.
struct ScrollMark: Widget {
  var count: Int
  var first: Int

  func draw(into surface: inout Surface, in rect: Rect) {
    guard count > rect.height, !rect.isEmpty else { return }
    let x = rect.maxX - 1
    surface.fill(Rect(x: x, y: rect.y, width: 1, height: rect.height), surface.glyphs.scrollTrack, role: .dim)
    let length = max(1, rect.height * rect.height / count)
    let start = (rect.height - length) * first / max(1, count - rect.height)
    surface.fill(Rect(x: x, y: rect.y + start, width: 1, height: length), surface.glyphs.scrollThumb, role: .dim)
  }
}
