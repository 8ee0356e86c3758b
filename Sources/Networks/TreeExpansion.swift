import Diagnostics

/// A network with a tree as a plain list of layers: the trunk, the junction, head after head, and the join that the loss
/// reads. Passes and executors see this list alone.
///
/// Heads stand one after the other, so that cutting the list into stages keeps heads together.
struct TreeExpansion {
  /// The expanded network, without a tree.
  let network: Network
  /// For every expanded layer the place of the written layer that it comes from; nil for junction and join.
  let origins: [Int?]

  /// - Parameters:
  ///   - names: of the written layers.
  /// - Throws: everything that is wrong with the tree. The layers themselves are taken to be right.
  init(_ written: Network, tree: Tree, names: [String]) throws(DiagnosticList) {
    let first = try Self.check(written, tree, names)
    var layers = Array(written.layers[..<first])
    var origins: [Int?] = Array(layers.indices)
    for index in layers.indices { layers[index].name = names[index] }
    var root = tree.after
    if first > 0 {
      root = Tree.junctionName
      layers.append(Layer(.junction(copies: tree.copies), name: root, inputs: [tree.after], path: "network.tree"))
      origins.append(nil)
    }
    for head in 0..<tree.copies {
      for index in written.layers.indices[first...] {
        var copy = written.layers[index]
        copy.name = Tree.name(of: names[index], head: head)
        copy.inputs = (copy.inputs ?? [index == first ? tree.after : names[index - 1]]).map {
          $0 == tree.after ? root : Tree.name(of: $0, head: head)
        }
        layers.append(copy)
        origins.append(index)
      }
    }
    let last = names[names.count - 1]
    layers.append(
      Layer(
        .heads(copies: tree.copies), name: Tree.joinName,
        inputs: (0..<tree.copies).map { Tree.name(of: last, head: $0) }, path: "network.tree"))
    origins.append(nil)
    network = Network(input: written.input, layers: layers, loss: written.loss)
    self.origins = origins
  }

  /// The place of the heads' first layer.
  private static func check(_ written: Network, _ tree: Tree, _ names: [String]) throws(DiagnosticList) -> Int {
    var problems: [Diagnostic] = []
    func complain(_ key: String, _ message: String, hint: String? = nil) {
      problems.append(Diagnostic(message, path: "network.tree.\(key)", hint: hint))
    }
    let limits = Tree.copyLimits
    if !limits.contains(tree.copies) {
      complain(
        "copies", "a tree has \(limits.lowerBound) to \(limits.upperBound) copies, not \(tree.copies)")
    } else if !(1...tree.copies).contains(tree.best) {
      complain(
        "best", "\(tree.best) of \(tree.copies) heads cannot be the best", hint: "1 to \(tree.copies), the copies")
    }
    if tree.loss != .oracle, tree.best != 1 {
      complain("best", "'best' belongs to the loss oracle", hint: "write loss: oracle, or leave 'best' out")
    }
    let place = tree.after == "input" ? -1 : names.firstIndex(of: tree.after)
    guard let place, place + 1 < names.count else {
      complain(
        "after",
        place == nil
          ? "the tree parts after '\(tree.after)', which is no layer" : "no layer comes after '\(tree.after)'",
        hint: "one of: \((["input"] + names.dropLast()).joined(separator: ", "))")
      throw DiagnosticList(problems)
    }
    let first = place + 1
    problems += clashes(written, tree, names, first: first) + crossings(written, tree, names, first: first)
    if !problems.isEmpty { throw DiagnosticList(problems) }
    return first
  }

  /// Written layers that are called as the expansion calls one of its own.
  private static func clashes(_ written: Network, _ tree: Tree, _ names: [String], first: Int) -> [Diagnostic] {
    let copies = tree.copies
    let own = Set(
      [Tree.junctionName, Tree.joinName]
        + names[first...].flatMap { name in (0..<max(0, copies)).map { Tree.name(of: name, head: $0) } })
    return names.indices.filter { own.contains(names[$0]) }.map { index in
      at(
        index, of: written, "the tree has a layer of its own called '\(names[index])'",
        hint: "give this layer another name")
    }
  }

  /// Heads that read the trunk past the junction: their gradient would not be the junction's.
  private static func crossings(_ written: Network, _ tree: Tree, _ names: [String], first: Int) -> [Diagnostic] {
    let above = Set(["input"] + names[..<first]).subtracting([tree.after])
    return names.indices[first...].flatMap { index in
      (written.layers[index].inputs ?? []).filter(above.contains).map { name in
        at(
          index, of: written,
          "layer '\(names[index])' of the heads reads '\(name)', but heads read the trunk at '\(tree.after)' alone",
          hint: "let the tree part where nothing but one layer is read from above")
      }
    }
  }

  private static func at(_ index: Int, of network: Network, _ message: String, hint: String) -> Diagnostic {
    let layer = network.layers[index]
    return Diagnostic(
      message, path: layer.path ?? "network.layers[\(index)]", location: layer.location, hint: hint)
  }
}
