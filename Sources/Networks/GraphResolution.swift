import Diagnostics

extension Graph {
  /// Names layers, finds their inputs and infers shapes; expands a tree.
  ///
  /// - Throws: every problem of the network at once, each at its layer's location. A layer whose input could not be
  ///   inferred is not blamed a second time.
  public init(_ network: Network) throws(DiagnosticList) {
    // The layers as written first: what is wrong with one is told once, not once per copy.
    let written = Resolution.whole(network)
    guard let tree = network.tree else {
      guard written.problems.isEmpty else { throw DiagnosticList(written.problems) }
      self.init(network: network, nodes: written.nodes.compactMap { $0 }, origins: Array(network.layers.indices))
      try checkSize()
      return
    }
    let expansion: TreeExpansion
    do throws(DiagnosticList) {
      expansion = try TreeExpansion(network, tree: tree, names: Graph.names(of: network.layers))
    } catch {
      throw DiagnosticList(written.problems + error.all)
    }
    guard written.problems.isEmpty else { throw DiagnosticList(written.problems) }
    let resolution = Resolution.whole(expansion.network)
    guard resolution.problems.isEmpty else { throw DiagnosticList(resolution.problems) }
    self.init(network: network, nodes: resolution.nodes.compactMap { $0 }, origins: expansion.origins)
    try checkSize()
  }

  /// The names that layers have in a document: their own, or kind and ordinal from 1.
  public static func names(of layers: [Layer]) -> [String] {
    var ordinals: [String: Int] = [:]
    return layers.map { layer in
      let stem = layer.kind.name
      ordinals[stem, default: 0] += 1
      return layer.name ?? "\(stem)\(ordinals[stem]!)"
    }
  }
}

/// The running state of ``Graph/init(_:)``: nodes found so far and problems.
private struct Resolution {
  let network: Network
  let names: [String]
  var nodes: [Graph.Node?] = []
  var problems: [Diagnostic] = []
  private var inputIsUsable = true
  private var indexOfName: [String: Int] = [:]

  init(_ network: Network) {
    self.network = network
    names = Graph.names(of: network.layers)
    do throws(ShapeMismatch) {
      try network.input.check()
    } catch {
      problems.append(
        Diagnostic("the network's input is wrong: \(error.message)", path: "network.input", hint: error.hint))
      inputIsUsable = false
    }
  }

  static func whole(_ network: Network) -> Resolution {
    var resolution = Resolution(network)
    for layer in network.layers.indices { resolution.resolve(layer) }
    resolution.checkWholeNetwork()
    return resolution
  }

  mutating func resolve(_ index: Int) {
    let layer = network.layers[index]
    let name = names[index]
    if name == "input" || name == "loss" {
      complain(index, "a layer cannot be called '\(name)'", hint: "that name is taken by the network's \(name)")
    } else if !Layer.isName(name) {
      complain(index, "'\(name)' cannot be a layer's name", hint: "letters, digits, '_', '-' and '.' can be in a name")
    } else if indexOfName[name] != nil {
      complain(index, "two layers are called '\(name)'", hint: "give one of them another name")
    }
    let inputs = inputIndices(of: index)
    indexOfName[name] = index
    guard let inputs, let shapes = shapes(of: inputs) else { return nodes.append(nil) }
    do throws(ShapeMismatch) {
      let output = try layer.kind.outputShape(from: shapes)
      try layer.kind.checkSize(input: shapes[0], output: output)
      nodes.append(
        Graph.Node(
          index: index, name: name, kind: layer.kind, inputs: inputs, inputShapes: shapes, outputShape: output,
          parameters: layer.kind.parameters(layer: name, input: shapes[0], output: output)))
    } catch {
      complain(index, "layer '\(name)': \(error.message)", hint: error.hint)
      nodes.append(nil)
    }
  }

  mutating func checkWholeNetwork() {
    if network.layers.isEmpty {
      problems.append(Diagnostic("the network has no layers", path: "network.layers", hint: "add at least one layer"))
    }
    guard let last = nodes.last, let last else { return }
    if last.outputShape.isImage {
      complain(
        last.index, "the loss needs a feature vector, but the last layer '\(last.name)' gives \(last.outputShape)",
        hint: "end with flatten or globalAveragePool and a linear layer")
    }
    let read = Set(nodes.compactMap { $0?.inputs }.joined())
    for case let node? in nodes.dropLast() where !read.contains(node.index) && !nodes.contains(nil) {
      complain(node.index, "nothing reads the output of layer '\(node.name)'", hint: "remove it or name it as an input")
    }
  }

  /// Producers of a layer, or nil after a complaint.
  private mutating func inputIndices(of index: Int) -> [Int]? {
    guard let wanted = network.layers[index].inputs else { return [index - 1] }
    if wanted.isEmpty {
      complain(
        index, "layer '\(names[index])' has an empty list of inputs",
        hint: "leave `inputs` out to read the layer before")
      return nil
    }
    var found: [Int] = []
    for name in wanted {
      if name == "input" {
        found.append(Graph.networkInput)
      } else if let producer = indexOfName[name] {
        found.append(producer)
      } else {
        let later = names.contains(name)
        complain(
          index, "layer '\(names[index])' reads '\(name)', " + (later ? "which comes later" : "which is no layer"),
          hint: later
            ? "a layer reads layers above it" : "known here: \((["input"] + names[..<index]).joined(separator: ", "))")
        return nil
      }
    }
    return found
  }

  /// Shapes of producers, or nil if one of them was refused.
  private func shapes(of inputs: [Int]) -> [Shape]? {
    var shapes: [Shape] = []
    for input in inputs {
      if input == Graph.networkInput {
        guard inputIsUsable else { return nil }
        shapes.append(network.input)
      } else if let node = nodes[input] {
        shapes.append(node.outputShape)
      } else {
        return nil
      }
    }
    return shapes
  }

  private mutating func complain(_ index: Int, _ message: String, hint: String? = nil) {
    let layer = network.layers[index]
    problems.append(
      Diagnostic(message, path: layer.path ?? "network.layers[\(index)]", location: layer.location, hint: hint))
  }
}
