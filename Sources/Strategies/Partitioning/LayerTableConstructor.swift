import Diagnostics
import Networks
import Programs

/// Turns a table of layers into a partitioning: each line as it is, other layers after the layer that they read.
struct LayerTableConstructor {
  let graph: Graph
  let batch: Int
  let devices: Int
  let microbatches: Int

  func partitioning(for table: LayerTable) throws(DiagnosticList) -> Partitioning {
    try checkNames(table)
    var splits: [Split] = []
    var stages: [Int] = []
    for node in graph.nodes {
      if let row = table.rows.first(where: { $0.layer == node.name }) {
        splits.append(row.split)
        stages.append(row.stage)
      } else {
        splits.append(try follower(node, splits))
        stages.append(node.inputs.filter { $0 >= 0 }.map { stages[$0] }.max() ?? 0)
      }
    }
    let last = splits[splits.count - 1].withoutAlgorithm
    let loss =
      table.rows.first { $0.layer == "loss" }?.split
      ?? (last.n > 1 && last.parts == last.n ? last : Split(devices: last.devices))
    try checkStages(splits, stages, loss: loss)
    try SplitRules(graph: graph, batch: batch, microbatches: microbatches, devices: devices)
      .check(splits, loss: loss)
    var result = Partitioning(
      splits: splits, lossSplit: loss, stages: stages, schedule: Schedule(devices: []), microbatches: microbatches,
      exchange: .ring, devices: devices)
    result.statistics = table.statistics
    result.schedule = schedule(result)
    return result
  }

  private func checkNames(_ table: LayerTable) throws(DiagnosticList) {
    let names = graph.nodes.map(\.name) + ["loss"]
    let problems = table.rows.filter { !names.contains($0.layer) }.map {
      Diagnostic(
        "the strategy names layer '\($0.layer)', which the network does not have", path: "strategy",
        hint: "its layers: \(names.joined(separator: ", "))")
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }

  /// The split of a layer without a line: its producer's, a cut of sums becoming a cut of outputs.
  private func follower(_ node: Graph.Node, _ splits: [Split]) throws(DiagnosticList) -> Split {
    guard let producer = node.inputs.first(where: { $0 >= 0 }) else {
      throw DiagnosticList("the strategy has no line for the first layer '\(node.name)'", path: "strategy")
    }
    var split = splits[producer].withoutAlgorithm
    (split.k, split.c) = (split.k * split.c, 1)
    let needsLine = node.kind.sumsOverInputs || (node.outputShape.height == 1 && split.h * split.w > 1)
    let fits = split.k <= node.outputShape.channels / node.channelUnit
    guard !needsLine, fits else {
      throw DiagnosticList(
        "the strategy has no line for layer '\(node.name)'", path: "strategy",
        hint: "it cannot simply follow the layer before; write for example: \(node.name) n=1 | 0")
    }
    return split
  }

  private func checkStages(_ splits: [Split], _ stages: [Int], loss: Split) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    for node in graph.nodes {
      for input in node.inputs where input >= 0 && stages[input] > stages[node.index] {
        problems.append(
          Diagnostic("layer '\(node.name)' stands in an earlier stage than the layer that it reads", path: "strategy"))
      }
    }
    for device in 0..<devices {
      var own = Set(graph.nodes.indices.filter { splits[$0].devices.contains(device) }.map { stages[$0] })
      if loss.devices.contains(device) { own.formUnion(stages.max().map { [$0] } ?? []) }
      if own.count > 1 {
        problems.append(
          Diagnostic("device \(device) has layers of \(own.count) stages, but runs one stage", path: "strategy"))
      }
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }

  /// 1F1B over the stages; every device of a stage runs its stage's order.
  private func schedule(_ partitioning: Partitioning) -> Schedule {
    let stageDevices = partitioning.stageDevices
    let orders = stageDevices.indices.map {
      PipelineSchedule.oneForwardOneBackward.order(stage: $0, of: stageDevices.count, microbatches: microbatches)
    }
    return Schedule(
      devices: (0..<devices).map { device in
        stageDevices.firstIndex { $0.contains(device) }.map { orders[$0] } ?? []
      })
  }
}
