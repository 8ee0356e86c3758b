import Networks
import Programs

/// Junctions whose boxes form a known collective, carried by the strategy's algorithm instead of directly.
///
/// Only where producer and consumer are of one stage: between stages the two ends run at different times.
extension ProgramLowering {
  /// Moves what a junction's consumers need, if that is a known collective and the strategy wants an algorithm for it.
  ///
  /// - Returns: false where it has to go from device to device.
  mutating func lowerActivationCollective(_ index: Int, _ microbatch: Int, _ action: Action) -> Bool {
    let demands = layout.demands(layout.junctions[index], microbatch: microbatch).sorted { $0.device < $1.device }
    guard let group = group(index, microbatch, demands, isBackward: false, action) else { return false }
    let (holdings, whole) = (group.holdings, group.whole)
    let held = holdings.firstByDevice
    func output(_ device: Int) -> DeviceBuilder.Held? {
      held[device].flatMap {
        devices[device].outputs[
          .init(index: layout.junctions[index].producer, part: $0.part, microbatch: microbatch)]
      }
    }
    let own = demands.map { output($0.device) }
    var results: [DeviceBuilder.Held]
    switch group.kind {
    case .allGather:
      results = gather(own, whole, boxes: own.map { $0?.box }, group)
    case .reduceScatter:
      // Halving adds in place, and others may read the output too.
      let parts = group.algorithm == .halvingDoubling ? duplicates(own.compactMap { $0 }, group) : own.compactMap { $0 }
      results = scatter(parts, boxes: demands.map(\.box), group).compactMap { $0 }
    case .allReduce: results = sum(duplicates(own.compactMap { $0 }, group), group)
    default: return false
    }
    for (demand, held) in zip(demands, results) { give(held, to: demand, index, microbatch) }
    return true
  }

  /// Moves the gradients that a junction's consumers have to the holders of its producer, likewise.
  ///
  /// Results wait in ``DeviceBuilder/exchangedGradients``.
  mutating func lowerGradientCollective(_ index: Int, _ microbatch: Int, _ action: Action) -> Bool {
    let needs = layout.needs(layout.junctions[index], microbatch: microbatch).sorted { $0.device < $1.device }
    guard let group = group(index, microbatch, needs, isBackward: true, action) else { return false }
    let own = needs.map { need in
      DeviceBuilder.Held(
        buffer: devices[need.device].contributions[.init(index: index, part: need.part, microbatch: microbatch)]![0],
        box: need.box)
    }
    let holdings = group.holdings.firstByDevice
    let results: [DeviceBuilder.Held?]
    switch group.kind {
    case .allGather:
      results = gather(own, group.whole, boxes: own.map(\.box), group)
    case .reduceScatter:
      let boxes = needs.map { holdings[$0.device]?.box }
      results = scatter(own, boxes: boxes, group)
    case .allReduce: results = sum(own, group)
    default: return false
    }
    for (need, held) in zip(needs, results) {
      guard let held, let holding = holdings[need.device] else { continue }
      devices[need.device].exchangedGradients[.init(index: index, part: holding.part, microbatch: microbatch)] = held
    }
    return true
  }

  /// A known collective between the consumers and holders of a junction.
  private struct JunctionGroup {
    var kind: Collective.Kind
    var algorithm: ScatterAlgorithm
    var holdings: [Holding]
    var whole: Box
    var steps: CollectiveSteps
  }

  /// Whether a junction's consumers get what they need by an algorithm (``lowerActivationCollective(_:_:_:)``).
  func isActivationCollective(_ index: Int, _ microbatch: Int) -> Bool {
    recognised(index, microbatch, layout.demands(layout.junctions[index], microbatch: microbatch), isBackward: false)
      != nil
  }

  /// The known collective that a junction's boxes form, with what it costs by the strategy's algorithm; nil where there is none
  /// to be carried by one.
  private func recognised(
    _ index: Int, _ microbatch: Int, _ needs: [Holding], isBackward: Bool
  ) -> (kind: Collective.Kind, whole: Box, cost: ExchangeCost)? {
    let junction = layout.junctions[index]
    let algorithm = layout.partitioning.activationExchange
    guard algorithm != .direct, junction.producer >= 0,
      junction.stage == layout.partitioning.stages[junction.producer]
    else { return nil }
    let needs = needs.sorted { $0.device < $1.device }
    let node = layout.graph.nodes[junction.producer]
    let holdings = layout.holdings(node.index, microbatch: microbatch)
    let whole = Box(samples: layout.samples(microbatch), shape: node.outputShape)
    let kind = TransferVolume(needs: needs, holdings: holdings, whole: whole, isBackward: isBackward).kind
    func pieces(_ side: [Holding]) -> [Int] {
      let side = side.firstByDevice
      return needs.map { side[$0.device]?.box.count ?? 0 }
    }
    switch (kind, isBackward) {
    case (.allGather, false): return (kind, whole, .allGather(algorithm, pieces: pieces(holdings)))
    case (.allGather, true): return (kind, whole, .allGather(algorithm, pieces: pieces(needs)))
    case (.reduceScatter, false): return (kind, whole, .reduceScatter(algorithm, pieces: pieces(needs)))
    case (.reduceScatter, true): return (kind, whole, .reduceScatter(algorithm, pieces: pieces(holdings)))
    case (.allReduce, _):
      return ExchangeAlgorithm(rawValue: algorithm.rawValue).map {
        (kind, whole, .allReduce($0, words: whole.count, peers: needs.count))
      }
    default: return nil
    }
  }

