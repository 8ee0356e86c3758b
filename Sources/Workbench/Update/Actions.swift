import Scenes
import Screens

extension WorkbenchState {
  /// Does what a key, the palette or the mouse asks for.
  mutating func perform(_ action: WorkbenchAction) -> [Effect] {
    if let overlay, let effects = perform(action, over: overlay) { return effects }
    switch action {
    case .quit: return leave()
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .help: overlay = .help(HelpView())
    case .palette: overlay = .palette(PaletteView())
    case .focus(let panel): focus(panel)
    case .nextPanel: focus(PanelKind.allCases[(focus.rawValue + 1) % PanelKind.allCases.count])
    case .previousPanel:
      focus(PanelKind.allCases[(focus.rawValue + PanelKind.allCases.count - 1) % PanelKind.allCases.count])
    case .expand: isExpanded.toggle()
    case .back, .cancel: return back()
    case .run, .pauseDisplay, .pauseRun, .step, .stop, .reset, .clock, .reference: return control(action)
    case .analysis: showAnalysis()
    case .openScene:
      let present = path == nil ? presets.firstIndex { $0.name == scene.name } : nil
      overlay = .scenes(selection: keptEdits.isEmpty ? present ?? 0 : 0)
    case .saveScene: overlay = .path(PathPrompt(.save, proposedPath))
    case .undo: return travel(to: history.undo(scene), "nothing to undo")
    case .redo: return travel(to: history.redo(scene), "nothing to redo")
    case .up, .down, .pageUp, .pageDown, .top, .bottom: if !scrollPicture(action) { move(action) }
    case .owners: toggleOwners()
    case .slots: toggleSlots()
    case .nextLayer: showLayer(1)
    case .previousLayer: showLayer(-1)
    case .chooseStrategy(let name):
      guard let changed = try? SceneSettings.setting("strategy", name, in: scene) else { break }
      return edit(changed)
    case .increase: return stepValue(1)
    case .decrease: return stepValue(-1)
    case .edit: return openEditor()
    case .addLayer, .removeLayer, .moveLayerUp, .moveLayerDown, .duplicateLayer, .toggleTree: return editNetwork(action)
    case .view(let key): return view(key)
    case .accept: return acceptValue()
    case .search, .otherAnswer, .previousAnswer, .answer, .discard: break
    }
    return []
  }

  /// Leaves, after a question where something would be lost. Who wishes to leave once more does.
  mutating func leave() -> [Effect] {
    if case .question(let question) = overlay, question.isLeaving { return [.quit(.quit)] }
    guard let question = Question.leaving(self) else { return [.quit(.quit)] }
    overlay = .question(question)
    return []
  }

  /// Opens a scene by name or path, after a question where edits would be lost.
  mutating func open(_ name: String, effects: [Effect]) -> [Effect] {
    guard isEdited else { return effects }
    overlay = .question(.opening(name, over: self, effects: effects))
    return []
  }

  /// Goes to a panel; an open form stays where it is.
  mutating func focus(_ panel: PanelKind) {
    focus = panel
    note = nil
  }

  /// One level up: out of an editor, a form, a full screen.
  private mutating func back() -> [Effect] {
    if editor != nil { return cancelValue() }
    if form != nil, focus == .network {
      form = nil
    } else if isExpanded {
      isExpanded = false
    } else {
      note = nil
    }
    return []
  }

  private mutating func travel(to scene: Scene?, _ otherwise: String) -> [Effect] {
    guard let scene else {
      note = Line(otherwise, role: .dim)
      return []
    }
    note = nil
    return replaceScene(scene)
  }

  /// Gives a key to the view of the focused measurement panel.
  private mutating func view(_ key: Key) -> [Effect] {
    guard let measurements = shown else { return key == .escape ? back() : [] }
    let isTaken =
      switch focus {
      case .timeline: timelineView.handle(key, measurements)
      case .devices: devicesView.handle(key, measurements)
      case .communication: communicationView.handle(key, measurements)
      case .learning: learningView.handle(key)
      case .network, .strategy: false
      }
    return !isTaken && key == .escape ? back() : []
  }

  /// Moves the mark in the list that has the keys.
  private mutating func move(_ action: WorkbenchAction) {
    if form != nil, focus == .network {
      let count = formFields.count
      form?.selection.move(action, count: count)
    } else if focus == .network {
      let count = networkLineCount
      networkLine.move(action, count: count)
    } else if focus == .strategy {
      let count = strategyFields.count
      strategyLine.move(action, count: count)
    }
  }
}

extension Int {
  /// Moves a mark in a list of `count` entries and keeps it inside.
  mutating func move(_ action: WorkbenchAction, count: Int, page: Int = 10) {
    switch action {
    case .up: self -= 1
    case .down: self += 1
    case .pageUp: self -= page
    case .pageDown: self += page
    case .top: self = 0
    case .bottom: self = count - 1
    default: break
    }
    self = Swift.min(Swift.max(0, self), Swift.max(0, count - 1))
  }
}
