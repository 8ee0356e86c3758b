import Diagnostics
import Networks
import Programs

/// Turns a strategy into splits, stages and a schedule, or refuses it with the reason. Each kind stands in a file of its own.
struct PartitioningConstructor {
  let graph: Graph
  let batch: Int
  let devices: Int
  /// Nil leaves the number to the strategy.
  let microbatches: Int?
  /// What each layer takes, for `balance=measured`; nil where it is not known.
  var layerSeconds: [Double]?

  func partitioning(for strategy: Strategy) throws(DiagnosticList) -> Partitioning {
    guard devices >= 1 else { throw refusal("a machine has at least one device, not \(devices)") }
    if let microbatches, microbatches < 1 || microbatches > batch {
      throw refusal(
        "a batch of \(batch) cannot be cut into \(microbatches) microbatches",
        hint: "between 1 and \(batch) microbatches")
    }
    try graph.checkStep(batch: batch, devices: devices)
    try checkSize(ofMicrobatches: microbatches ?? 1)
    var result =
      switch strategy {
      case .serial: serial()
      case .data(let configuration): try partitioning(configuration)
      case .model(let configuration): try partitioning(configuration)
      case .pipeline(let configuration): try partitioning(configuration)
      case .mesh(let configuration): try partitioning(configuration)
      case .grid(let configuration): try partitioning(configuration)
      case .hybrid(let configuration): try partitioning(configuration)
      case .cannon(let configuration): try partitioning(configuration)
      case .summa(let configuration): try partitioning(configuration)
      case .redundant(let configuration): try partitioning(configuration)
      case .tree(let configuration): try partitioning(configuration)
      case .layers(let table):
        try LayerTableConstructor(graph: graph, batch: batch, devices: devices, microbatches: microbatches)
          .partitioning(for: table)
      }
    try settleExchange(of: &result)
    try checkVersions(result)
    try checkBuckets(&result)
    try checkStatistics(result)
    result.schedule = result.schedule.exchanging(beforeUpdatesOf: reducingStages(result))
    return result
  }

  /// Stages in which several devices add up gradients before the update, or a server does.
  func reducingStages(_ partitioning: Partitioning) -> Set<Int> {
    if partitioning.shard.isByLayer { return [] }
    let layout = Layout(graph: graph, partitioning: partitioning, batch: batch)
    return Set(
      graph.nodes.filter { node in
        !node.parameters.isEmpty
          && (partitioning.server != nil
            || ParameterOwners(of: node, layout: layout).owners.contains { $0.group.count > 1 })
      }.map { partitioning.stages[$0.index] })
  }

  /// Refuses steps of more parts than can be written down, before a list is made of them.
  private func checkSize(ofMicrobatches microbatches: Int) throws(DiagnosticList) {
    guard microbatches.multipliedSaturating(by: devices) <= Self.mostParts else {
      throw refusal(
        "\(microbatches) microbatches on \(devices) devices are too many",
        hint: "microbatches times devices are at most \(Self.mostParts)")
    }
  }

  /// Microbatches times devices.
  private static let mostParts = 1 << 22

  private func serial() -> Partitioning {
    var result = uniform(Split(devices: [0]), devices: 1)
    if devices > 1 { result.assumptions.append("serial uses 1 of \(devices) devices") }
    return result
  }

  /// Every layer and the loss cut in the same way, in one stage: forward and backward per microbatch, update.
  func uniform(_ split: Split, devices used: Int? = nil) -> Partitioning {
    let devices = used ?? devices
    let microbatches = microbatches ?? 1
    let passes = (0..<microbatches).flatMap {
      [Action(.forward, stage: 0, microbatch: $0), Action(.backward, stage: 0, microbatch: $0)]
    }
    return Partitioning(
      splits: graph.nodes.map { _ in split }, lossSplit: split, stages: graph.nodes.map { _ in 0 },
      schedule: Schedule(devices: (0..<devices).map { _ in passes + [Action(.update, stage: 0)] }),
      microbatches: microbatches, exchange: .ring, devices: devices)
  }

  /// Samples of the smallest microbatch when there are `microbatches` of them.
  func samples(inEachOf microbatches: Int) -> Int { batch / microbatches }

  /// - Throws: every layer that cannot be cut so.
  func check(_ partitioning: Partitioning) throws(DiagnosticList) {
    try SplitRules(graph: graph, batch: batch, microbatches: partitioning.microbatches, devices: devices)
      .check(partitioning.splits, loss: partitioning.lossSplit)
  }

  func refusal(_ message: String, hint: String? = nil) -> DiagnosticList {
    DiagnosticList(message, path: "strategy", hint: hint)
  }
}

extension Schedule {
  /// The schedule with a gradient exchange before every update of some stages.
  fileprivate func exchanging(beforeUpdatesOf stages: Set<Int>) -> Schedule {
    Schedule(
      devices: devices.map { actions in
        actions.flatMap { action in
          action.kind == .update && stages.contains(action.stage)
            ? [Action(.exchange, stage: action.stage, microbatch: action.microbatch), action] : [action]
        }
      })
  }
}
