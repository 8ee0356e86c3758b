import Networks
import Programs

extension ProgramLowering {
  /// Forward of a layer that an algorithm computes, on all its devices.
  mutating func lowerAlgorithmForward(_ node: Graph.Node, _ microbatch: Int, _ action: Action) {
    if layout.algorithm(of: node.index) == .fan {
      lowerFanForward(FanLayer(node, microbatch: microbatch, action: action, in: layout))
    } else {
      lowerGridForward(GridLayer(node, microbatch: microbatch, action: action, in: layout))
    }
  }

  /// Backward of a layer that an algorithm computes.
  ///
  /// - Parameter outputGradients: The gradient of each device's output box.
  mutating func lowerAlgorithmBackward(
    _ node: Graph.Node, _ microbatch: Int, outputGradients: [Int: Index<Buffer>], accumulates: Bool, _ action: Action
  ) {
    let inOrder = layout.partitioning.splits[node.index].devicesByRow.map { outputGradients[$0]! }
    if layout.algorithm(of: node.index) == .fan {
      lowerFanBackward(
        FanLayer(node, microbatch: microbatch, action: action, in: layout), outputGradients: inOrder,
        accumulates: accumulates)
    } else {
      lowerGridBackward(
        GridLayer(node, microbatch: microbatch, action: action, in: layout), outputGradients: inOrder,
        accumulates: accumulates)
    }
  }
}
