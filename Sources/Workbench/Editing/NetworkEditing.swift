import Networks

/// Edits of a layer list that keep what layers read.
///
/// Layers name their inputs, and a layer without a name of its own is named by kind and ordinal: inserting a `relu`
/// renames those after it. Every edit here therefore remembers which layer was meant and writes its new name.
extension Network {
  /// Puts a layer at a place in the list.
  public mutating func insert(_ layer: Layer, at index: Int) {
    let meant = references()
    let root = treeRoot
    let place = min(max(0, index), layers.count)
    layers.insert(layer, at: place)
    restoreTree(root) { $0 < place ? $0 : $0 + 1 }
    restore(
      meant.enumerated().reduce(into: Array(repeating: nil, count: layers.count)) { all, entry in
        all[entry.offset < place ? entry.offset : entry.offset + 1] = entry.element
      }, places: { $0 < place ? $0 : $0 + 1 }, keeping: place)
  }

  /// Takes a layer out; who read it reads what it had read.
  public mutating func remove(at index: Int) {
    guard layers.indices.contains(index) else { return }
    let meant = references()
    let heir = meant[index]?.first ?? .layer(index - 1)
    let root = treeRoot == .layer(index) ? heir : treeRoot
    layers.remove(at: index)
    restoreTree(root) { $0 < index ? $0 : $0 - 1 }
    var kept = meant
    kept.remove(at: index)
    let inherited = kept.map { list in
      list.map { list in list.map { $0 == .layer(index) ? heir : $0 } }
    }
    restore(inherited, places: { $0 < index ? $0 : $0 - 1 })
  }

  /// Exchanges a layer with its neighbour; false at the end of the list.
  @discardableResult
  public mutating func move(_ index: Int, by distance: Int) -> Bool {
    let target = index + distance
    guard layers.indices.contains(index), layers.indices.contains(target) else { return false }
    var meant = references()
    let root = treeRoot
    layers.swapAt(index, target)
    restoreTree(root) { $0 == index ? target : $0 == target ? index : $0 }
    meant.swapAt(index, target)
    restore(meant, places: { $0 == index ? target : $0 == target ? index : $0 })
    return true
  }

  /// Replaces a layer, whose name may be a new one.
  public mutating func replace(at index: Int, with layer: Layer) {
    guard layers.indices.contains(index) else { return }
    let before = references()
    let root = treeRoot
    let isReadElsewhere = layer.inputs != layers[index].inputs
    layers[index] = layer
    restoreTree(root) { $0 }
    restore(before, places: { $0 }, keeping: isReadElsewhere ? index : nil)
  }

  // MARK: References

  /// What one entry of `inputs` means.
  private enum Reference: Hashable {
    /// The layer at this place; -1 is the network's input.
    case layer(Int)
    /// A name that no layer has: kept as it stands, and reported as wrong.
    case unknown(String)
  }

  private func references() -> [[Reference]?] {
    let names = Graph.names(of: layers)
    return layers.map { layer in layer.inputs?.map { Self.reference($0, names) } }
  }

  private static func reference(_ name: String, _ names: [String]) -> Reference {
    name == "input" ? .layer(-1) : names.firstIndex(of: name).map { .layer($0) } ?? .unknown(name)
  }

  /// Below which layer a tree parts; nil without one.
  private var treeRoot: Reference? { tree.map { Self.reference($0.after, Graph.names(of: layers)) } }

  /// Writes the root of a tree as a name again; `places` gives the new place of an old one.
  private mutating func restoreTree(_ root: Reference?, places: (Int) -> Int) {
    guard case .layer(let old)? = root else { return }
    let (names, place) = (Graph.names(of: layers), old < 0 ? -1 : places(old))
    tree?.after = names.indices.contains(place) ? names[place] : "input"
  }

  /// Writes references as names again; `places` gives the new place of an old one, `kept` the layer whose own list
  /// stands.
  private mutating func restore(_ references: [[Reference]?], places: (Int) -> Int, keeping kept: Int? = nil) {
    let names = Graph.names(of: layers)
    for index in layers.indices where index != kept {
      layers[index].inputs = references[index]?.map { reference in
        switch reference {
        case .unknown(let name): return name
        case .layer(let old):
          let place = old < 0 ? -1 : places(old)
          return names.indices.contains(place) ? names[place] : "input"
        }
      }
    }
  }
}
