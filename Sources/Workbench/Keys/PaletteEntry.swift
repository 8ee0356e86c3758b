import Screens
import Strategies

/// One command of the palette: what it does, its keys, and the panel that it belongs to.
public struct PaletteEntry: Hashable, Sendable {
  public var title: String
  public var keys: [Key]
  public var action: WorkbenchAction
  /// The panel that has to have the keys; nil where any may.
  public var panel: PanelKind?

  /// Every command that makes sense by name: those of the program, the run, the panels and their views.
  public static let all: [PaletteEntry] = {
    let general = [WorkbenchKeys.Context.run, WorkbenchKeys.Context.panels, WorkbenchKeys.Context.everywhere]
    let strategies = StrategyKind.all.map { kind in
      PaletteEntry(
        title: "Strategy: \(kind.name), \(kind.about)", keys: [], action: .chooseStrategy(kind.name), panel: .strategy)
    }
    let bound: [PaletteEntry] = WorkbenchKeys.map.bindings.compactMap { binding in
      let panel = PanelKind.allCases.first { $0.title == binding.context }
      guard panel != nil || general.contains(binding.context) else { return nil }
      switch binding.action {
      case .palette, .back, .edit, .increase, .decrease: return nil
      case .view(let key) where [.up, .down, .left, .right, .escape].contains(key): return nil
      default: break
      }
      let title = panel.map { binding.help.hasPrefix("go to") ? binding.help : "\($0.title): \(binding.help)" }
      return PaletteEntry(title: title ?? binding.help, keys: binding.keys, action: binding.action, panel: panel)
    }
    return bound + strategies
  }()

  /// The entries that a text finds: those that contain it first, then those that contain its letters in order.
  public static func matches(_ text: String) -> [PaletteEntry] {
    let wanted = Array(text.lowercased().filter { $0 != " " })
    guard !wanted.isEmpty else { return all }
    let whole = all.filter { $0.title.lowercased().contains(text.lowercased()) }
    let loose = all.filter { entry in
      var rest = wanted[...]
      for character in entry.title.lowercased() where character == rest.first { rest.removeFirst() }
      return rest.isEmpty && !whole.contains(entry)
    }
    return whole + loose
  }
}

extension KeyMap<WorkbenchAction>.Binding {
  /// What the binding does.
  var action: WorkbenchAction { command }
}
