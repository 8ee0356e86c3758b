import Screens

extension WorkbenchState {
  /// What an action means while something lies over the panels; nil where it means what it always does.
  mutating func perform(_ action: WorkbenchAction, over overlay: Overlay) -> [Effect]? {
    switch action {
    case .quit, .redraw, .suspend: return nil
    case .cancel, .back: return close(overlay)
    default: break
    }
    switch overlay {
    case .help(var view):
      switch action {
      case .search: view.isSearching = true
      case .accept: view.isSearching = false
      default:
        let lines = helpLines(view).count
        view.scroll.move(action, count: lines, page: max(1, size.height - 6))
      }
      self.overlay = .help(view)
    case .palette(var view):
      if action == .accept { return choose(view) }
      view.selection.move(action, count: paletteMatches(view.field.text).count)
      self.overlay = .palette(view)
    case .scenes(var selection):
      if action == .accept { return chooseScene(selection) }
      if action == .discard { return discardKeptEdits(selection) }
      selection.move(action, count: keptEdits.count + presets.count + 1)
      self.overlay = .scenes(selection: selection)
    case .layers(var selection):
      if action == .accept {
        self.overlay = nil
        return addLayer(LayerSettings.templates[selection].kind)
      }
      selection.move(action, count: LayerSettings.templates.count)
      self.overlay = .layers(selection: selection)
    case .path(let prompt):
      if action == .accept { return choose(prompt) }
    case .analysis(var view):
      let page = max(1, size.height - 4)
      let count = analysisLines(width: max(0, size.width - 4)).count
      view.scroll.move(action, count: max(1, count - page + 1), page: page)
      self.overlay = .analysis(view)
    case .message(var notice):
      if action == .accept { return close(overlay) }
      notice.scroll.move(action, count: notice.text.count { $0 == "\n" } + 1)
      self.overlay = .message(notice)
    case .question(var question):
      let count = question.answers.count
      switch action {
      case .accept: return give(question.answers[question.selection])
      case .answer(let key):
        return question.answers.first { $0.key == key }.map { give($0) } ?? []
      case .otherAnswer: question.selection = (question.selection + 1) % count
      case .previousAnswer: question.selection = (question.selection + count - 1) % count
      default: break
      }
      self.overlay = .question(question)
    }
    return []
  }

  private mutating func give(_ answer: Question.Answer) -> [Effect] {
    overlay = nil
    return answer.savesFirst ? save(then: answer.effects) : answer.effects
  }

  /// Saves the scene to its file, or asks for one.
  mutating func save(then: [Effect]) -> [Effect] {
    if let path { return [.saveScene(SaveOrder(scene, path: path, then: then))] }
    var prompt = PathPrompt(.save, proposedPath)
    prompt.then = then
    overlay = .path(prompt)
    return []
  }

  /// Escape: a search is left before the help is.
  private mutating func close(_ overlay: Overlay) -> [Effect] {
    if case .help(var view) = overlay, view.isSearching {
      view.isSearching = false
      view.filter = HelpView().filter
      self.overlay = .help(view)
    } else {
      self.overlay = nil
    }
    return []
  }

  private mutating func chooseScene(_ selection: Int) -> [Effect] {
    overlay = nil
    if keptEdits.indices.contains(selection) {
      let kept = keptEdits[selection]
      return open("the kept edits of \(kept.name)", effects: [.recover(kept.id)])
    }
    let index = selection - keptEdits.count
    guard presets.indices.contains(index) else {
      overlay = .path(PathPrompt(.open))
      return []
    }
    return open(presets[index].name, effects: [.loadScene(presets[index].name)])
  }

  /// Deletes edits that an earlier workbench left unsaved.
  private mutating func discardKeptEdits(_ selection: Int) -> [Effect] {
    guard keptEdits.indices.contains(selection) else { return [] }
    return [.discard(keptEdits.remove(at: selection).id)]
  }

  private mutating func choose(_ prompt: PathPrompt) -> [Effect] {
    let path = prompt.field.text.trimmingBlanks
    guard !path.isEmpty else { return [] }
    overlay = nil
    switch prompt.purpose {
    case .open: return open(path, effects: [.loadScene(path)])
    case .save: return [.saveScene(SaveOrder(scene, path: path, then: prompt.then))]
    }
  }

  /// The help's lines as drawn, for scrolling no further than they go.
  func helpLines(_ view: HelpView) -> [Line] {
    HelpOverlay(sections: WorkbenchKeys.map.help(in: contextsBelowOverlay), filter: view.filter)
      .lines(width: size.width - HelpOverlay.frameColumns)
  }
}
