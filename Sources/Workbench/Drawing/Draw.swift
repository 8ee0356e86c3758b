import Screens

extension WorkbenchState {
  /// Draws everything; at every size, the empty one included.
  public func draw(into surface: inout Surface) {
    guard ScreenLayout.fits(surface.size) else {
      var note = "q quits"
      if case .question(let question) = overlay, question.isLeaving { note = question.text + "\nq again leaves" }
      TooSmall(needed: ScreenLayout.smallest, note: note).draw(into: &surface, in: surface.bounds)
      return
    }
    let layout = ScreenLayout(self, size: surface.size)
    StatusLine(self).draw(into: &surface, in: layout.status)
    NotesLine(self).draw(into: &surface, in: layout.notes)
    ScreenLayout.tabs(focus: focus, width: layout.tabs.width).draw(into: &surface, in: layout.tabs)
    for place in layout.panels where place.panel != focus { draw(place.panel, into: &surface, in: place.rect) }
    // The hardware cursor belongs into the panel that has the keys, so that one is drawn last.
    surface.hideCursor()
    for place in layout.panels where place.panel == focus { draw(place.panel, into: &surface, in: place.rect) }
    FooterLine(self).draw(into: &surface, in: layout.footer)
    if let overlay { draw(overlay, into: &surface, in: surface.bounds) }
  }

  private func draw(_ panel: PanelKind, into surface: inout Surface, in rect: Rect) {
    let isFocused = panel == focus && overlay == nil
    switch panel {
    case .network: NetworkPanel(self, focused: isFocused).draw(into: &surface, in: rect)
    case .strategy: StrategyPanel(self, focused: isFocused).draw(into: &surface, in: rect)
    case .timeline, .devices, .communication, .learning:
      // Numbers of another scene are none of this one.
      let isOutdated = run == nil && isCompilingLong
      guard let shown, !isOutdated else {
        let inside = surface.box(rect, title: panel.title, focused: isFocused)
        let text = isOutdated ? "the scene is being compiled …" : "no program: see the errors in Network and Strategy"
        Paragraph(text, role: .dim).draw(into: &surface, in: inside)
        return
      }
      draw(panel, shown, isFocused: isFocused, into: &surface, in: rect)
    }
  }
}
