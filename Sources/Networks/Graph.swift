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

  /// As it was written, with its tree if it has one.
  public let network: Network
  /// In the order of the document, which is a topological order; a tree is expanded to trunk, junction and heads.
  public let nodes: [Node]
  /// For every node the place in the network's layers that it comes from; nil for what a tree adds.
  public let origins: [Int?]

  public var input: Shape { network.input }
  public var loss: Loss { network.loss }
  public var tree: Tree? { network.tree }
  /// The last layer's output, which the loss reads.
  public var output: Shape { nodes.last?.outputShape ?? network.input }
  /// How many predictions the output holds side by side: the heads of a tree, otherwise 1.
  public var headCount: Int { tree?.copies ?? 1 }
  /// Words of one prediction.
  public var headOutputs: Int { output.count / headCount }
  /// Into how many parts along the outputs the loss can be cut: heads with a loss of their own need nothing of each other.
  public var lossUnits: Int { tree?.loss == .independent ? headCount : 1 }

  /// The head of a tree that a node belongs to, counted from 0; nil for trunk, junction and join.
  public func head(of index: Int) -> Int? {
    guard let tree else { return nil }
    // What follows the trunk stands in the list once per head, and the join comes last.
    let join = nodes.count - 1
    let trunk = tree.after == "input" ? 0 : origins.firstIndex(of: nil) ?? 0
    let layers = network.layers.count - trunk
    let first = join - layers * tree.copies
    return (first..<join).contains(index) ? (index - first) / layers : nil
  }

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
