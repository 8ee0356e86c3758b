import Screens

extension WorkbenchState {
  /// Draws a measurement panel in its frame.
  func draw(
    _ panel: PanelKind, _ measurements: Measurements, isFocused: Bool, into surface: inout Surface, in rect: Rect
  ) {
    switch panel {
    case .timeline: drawTimeline(measurements, view: timelineView, into: &surface, in: rect, focused: isFocused)
    case .devices: drawDevices(measurements, view: devicesView, into: &surface, in: rect, focused: isFocused)
    case .communication: drawCommunication(measurements, view: communicationView, into: &surface, in: rect, focused: isFocused)
    case .learning: drawLearning(measurements, view: learningView, into: &surface, in: rect, focused: isFocused)
    case .network, .strategy: break
    }
  }
}
