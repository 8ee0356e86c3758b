import Networks
import Scenes
import Screens

extension WorkbenchState {
  /// Adds, removes, moves and copies layers.
  mutating func editNetwork(_ action: WorkbenchAction) -> [Effect] {
    if action == .addLayer {
      overlay = .layers(selection: 0)
      return []
    }
    if action == .toggleTree { return toggleTree() }
    guard let layer = selectedLayer else {
      note = Line("mark a layer first: this line is the network's \(lineName)", role: .dim)
      return []
    }
    var changed = scene
    switch action {
    case .removeLayer:
      changed.network.remove(at: layer)
      form = nil
    case .duplicateLayer:
      var copy = changed.network.layers[layer]
      copy.name = nil
      changed.network.insert(copy, at: layer + 1)
    case .moveLayerUp, .moveLayerDown:
      let distance = action == .moveLayerUp ? -1 : 1
      guard changed.network.move(layer, by: distance) else { return [] }
      let effects = edit(changed)
      networkLine += distance
      return effects
    default: return []
    }
    let effects = edit(changed)
    if action == .duplicateLayer { networkLine += 1 }
    return effects
  }

  /// What the marked line is where it is no layer.
  private var lineName: String { networkLine == 0 ? "input" : networkLine == lossLine ? "loss" : "tree" }

  /// Lets the network part below the marked layer or its input, or join again.
  private mutating func toggleTree() -> [Effect] {
    var changed = scene
    guard networkLine < lossLine, changed.network.toggleTree(after: networkLine - 1) else {
      note = Line(
        "mark the last layer that all heads share, or the input; at least one layer comes after it", role: .dim)
      return []
    }
    return edit(changed)
  }

  /// Adds a layer of the chosen kind below the marked line and opens its form.
  mutating func addLayer(_ kind: LayerKind) -> [Effect] {
    let index = min(max(0, networkLine), scene.network.layers.count)
    var layer = Layer(kind)
    if kind == .add || kind == .concat { layer.inputs = defaultInputs(at: index) }
    var changed = scene
    changed.network.insert(layer, at: index)
    let effects = edit(changed)
    networkLine = index + 1
    form = LayerSettings.fields(of: layer, name: "").count > 2 || layer.inputs != nil ? LayerForm(layer: index) : nil
    return effects
  }

  /// The two outputs nearest above that have the same shape, which is what a residual connection adds.
  private func defaultInputs(at index: Int) -> [String] {
    let names = ["input"] + rows.map(\.name)
    let shapes = [scene.network.input] + rows.map(\.output)
    let last = min(index, names.count - 1)
    let partner = (0..<last).last { shapes[$0] != nil && shapes[$0] == shapes[last] } ?? max(0, last - 1)
    return [names[partner], names[last]]
  }
}
