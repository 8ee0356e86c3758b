import Scenes
import Screens

extension WorkbenchState {
  /// Takes a message in; returns what has to be done in the world. Without side effects, in no case failing.
  public mutating func update(_ message: WorkbenchMessage) -> [Effect] {
    defer {
      refreshOwners()
      refreshSlots()
    }
    switch message {
    case .key(let key): return press(key)
    case .mouse(let mouse): return point(mouse)
    case .pasted(let text): return paste(text)
    case .resized(let size):
      self.size = size
      return []
    case .signal(let signal):
      switch signal {
      case .interrupt, .terminate, .hangup: return [.quit(.signal(signal))]
      case .suspend: return [.suspend]
      case .resume: return [.redraw]
      }
    case .compiled(let result, let scene): return take(result, of: scene)
    case .stillCompiling: isCompilingLong = isCompiling
    case .forecast(let forecast, let scene): take(forecast, of: scene)
    case .started(let plan, let paused): begin(plan, paused: paused)
    case .timed(let reference): take(reference)
    case .run(let update): take(update)
    case .loaded(let scene, let path):
      let effects = show(scene, path: path)
      savedScene = self.scene
      return effects
    case .recovered(let scene, let path, let id): return recover(scene, path: path, id: id)
    case .saved(let order):
      savedScene = order.scene
      path = order.path
      note = Line("saved as \(order.path)", role: .good)
      return order.then
    case .notSaved(let order, let obstacle): overlay = .question(.replacing(order, obstacle))
    case .failed(let title, let text): overlay = .message(Notice(title, text))
    }
    return []
  }

  /// Takes over what the compiler says about the scene.
  private mutating func take(_ result: Compilation, of compiled: Scene) -> [Effect] {
    guard compiled == scene else { return [] }
    isCompiling = false
    isCompilingLong = false
    compilation = result
    forecast = nil
    rows = LayerRow.rows(of: scene.network, problems: result.problems)
    // What was measured stays on screen; before a run, the panels show the new program's formulas.
    if run == nil {
      measurements = unmeasured
      // What is held of the timeline belongs to the program before.
      timelineView.follow()
    }
    defer { afterCompiling = [] }
    guard !afterCompiling.isEmpty else { return [] }
    note = nil
    return result.plan == nil ? cannotRun() : afterCompiling
  }

  /// Shows another scene; the one before can be brought back.
  mutating func show(_ loaded: Scene, path: String?) -> [Effect] {
    let loaded = loaded.unplaced
    history.record(scene)
    self.path = path
    networkLine = 1
    strategyLine = 0
    form = nil
    editor = nil
    overlay = nil
    note = Line("opened \(loaded.name)", role: .good)
    return replaceScene(loaded)
  }

  /// Puts another scene on screen and has it compiled; remembers nothing.
  mutating func replaceScene(_ new: Scene) -> [Effect] {
    scene = new
    rows = LayerRow.rows(of: new.network, problems: [])
    networkLine = min(networkLine, networkLineCount - 1)
    strategyLine = min(strategyLine, strategyFields.count - 1)
    if let form, !new.network.layers.indices.contains(form.layer) { self.form = nil }
    isCompiling = true
    afterCompiling = []
    return [.compile(new)]
  }

  /// An edit: can be taken back.
  mutating func edit(_ new: Scene) -> [Effect] {
    guard new != scene else { return [] }
    history.record(scene)
    note = nil
    return replaceScene(new)
  }
}
