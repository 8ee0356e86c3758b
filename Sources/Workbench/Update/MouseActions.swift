import Screens

extension WorkbenchState {
  /// A click goes to a panel, and to a line of a list; the wheel scrolls what is under it.
  mutating func point(_ mouse: Mouse) -> [Effect] {
    guard ScreenLayout.fits(size) else { return [] }
    if overlay != nil {
      switch mouse.action {
      case .wheelUp: return perform(.up)
      case .wheelDown: return perform(.down)
      case .left, .middle, .right: return []
      }
    }
    guard editor == nil else { return [] }
    let layout = ScreenLayout(self)
    if mouse.action == .left, let panel = layout.tab(at: mouse.place) {
      focus(panel)
      return []
    }
    guard let place = layout.panels.first(where: { $0.rect.contains(x: mouse.place.x, y: mouse.place.y) }) else {
      return []
    }
    let (panel, rect) = (place.panel, place.rect)
    switch mouse.action {
    case .left:
      if focus != panel { focus(panel) }
      select(line: mouse.place.y, of: panel, in: rect)
      return []
    case .wheelUp, .wheelDown:
      let isUp = mouse.action == .wheelUp
      if focus != panel { focus(panel) }
      if panel == .timeline { return perform(.view(.character(isUp ? "w" : "s"))) }
      return perform(panel.isEditor ? (isUp ? .up : .down) : .view(isUp ? .up : .down))
    case .middle, .right: return []
    }
  }

  private mutating func select(line y: Int, of panel: PanelKind, in rect: Rect) {
    if panel == .network, form == nil {
      let body = NetworkPanel(self).listRect(in: rect)
      guard y >= body.y, y < body.maxY else { return }
      let first = Scrolling.offset(count: networkLineCount, visible: body.height, selection: networkLine)
      networkLine = min(first + y - body.y, networkLineCount - 1)
    } else if panel == .strategy {
      let body = StrategyPanel(self).formRect(in: rect)
      guard y >= body.y, y < body.maxY else { return }
      let first = Scrolling.offset(count: strategyFields.count, visible: body.height, selection: strategyLine)
      strategyLine = min(first + y - body.y, strategyFields.count - 1)
    }
  }
}
