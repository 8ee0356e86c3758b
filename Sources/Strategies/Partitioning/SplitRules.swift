import Diagnostics
import Networks

/// Which splits a layer allows.
struct SplitRules {
  let graph: Graph
  let batch: Int
  let microbatches: Int
  let devices: Int

  /// Of the smallest microbatch.
  var samples: Int { batch / microbatches }

  /// - Throws: every layer that cannot be cut as asked, and the loss, with the reason.
  func check(_ splits: [Split], loss: Split) throws(DiagnosticList) {
    var found = graph.nodes.flatMap { node in
      problems(splits[node.index], of: node).map { Diagnostic("layer '\(node.name)': \($0)", path: "strategy") }
    }
    found += lossProblems(loss).map { Diagnostic("the loss: \($0)", path: "strategy") }
    if !found.isEmpty { throw DiagnosticList(found) }
  }

  /// Why a layer cannot be cut so; empty where it can.
  func problems(_ split: Split, of node: Graph.Node) -> [String] {
    guard split.algorithm == .boxes else { return algorithmProblems(split, of: node) }
    var found = deviceProblems(split)
    let output = node.outputShape
    func atMost(_ degree: Int, _ limit: Int, _ what: String) {
      if degree > limit { found.append("\(limit) \(what) cannot be cut into \(degree) parts") }
    }
    if split.m > microbatches {
      found.append("\(split.m) groups cannot take turns with \(microbatches) microbatches; some would have no work")
    }
    atMost(split.n, samples, "samples")
    atMost(split.k, output.channels / node.channelUnit, node.channelUnitName)
    atMost(split.h, output.height, "rows")
    atMost(split.w, output.width, "columns")
    if split.c > 1 {
      if node.kind.sumsOverInputs {
        atMost(split.c, node.inputShapes[0].channels, "inputs")
      } else {
        found.append("only linear and convolution layers sum over inputs and can be cut in c")
      }
    }
    return found
  }

  /// The loss needs all outputs of a sample, or with independent heads all of a head.
  private func lossProblems(_ split: Split) -> [String] {
    var found = deviceProblems(split)
    if split.algorithm != .boxes { found.append("it is not computed by \(split.algorithm.rawValue)") }
    if split.n * split.k != split.parts || (split.k > 1 && graph.lossUnits == 1) {
      found.append("it can be cut in n only\(graph.lossUnits > 1 ? ", and in k between heads" : "")")
    } else if split.k > graph.lossUnits {
      found.append("\(graph.lossUnits) heads cannot be cut into \(split.k) parts")
    }
    if Set(split.devices).count != split.devices.count { found.append("a device is named twice") }
    if split.n > samples { found.append("\(samples) samples cannot be cut into \(split.n) parts") }
    return found
  }

  /// What is wrong with the list of devices of any split.
  private func deviceProblems(_ split: Split) -> [String] {
    var found: [String] = []
    let places = split.m * split.parts
    if split.devices.isEmpty || split.devices.count % places != 0 {
      found.append("\(places) parts need \(places) devices (or a multiple), not \(split.devices.count)")
    } else if split.namesTwice {
      found.append("a device is named twice for one part")
    } else if split.overlaps, split.m * split.n * split.h * split.w > 1 {
      found.append("devices with parts of several replicas would count gradients twice; cut k or c alone")
    }
    if let stranger = split.devices.first(where: { !(0..<devices).contains($0) }) {
      found.append("there is no device \(stranger); the machine has devices 0 to \(devices - 1)")
    }
    return found
  }
}

extension Split {
  /// True where some device has parts of several replicas.
  fileprivate var overlaps: Bool { replicas > 1 && Set(devices).count != devices.count }

  /// True where a device would compute one part twice, or belong to two groups.
  fileprivate var namesTwice: Bool {
    let group = devices.count / m
    let takes = devices.enumerated().map { position, device in
      [device, m > 1 ? position / group : 0, position % group % parts]
    }
    let groups = Set(takes.map { [$0[0], $0[1]] })
    return Set(takes).count != takes.count || groups.count != Set(devices).count
  }
}
