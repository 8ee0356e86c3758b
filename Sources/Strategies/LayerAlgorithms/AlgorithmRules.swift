import Networks

extension SplitRules {
  /// Why a layer cannot be computed by its split's algorithm; empty where it can.
  func algorithmProblems(_ split: Split, of node: Graph.Node) -> [String] {
    let name = split.algorithm.rawValue
    guard case .linear(let outputs, _) = node.kind else { return ["only linear layers are computed by \(name)"] }
    var found: [String] = []
    if split.devices.count != split.parts {
      let grid = split.n > 1 || split.algorithm != .fan ? "\(split.k)×\(split.n) = \(split.parts)" : "\(split.parts)"
      found.append("\(name) needs \(grid) devices, not \(split.devices.count)")
    }
    if Set(split.devices).count != split.devices.count { found.append("a device is named twice") }
    if let stranger = split.devices.first(where: { !(0..<devices).contains($0) }) {
      found.append("there is no device \(stranger); the machine has devices 0 to \(devices - 1)")
    }
    func atMost(_ degree: Int, _ limit: Int, _ what: String) {
      if degree > limit { found.append("\(limit) \(what) cannot be cut into \(degree) parts for \(name)") }
    }
    atMost(split.k, outputs, "outputs")
    atMost(max(split.k, split.n), node.inputShapes[0].channels, "inputs")
    atMost(split.n, samples, "samples")
    return found
  }
}
