import Diagnostics
import Networks

/// Which splits a layer allows.
struct SplitRules {
  let graph: Graph
  /// Of the smallest microbatch.
  let samples: Int
  let devices: Int

  /// - Throws: every layer that cannot be cut as asked, with the reason.
  func check(_ splits: [Split]) throws(DiagnosticList) {
    let found = graph.nodes.flatMap { node in
      problems(splits[node.index], of: node).map { Diagnostic("layer '\(node.name)': \($0)", path: "strategy") }
    }
    if !found.isEmpty { throw DiagnosticList(found) }
  }

  /// Why a layer cannot be cut so; empty where it can.
  func problems(_ split: Split, of node: Graph.Node) -> [String] {
    var found: [String] = []
    let output = node.outputShape
    if split.devices.isEmpty || split.devices.count % split.parts != 0 {
      found.append("\(split.parts) parts need \(split.parts) devices (or a multiple), not \(split.devices.count)")
    }
    if Set(split.devices).count != split.devices.count { found.append("a device is named twice") }
    if let stranger = split.devices.first(where: { !(0..<devices).contains($0) }) {
      found.append("there is no device \(stranger); the machine has devices 0 to \(devices - 1)")
    }
    func atMost(_ degree: Int, _ limit: Int, _ what: String) {
      if degree > limit { found.append("\(limit) \(what) cannot be cut into \(degree) parts") }
    }
    atMost(split.n, samples, "samples")
    atMost(split.k, output.channels / node.channelUnit, node.kind == .flatten ? "channels before flatten" : "outputs")
    atMost(split.h, output.height, "rows")
    atMost(split.w, output.width, "columns")
    if split.c > 1 {
      if node.kind.sumsOverInputs {
        atMost(split.c, node.inputShapes[0].channels, "inputs")
      } else {
        found.append("only linear and convolution layers sum over inputs and can be cut in c")
      }
    }
    if split.h * split.w > 1, node.kind.isBatchNorm {
      found.append("batch normalisation cut in h or w would need statistics of several devices; cut n or k instead")
    }
    return found
  }
}