  /// Recognises and registers the collective; nil where there is none to be carried by an algorithm.
  private mutating func group(
    _ index: Int, _ microbatch: Int, _ needs: [Holding], isBackward: Bool, _ action: Action
  ) -> JunctionGroup? {
    guard let (kind, whole, cost) = recognised(index, microbatch, needs, isBackward: isBackward) else { return nil }
    let algorithm = layout.partitioning.activationExchange
    let node = layout.graph.nodes[layout.junctions[index].producer]
    let holdings = layout.holdings(node.index, microbatch: microbatch)
    let purpose: Purpose = isBackward ? .activationGradients : .activations
    let members = needs.map(\.device)
    let number = collectives.append(
      Collective(
        kind: kind, algorithm: algorithm.rawValue, devices: members, words: whole.count, purpose: purpose,
        expectedWords: cost.totalWords, formula: cost.formula, expectedMessages: cost.totalMessages,
        label: "\(node.name)\(isBackward ? " gradient" : "") mb\(microbatch)"))
    let steps = CollectiveSteps(
      collective: number, devices: members, purpose: purpose, action: action, stream: purpose.rawValue,
      what: node.name, node: node.index, microbatch: microbatch)
    return JunctionGroup(kind: kind, algorithm: algorithm, holdings: holdings, whole: whole, steps: steps)
  }

  /// Puts a whole together on every member from their boxes; nil where one has none.
  private mutating func gather(
    _ own: [DeviceBuilder.Held?], _ whole: Box, boxes: [Box?], _ group: JunctionGroup
  ) -> [DeviceBuilder.Held] {
    let steps = group.steps
    let results = steps.devices.map { device in
      DeviceBuilder.Held(
        buffer: devices[device].buffer("\(steps.what) gathered", .activations, words: whole.count), box: whole)
    }
    var array = ExchangeArray(
      buffers: results.map(\.buffer), wholes: results.map(\.box), boxes: boxes.map { $0 ?? Box(n: 0..<0, k: 0..<0) })
    for rank in steps.ranks {
      array.undefine(rank: rank)
      guard let held = own[rank] else { continue }
      let defines = array.defines(results[rank].buffer, rank: rank)
      devices[steps.devices[rank]].move(
        held.box, from: held, to: results[rank], defines: defines, purpose: steps.purpose, collective: nil,
        in: steps.action)
    }
    steps.allGather(group.algorithm, &array, &self)
    return results
  }

  /// Adds up boxes of arrays that every member has whole; nil where a member takes none.
  private mutating func scatter(
    _ own: [DeviceBuilder.Held], boxes: [Box?], _ group: JunctionGroup
  ) -> [DeviceBuilder.Held?] {
    let array = ExchangeArray(
      buffers: own.map(\.buffer), wholes: own.map(\.box), boxes: boxes.map { $0 ?? Box(n: 0..<0, k: 0..<0) })
    let sums = group.steps.reduceScatter(group.algorithm, array, &self)
    return zip(sums, boxes).map { sum, box in
      guard let sum, let box else { return nil }
      return DeviceBuilder.Held(buffer: sum, box: box)
    }
  }

  /// Adds up arrays that every member has whole, in place.
  private mutating func sum(_ own: [DeviceBuilder.Held], _ group: JunctionGroup) -> [DeviceBuilder.Held] {
    if let algorithm = ExchangeAlgorithm(rawValue: group.algorithm.rawValue) {
      group.steps.allReduce(algorithm, buffers: own.map(\.buffer), words: group.whole.count, &self)
    }
    return own
  }

  /// Copies that may be changed.
  private mutating func duplicates(_ own: [DeviceBuilder.Held], _ group: JunctionGroup) -> [DeviceBuilder.Held] {
    let steps = group.steps
    return zip(own, steps.devices).map { held, device in
      let copy = DeviceBuilder.Held(
        buffer: devices[device].buffer("\(steps.what) sum", .activations, words: held.box.count), box: held.box)
      devices[device].move(
        held.box, from: held, to: copy, defines: true, purpose: steps.purpose, collective: nil, in: steps.action)
      return copy
    }
  }
}

extension [Holding] {
  /// Each device's first one.
  fileprivate var firstByDevice: [Int: Holding] { Dictionary(map { ($0.device, $0) }) { first, _ in first } }
}
