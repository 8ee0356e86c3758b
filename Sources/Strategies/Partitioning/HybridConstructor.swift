import Diagnostics
import Networks
import Programs

extension PartitioningConstructor {
  /// Two stages on the same devices: the layers below the first linear one, cut by samples; the rest, cut by outputs. The
  /// junction's schemes are rounds of the second stage.
  func partitioning(_ hybrid: Hybrid) throws(DiagnosticList) -> Partitioning {
    guard let first = graph.nodes.first(where: { $0.kind.isLinear })?.index, first > 0 else {
      throw refusal(
        "a hybrid cuts the layers before the first linear layer by samples, but there are none",
        hint: "model(split=k) cuts linear layers alone")
    }
    let rounds = try rounds(of: hybrid)
    let everyone = DeviceGroups(groups: [Array(0..<devices)])
    var result = uniform(everyone.replicated)
    result.microbatches = rounds
    result.exchange = hybrid.exchange
    result.buckets = hybrid.buckets
    let below =
      hybrid.scheme == .b
      ? Split(m: devices, devices: Array(0..<devices)) : Split(n: devices, devices: Array(0..<devices))
    for node in graph.nodes {
      result.stages[node.index] = node.index < first ? 0 : 1
      result.splits[node.index] =
        node.index < first ? below : everyone.split(of: node, along: .k, after: result.splits)
    }
    result.schedule = Schedule(devices: (0..<devices).map { order(hybrid, rounds: rounds, device: $0) })
    if hybrid.variable == .on {
      result.assumptions.append(
        "linear layers are updated \(rounds) times a step, each time from \(batch / rounds) samples; the reference does the same on one device"
      )
    }
    try check(result)
    return result
  }

  private func rounds(of hybrid: Hybrid) throws(DiagnosticList) -> Int {
    if hybrid.scheme == .a {
      guard hybrid.variable == .off else {
        throw refusal(
          "scheme a has one round of the whole batch, so that linear layers cannot be updated more often",
          hint: "scheme b or c")
      }
      return microbatches ?? 1
    }
    guard microbatches ?? devices == devices else {
      throw refusal(
        "scheme \(hybrid.scheme.rawValue) has one round per device: \(devices) microbatches, not \(microbatches ?? 0)",
        hint: "leave the microbatches out")
    }
    let needed = hybrid.scheme == .c ? devices * devices : devices
    guard batch >= needed else {
      throw refusal(
        "scheme \(hybrid.scheme.rawValue) on \(devices) devices needs a batch of at least \(needed), not \(batch)",
        hint: "a larger batch or fewer devices")
    }
    return devices
  }

  /// Activations of the next round are on their way while this round's linear layers compute, and gradients of the last one.
  private func order(_ hybrid: Hybrid, rounds: Int, device: Int) -> [Action] {
    func below(_ kind: Action.Kind, _ round: Int) -> [Action] {
      // In scheme b a device has samples in its own round alone.
      guard (0..<rounds).contains(round), hybrid.scheme != .b || round == device else { return [] }
      return [Action(kind, stage: 0, microbatch: round)]
    }
    let ahead = hybrid.scheme == .a ? 0 : 1
    var order = (0..<rounds).flatMap { round -> [Action] in
      var actions = hybrid.scheme == .b ? [] : below(.forward, round + ahead)
      actions.append(Action(.forward, stage: 1, microbatch: round))
      actions.append(Action(.backward, stage: 1, microbatch: round))
      if hybrid.variable == .on { actions.append(Action(.update, stage: 1, microbatch: round)) }
      return actions + (hybrid.scheme == .b ? [] : below(.backward, round - ahead))
    }
    switch hybrid.scheme {
    case .a: break
    case .b: order = below(.forward, device) + order + below(.backward, device)
    case .c: order = below(.forward, 0) + order + below(.backward, rounds - 1)
    }
    if hybrid.variable == .off { order.append(Action(.update, stage: 1)) }
    return order + [Action(.update, stage: 0)]
  }
}

extension LayerKind {
  fileprivate var isLinear: Bool { if case .linear = self { true } else { false } }
}
