import Screens

extension WorkbenchState {
  /// Draws what lies over the panels.
  func draw(_ overlay: Overlay, into surface: inout Surface, in rect: Rect) {
    surface.hideCursor()
    let room = rect.inset(vertical: rect.height > 12 ? 1 : 0)
    switch overlay {
    case .help(let view):
      let isNarrowed = view.isSearching || !view.filter.text.isEmpty
      HelpOverlay(
        title: "Keys: / searches, Esc closes", sections: WorkbenchKeys.map.help(in: contextsBelowOverlay),
        filter: isNarrowed ? view.filter : nil, scroll: view.scroll
      ).draw(into: &surface, in: room)
    case .palette(let view): palette(view, width: rect.width).draw(into: &surface, in: room)
    case .scenes(let selection):
      let kept = keptEdits.map {
        Line("unsaved edits of \($0.name) ", role: .warning)
          + Line("\($0.date)  Enter opens, Delete deletes", role: .dim)
      }
      let items =
        kept + presets.map { Line($0.name.padded(to: 14)) + Line("  \($0.about)", role: .dim) } + [
          Line("open a file …")
        ]
      Menu(title: "Open a scene", items: items, selection: selection, width: min(100, rect.width - 4)).draw(
        into: &surface, in: room)
    case .layers(let selection):
      let items = LayerSettings.templates.map { Line($0.kind.name.padded(to: 18)) + Line("  \($0.about)", role: .dim) }
      let place =
        selectedLayer.flatMap { rows.indices.contains($0) ? rows[$0].name : nil }
        ?? (networkLine == 0 ? "input" : "the last layer")
      Menu(title: "Add a layer below \(place)", items: items, selection: selection, width: 70).draw(
        into: &surface, in: room)
    case .path(let prompt): draw(prompt, into: &surface, in: room)
    case .analysis(let view): drawAnalysis(view, into: &surface, in: room)
    case .message(let notice):
      let lines = notice.text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { Line(String($0), role: notice.isError ? .error : .text) }
      Dialog(
        title: notice.title, body: Paragraph(lines, scroll: notice.scroll), answers: ["close"],
        width: min(90, rect.width - 4)
      ).draw(into: &surface, in: room)
    case .question(let question):
      Dialog(
        title: question.title, body: Paragraph(question.text), answers: question.answers.map(\.title),
        selection: question.selection
      ).draw(into: &surface, in: room)
    }
  }

  private func palette(_ view: PaletteView, width: Int) -> Menu {
    let width = min(84, max(8, width - 4))
    var items = paletteMatches(view.field.text).map { entry in
      let keys = entry.keys.first?.label() ?? ""
      let room = max(0, width - 6 - keys.columns)
      let title = entry.title.columns > room ? String(entry.title.prefix(max(0, room - 1))) + "…" : entry.title
      return Line(title.padded(to: room)) + Line(keys, role: .key)
    }
    if items.isEmpty, view.isTypedCommand { items = [Line("press Enter to do it", role: .dim)] }
    return Menu(
      title: "Command", items: items, selection: items.isEmpty ? nil : view.selection, filter: view.field, width: width,
      visible: 12)
  }

  private func draw(_ prompt: PathPrompt, into surface: inout Surface, in rect: Rect) {
    let place = rect.centred(width: min(76, rect.width - 4), height: 4)
    surface.withClip(place) { surface in
      surface.fill(place)
      let title = prompt.purpose == .open ? "Open a scene file" : "Save the scene as"
      let inside = surface.box(place, title: title, focused: true)
      let hint = prompt.purpose == .open ? "a path, or the name of a preset" : "Enter saves, Esc does not"
      surface.text(hint, x: inside.x + 1, y: inside.y + 1, limit: inside.width - 2, role: .dim)
      prompt.field.draw(into: &surface, in: inside.row(0).inset(horizontal: 1))
    }
  }
}

extension String {
  /// With blanks up to `columns`.
  func padded(to columns: Int) -> String {
    self + String(repeating: " ", count: max(0, columns - self.columns))
  }
}
