import Screens

extension WorkbenchState {
  private typealias Context = WorkbenchKeys.Context

  /// The contexts of the table of keys that are active, the innermost first.
  public var contexts: [String] {
    if !ScreenLayout.fits(size) { return [Context.everywhere] }
    return overlay.map(contexts(over:)) ?? contextsBelowOverlay
  }

  /// The contexts that the help is about.
  var contextsBelowOverlay: [String] {
    if editor != nil { return [Context.text] }
    let outer = [Context.run, Context.panels, Context.everywhere]
    if form != nil, focus == .network { return [Context.form, Context.lists] + outer }
    return [focus.title] + (focus.isEditor ? [Context.lists] : []) + outer
  }

  private func contexts(over overlay: Overlay) -> [String] {
    switch overlay {
    case .help(let view): view.isSearching ? [Context.text] : [Context.help, Context.lists, Context.everywhere]
    case .palette: [Context.palette]
    case .path: [Context.text]
    case .scenes, .layers: [Context.menu, Context.lists, Context.everywhere]
    case .analysis: [Context.analysis, Context.lists, Context.everywhere]
    case .message: [Context.message, Context.lists, Context.everywhere]
    case .question: [Context.dialog, Context.everywhere]
    }
  }

  /// Whether letters go into a text field.
  var isTyping: Bool { ScreenLayout.fits(size) && (overlay.map(\.isTyping) ?? (editor != nil)) }

  /// What a key means now. While typing, letters and the keys of a text field are not commands.
  mutating func press(_ key: Key) -> [Effect] {
    let map = WorkbenchKeys.map
    guard isTyping else {
      note = nil
      guard let action = map.command(for: key, in: contexts) else { return [] }
      return perform(action)
    }
    if let action = map.command(for: key, in: contexts) { return perform(action) }
    if let effects = type({ $0.handle(key) }) { return effects }
    if editor != nil, overlay == nil, key == .up || key == .down { return acceptValue() }
    switch map.command(for: key, in: [Context.everywhere]) {
    case .quit?: return leave()
    case .redraw?: return [.redraw]
    case .suspend?: return [.suspend]
    default: return []
    }
  }
}
