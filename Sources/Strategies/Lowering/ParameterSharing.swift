import Networks
import Programs

extension Graph.Node {
  /// Whether several devices hold the same parameters under a split because the work that uses them is cut in `n`, `h` or `w`.
  func sharesParameters(under split: Split) -> Bool {
    if parameters.isEmpty { return false }
    if split.n > 1 { return true }
    let parts = Split(h: split.h, w: split.w, devices: Array(0..<split.h * split.w))
      .boxes(samples: 0..<1, shape: outputShape, channelUnit: channelUnit)
    return Set(parts.map { filterPart(of: $0, among: parts).filters }).count < parts.count
  }
}

extension Layout {
  /// The filters that the part of a holding works with.
  func filterPart(of node: Graph.Node, _ holding: Holding) -> FilterPart {
    node.filterPart(of: holding.box, among: holdings(node.index, microbatch: 0).map(\.box))
  }

  /// The boxes of a node's parameters that the part of a holding works with, by ordinal; nil for those that it does not use.
  func parameterBoxes(of node: Graph.Node, _ holding: Holding) -> [[Range<Int>]?] {
    let filters = filterPart(of: node, holding)
    return node.parameters.map {
      node.parameterRanges($0, output: holding.box, summand: holding.summand, filters: filters)
    }
  }
}
