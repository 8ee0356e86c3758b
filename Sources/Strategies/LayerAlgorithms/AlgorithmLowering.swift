import Networks
import Programs

extension ProgramLowering {
  /// Whether an algorithm computes a layer, and not every device its box.
  func isByAlgorithm(_ node: Graph.Node) -> Bool { layout.algorithm(of: node.index) != .boxes }

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
  /// - Parameter gradients: The gradient of each part's output.
  mutating func lowerAlgorithmBackward(
    _ node: Graph.Node, _ microbatch: Int, gradients: [Int: Index<Buffer>], _ action: Action
  ) {
    let split = layout.partitioning.splits[node.index]
    let inOrder = split.devices.indices.map { gradients[split.part(atGridPosition: $0)]! }
    if layout.algorithm(of: node.index) == .fan {
      lowerFanBackward(
        FanLayer(node, microbatch: microbatch, action: action, in: layout), outputGradients: inOrder)
    } else {
      lowerGridBackward(
        GridLayer(node, microbatch: microbatch, action: action, in: layout), outputGradients: inOrder)
    }
  }

  /// The place of an algorithm layer's input, or with `isOutput` its output, on the device at a position of its grid.
  func algorithmKey(_ node: Graph.Node, _ position: Int, _ microbatch: Int, isOutput: Bool) -> DeviceBuilder.Key {
    DeviceBuilder.Key(
      index: isOutput ? node.index : junction(node.index, 0),
      part: layout.partitioning.splits[node.index].part(atGridPosition: position), microbatch: microbatch)
  }
}
