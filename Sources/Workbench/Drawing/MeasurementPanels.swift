import Screens

extension WorkbenchState {
  /// Draws a measurement panel with its frame.
  func draw(
    _ panel: PanelKind, _ measurements: Measurements, isFocused: Bool, into surface: inout Surface, in rect: Rect
  ) {
    let isWide = isExpanded && panel == focus
    let inside = surface.box(rect, title: panel.title, note: note(on: panel, measurements), focused: isFocused)
    switch panel {
    case .timeline:
      drawTimeline(measurements, timelineView, into: &surface, in: inside, focused: isFocused, expanded: isWide)
    case .devices:
      drawDevices(measurements, devicesView, into: &surface, in: inside, focused: isFocused, expanded: isWide)
    case .communication:
      drawCommunication(
        measurements, communicationView, into: &surface, in: inside, focused: isFocused, expanded: isWide)
    case .learning:
      drawLearning(measurements, learningView, into: &surface, in: inside, focused: isFocused, expanded: isWide)
    case .network, .strategy: break
    }
  }

  private func note(on panel: PanelKind, _ measurements: Measurements) -> String {
    switch panel {
    case .timeline: measurements.note(on: timelineView)
    case .devices: measurements.devicesNote
    case .communication: measurements.communicationNote(communicationView)
    case .network, .strategy, .learning: ""
    }
  }
}
