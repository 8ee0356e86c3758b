import Diagnostics
import Networks

extension PartitioningConstructor {
  /// Every layer cut by outputs, with redundancy; the loss is computed by every device from the gathered outputs.
  func partitioning(_ redundant: RedundantParallel) throws(DiagnosticList) -> Partitioning {
    let copies = redundant.copies ?? min(2, devices)
    guard redundant.construction == .overlappedBlocks || redundant.copies ?? 2 == 2 else {
      throw refusal(
        "construction b holds every weight twice, not \(copies) times", hint: "leave copies out, or construction=a")
    }
    guard copies <= devices else {
      throw refusal(
        "\(devices) devices cannot compute \(copies) copies of a block", hint: "copies between 1 and \(devices)")
    }
    var result = uniform(Split(devices: Array(0..<devices)))
    for node in graph.nodes {
      let parts = min(devices, node.outputShape.channels / node.channelUnit)
      result.splits[node.index] =
        redundant.construction == .fan ? fan(node, parts: parts) : overlapped(parts: parts, copies: copies)
      if parts < devices { result.assumptions.append("'\(node.name)' has \(parts) parts for \(devices) devices") }
    }
    result.assumptions.append(
      "construction \(redundant.construction.rawValue) is a reconstruction after Müller and Gunzinger 1994; the text was not at hand"
    )
    result.assumptions.append(
      redundant.construction == .fan
        ? "gathering instead of summing saves additions, not words, and costs every weight's second update"
        : "overlap pays where a word on the link takes longer than 2 operations per input of a layer: slow links, few inputs"
    )
    try SplitRules(graph: graph, batch: batch, microbatches: microbatches ?? 1, devices: devices)
      .check(result.splits, loss: result.lossSplit)
    return result
  }

  private func fan(_ node: Graph.Node, parts: Int) -> Split {
    if case .linear = node.kind, node.inputShapes[0].channels >= parts {
      return .grid(.fan, rows: parts, columns: 1, devices: Array(0..<parts))
    }
    return Split(k: parts, devices: Array(0..<parts))
  }

  /// Device i computes blocks i to i + copies - 1 around the ring: block p is on devices p, p - 1, …
  private func overlapped(parts: Int, copies: Int) -> Split {
    Split(
      k: parts,
      devices: (0..<copies).flatMap { copy in (0..<parts).map { ($0 - copy + devices) % devices } })
  }
}
