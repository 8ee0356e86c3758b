import Diagnostics
import Networks

extension PartitioningConstructor {
  /// Heads over the devices in order, nearly equally many on each; the trunk on device 0 or over all devices by samples.
  ///
  /// Independent heads have their losses where they are. Other losses read all heads' outputs on device 0; those are a few
  /// words per sample.
  func partitioning(_ strategy: TreeParallel) throws(DiagnosticList) -> Partitioning {
    guard let tree = graph.tree else {
      throw refusal(
        "the strategy tree needs a network that parts into heads",
        hint: "give the network a tree, as tree: {after: LAYER, copies: 4}, or choose another strategy")
    }
    var result = uniform(Split(devices: [0]))
    let used = min(devices, tree.copies)
    let byHead = Split(k: used, devices: Array(0..<used))
    let owners = (0..<used).flatMap { device in (0..<tree.copies).cut(device, of: used).map { _ in device } }
    for node in graph.nodes {
      if let head = graph.head(of: node.index) {
        result.splits[node.index] = Split(devices: [owners[head]])
      } else if node.index < graph.nodes.count - 1, strategy.trunk == .replicated {
        result.splits[node.index] = Split(n: devices, devices: Array(0..<devices))
      }
    }
    if tree.loss == .independent {
      result.splits[graph.nodes.count - 1] = byHead
      result.lossSplit = byHead
    }
    try check(result)
    result.assumptions += assumptions(tree, strategy, used: used)
    return result
  }

  private func assumptions(_ tree: Tree, _ strategy: TreeParallel, used: Int) -> [String] {
    var texts: [String] = []
    if used < devices {
      let rest = strategy.trunk == .replicated && tree.after != "input" ? "work on the trunk alone" : "wait"
      texts.append("\(tree.copies) heads for \(devices) devices; the others \(rest)")
    }
    if tree.loss == .independent, used > 1 {
      texts.append(
        "each head's outputs stay on its device, so the heads' common accuracy is known on the test set alone")
    }
    return texts
  }
}
