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
  /// In how many heads of a tree the layer stands; parameters, operations and bytes are those of all copies.
  public var copies = 1

  /// The rows of a network, right or wrong: layers before the first refused one have shapes whatever follows.
  public static func rows(of network: Network, problems: [Diagnostic]) -> [LayerRow] {
    let names = Graph.names(of: network.layers)
    let nodes = knownNodes(of: network)
    return network.layers.indices.map { index in
      let own = nodes[index] ?? []
      func sum(_ value: (Graph.Node) -> Int) -> Int? { own.isEmpty ? nil : own.reduce(0) { $0 + value($1) } }
      return LayerRow(
        name: names[index], kind: network.layers[index].kind, output: own.first?.outputShape,
        parameters: sum { $0.parameters.filter(\.isLearned).reduce(0) { $0 + $1.count } },
        flops: sum { $0.forwardFlops + $0.backwardFlops }, activationBytes: sum(\.activationBytes),
        problem: problems.first { $0.layer == index }, copies: max(1, own.count))
    }
  }

  /// The nodes of the longest beginning of the network that can be resolved, by layer: several for the heads of a tree.
  private static func knownNodes(of network: Network) -> [Int: [Graph.Node]] {
    func byLayer(_ graph: Graph, _ count: Int) -> [Int: [Graph.Node]] {
      var nodes: [Int: [Graph.Node]] = [:]
      for (node, origin) in zip(graph.nodes, graph.origins) {
        if let origin, origin < count { nodes[origin, default: []].append(node) }
      }
      return nodes
    }
    if let graph = try? Graph(network) { return byLayer(graph, network.layers.count) }
    var known = network
    // What an unfinished network would be as a tree says nothing about its layers' shapes.
    known.tree = nil
    while !known.layers.isEmpty {
      if let graph = try? Graph(known.withSink) { return byLayer(graph, known.layers.count) }
      known.layers.removeLast()
    }
    return [:]
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
    // Longer than every name, so that no layer is called the same.
    let stem = (names.max { $0.count < $1.count } ?? "") + "-end"
    closed.layers += ends.enumerated().map { Layer(.flatten, name: "\(stem)\($0.offset)", inputs: [$0.element]) }
    if ends.count > 1 {
      closed.layers.append(Layer(.concat, name: "\(stem)s", inputs: ends.indices.map { "\(stem)\($0)" }))
    }
    return closed
  }
}
