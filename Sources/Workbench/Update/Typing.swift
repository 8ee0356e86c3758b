import Screens

extension WorkbenchState {
  /// Pasted text goes into the text field in front, as one line. Anywhere else it is no command.
  mutating func paste(_ text: String) -> [Effect] {
    if isTyping {
      let effects = type {
        $0.insert(text)
        return true
      }
      return effects ?? []
    }
    let count = text.count
    note = Line(
      "pasted text goes into text fields: \(count) character\(count == 1 ? "" : "s") left out", role: .warning)
    return []
  }

  /// Changes the text field in front; nil where there is none, or where the change is none that it knows.
  mutating func type(_ change: (inout TextField) -> Bool) -> [Effect]? {
    switch overlay {
    case .help(var view):
      guard change(&view.filter) else { return nil }
      view.scroll = 0
      overlay = .help(view)
    case .palette(var view):
      guard change(&view.field) else { return nil }
      view.selection = 0
      overlay = .palette(view)
    case .path(var prompt):
      guard change(&prompt.field) else { return nil }
      overlay = .path(prompt)
    case .scenes, .layers, .message, .analysis, .question: return nil
    case nil: return typeValue(change)
    }
    return []
  }
}
