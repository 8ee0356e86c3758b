import Diagnostics
import Scenes
import Screens

extension WorkbenchState {
  /// The commands that the palette lists for what was typed.
  func paletteMatches(_ text: String) -> [PaletteEntry] { PaletteEntry.matches(text) }

  /// Does the typed command, or else the marked one.
  mutating func choose(_ view: PaletteView) -> [Effect] {
    let text = view.field.text.trimmingBlanks
    if let effects = command(text) { return effects }
    let matches = paletteMatches(text)
    guard matches.indices.contains(view.selection) else {
      note = Line("no command is called '\(text)'", role: .error)
      overlay = nil
      return []
    }
    let entry = matches[view.selection]
    overlay = nil
    if let panel = entry.panel { focus(panel) }
    return perform(entry.action)
  }

  /// The typed commands: `q`, `wq`, `w FILE`, `o SCENE`, `set path=value`, and the run's by name. Nil for anything else.
  private mutating func command(_ text: String) -> [Effect]? {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard let verb = words.first else { return nil }
    let rest = words.count > 1 ? words[1].trimmingBlanks : ""
    switch verb {
    case "q", "quit", "exit": return rest.isEmpty ? leave(perform: .quit) : nil
    case "q!": return rest.isEmpty ? leave([.quit(.quit)]) : nil
    case "wq", "x": return rest.isEmpty ? leave(saving: [.quit(.quit)]) : nil
    case "w", "write", "save":
      guard !rest.isEmpty else { return leave(perform: .saveScene) }
      return leave([.saveScene(SaveOrder(scene, path: rest))])
    case "w!": return rest.isEmpty ? nil : leave([.saveScene(SaveOrder(scene, path: rest, replaces: true))])
    case "o", "open", "e", "edit":
      guard !rest.isEmpty else { return leave(perform: .openScene) }
      overlay = nil
      return open(rest, effects: [.loadScene(rest)])
    case "o!", "e!": return rest.isEmpty ? nil : leave([.loadScene(rest)])
    case "set" where !rest.isEmpty:
      overlay = nil
      return set(rest)
    default: break
    }
    let named: [String: WorkbenchAction] = [
      "run": .run, "r": .run, "step": .step, "stop": .stop, "reset": .reset, "pause": .pauseDisplay, "undo": .undo,
      "redo": .redo, "help": .help, "h": .help,
    ]
    return rest.isEmpty ? named[verb].flatMap { leave(perform: $0) } : nil
  }

  private mutating func leave(_ effects: [Effect]) -> [Effect] {
    overlay = nil
    return effects
  }

  private mutating func leave(saving then: [Effect]) -> [Effect] {
    overlay = nil
    return save(then: then)
  }

  private mutating func leave(perform action: WorkbenchAction) -> [Effect] {
    overlay = nil
    return perform(action)
  }

  /// `path=value`, as the option `--set` takes it.
  private mutating func set(_ text: String) -> [Effect] {
    do {
      return edit(try scene.applying([try SceneOverride(parsing: text)]).unplaced)
    } catch {
      overlay = .message(Notice("Cannot set \(text)", error.all.map(\.onScreen).joined(separator: "\n")))
      return []
    }
  }
}

extension Diagnostic {
  /// Message, path and hint without a place in a text that is not on screen.
  var onScreen: String {
    var bare = self
    bare.location = nil
    return bare.description
  }
}
