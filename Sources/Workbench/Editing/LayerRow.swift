import Diagnostics
import Networks

/// One line of the network panel: a layer with what follows from its place.
public struct LayerRow: Hashable, Sendable {
  public var name: String
  public var kind: LayerKind
  /// Nil where the layer or one before it is refused.
  public var output: Shape?
  /// Words that the optimizer updates; nil where not known.
  public var parameters: Int?
  /// Floating-point operations of one sample, forward and backward; nil where not known.
  public var flops: Int?
  /// Bytes of one sample's output; nil where not known.
  public var activationBytes: Int?
  public var problem: Diagnostic?

  /// The rows of a network, right or wrong: layers before the first refused one have shapes whatever follows.
  public static func rows(of network: Network, problems: [Diagnostic]) -> [LayerRow] {
    let names = Graph.names(of: network.layers)
    let nodes = knownNodes(of: network)
    return network.layers.indices.map { index in
      let node = nodes.indices.contains(index) ? nodes[index] : nil
      return LayerRow(
        name: names[index], kind: network.layers[index].kind, output: node?.outputShape,
        parameters: node.map { $0.parameters.filter(\.isLearned).reduce(0) { $0 + $1.count } },
        flops: node.map { $0.forwardFlops + $0.backwardFlops }, activationBytes: node?.activationBytes,
        problem: problems.first { $0.layer == index })
    }
  }

  /// The nodes of the longest beginning of the network that can be resolved.
  private static func knownNodes(of network: Network) -> [Graph.Node] {
    if let graph = try? Graph(network) { return graph.nodes }
    var known = network
    while !known.layers.isEmpty {
      if let graph = try? Graph(known.withSink) { return Array(graph.nodes.prefix(known.layers.count)) }
      known.layers.removeLast()
    }
    return []
  }
}

extension Network {
  /// The network with its open ends led into one feature vector, so that an unfinished network has shapes.
  fileprivate var withSink: Network {
    let names = Graph.names(of: layers)
    var isRead = Set(layers.indices.dropFirst().filter { layers[$0].inputs == nil }.map { names[$0 - 1] })
    isRead.formUnion(layers.compactMap(\.inputs).joined())
    let ends = names.filter { !isRead.contains($0) }
    var closed = self
    // Blanks cannot stand in a layer's own name.
    closed.layers += ends.map { Layer(.flatten, name: "end of \($0)", inputs: [$0]) }
    if ends.count > 1 { closed.layers.append(Layer(.concat, name: "all ends", inputs: ends.map { "end of \($0)" })) }
    return closed
  }
}
