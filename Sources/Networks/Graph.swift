import Diagnostics

/// A network whose every layer has a name, inputs, shapes and parameters: what passes and executors read.
public struct Graph: Hashable, Sendable {
  /// One layer with everything that follows from its place in the network.
  public struct Node: Hashable, Sendable {
    /// The node's place in ``Graph/nodes``.
    public let index: Int
    public let name: String
    public let kind: LayerKind
    /// Producers: indices into ``Graph/nodes``, all smaller than `index`, or ``Graph/networkInput``.
    public let inputs: [Int]
    public let inputShapes: [Shape]
    public let outputShape: Shape
    public let parameters: [Parameter]
  }

  /// Stands for the network's input where a node's index is expected.
  public static let networkInput = -1

  public let network: Network
  /// In the order of the document, which is a topological order.
  public let nodes: [Node]

  public var input: Shape { network.input }
  public var loss: Loss { network.loss }
  /// The last layer's output, which the loss reads.
  public var output: Shape { nodes.last?.outputShape ?? network.input }

  /// Words that the optimizer updates.
  public var parameterCount: Int {
    nodes.lazy.flatMap(\.parameters).filter(\.isLearned).reduce(0) { $0 + $1.count }
  }

  /// Indices of the nodes that read node `index`'s output.
  public func consumers(of index: Int) -> [Int] {
    nodes.filter { $0.inputs.contains(index) }.map(\.index)
  }

  /// The node of that name.
  public func node(named name: String) -> Node? { nodes.first { $0.name == name } }
}
