import Diagnostics
import Networks

/// Where the chain of layers is cut into stages.
extension PartitioningConstructor {
  /// The stage of each layer.
  ///
  /// - Parameter capacities: how many devices share each stage's microbatches.
  func stages(_ pipeline: PipelineParallel, capacities: [Int]) throws(DiagnosticList) -> [Int] {
    let count = capacities.count
    if !pipeline.cuts.isEmpty { return try stages(beginningAt: pipeline.cuts, count: count) }
    return StageBalance.stages(costs: try costs(pipeline.balance), capacities: capacities)
  }

  /// - Throws: where there are more stages than layers.
  func checkLayers(forStages count: Int) throws(DiagnosticList) {
    guard count <= graph.nodes.count else {
      throw refusal(
        "\(graph.nodes.count) layers cannot be cut into \(count) stages", hint: "at most \(graph.nodes.count) stages")
    }
  }

  /// Stages by hand: every named layer begins the next one.
  private func stages(beginningAt cuts: [String], count: Int) throws(DiagnosticList) -> [Int] {
    let example = graph.nodes.dropFirst().prefix(max(1, count - 1)).map(\.name).joined(separator: "/")
    guard cuts.count == count - 1 else {
      throw refusal(
        "cuts=\(cuts.joined(separator: "/")) makes \(cuts.count + 1) stages, but there are \(count)",
        hint: "name \(count - 1) layers, each of which begins a stage, as cuts=\(example)")
    }
    var stages = [Int](repeating: 0, count: graph.nodes.count)
    var last = 0
    for (number, name) in cuts.enumerated() {
      guard let node = graph.node(named: name) else {
        throw refusal(
          "cuts names layer '\(name)', which the network does not have",
          hint: "its layers: \(graph.nodes.map(\.name).joined(separator: ", "))")
      }
      guard node.index > last else {
        throw refusal(
          "cuts: '\(name)' does not come after '\(graph.nodes[last].name)'",
          hint: "layers in the order of the network, not the first")
      }
      last = node.index
      for index in last..<stages.count { stages[index] = number + 1 }
    }
    return stages
  }

  /// What each layer weighs.
  private func costs(_ balance: StageWeight) throws(DiagnosticList) -> [Double] {
    switch balance {
    case .flops: return graph.nodes.map { Double($0.balanceCost) }
    case .parameters:
      return graph.nodes.map { Double($0.parameters.reduce(0) { $0 + $1.count }) }
    case .measured:
      if let layerSeconds, layerSeconds.count == graph.nodes.count { return layerSeconds }
      // Profiled layers bring their times with them.
      if graph.nodes.allSatisfy({ $0.kind.profile != nil }) { return graph.nodes.map { Double($0.balanceCost) } }
      throw refusal(
        "balance=measured needs the times of the layers, and none are known here",
        hint: "balance=flops weighs layers by their arithmetic")
    }
  }
}
