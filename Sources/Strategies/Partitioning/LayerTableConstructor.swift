import Diagnostics
import Networks
import Programs

/// Turns a table of layers into a partitioning: each line as it is, other layers after the layer that they read.
struct LayerTableConstructor {
  let graph: Graph
  let batch: Int
  let devices: Int
  /// Nil leaves the number to the table's schedule.
  let asked: Int?

  init(graph: Graph, batch: Int, devices: Int, microbatches: Int?) {
    self.graph = graph
    self.batch = batch
    self.devices = devices
    asked = microbatches
  }

  func partitioning(for table: LayerTable) throws(DiagnosticList) -> Partitioning {
    try checkNames(table)
    if let problem = table.schedule.map(ScheduleLine.init).missingMicrobatches() { throw DiagnosticList([problem]) }
    let actions = table.schedule.reduce(0) { $0 + $1.actions.count }
    if !table.schedule.isEmpty, let asked, asked > actions {
      throw DiagnosticList(
        "a schedule of \(actions) \(actions == 1 ? "action" : "actions") cannot be one of \(asked) microbatches",
        path: "strategy", hint: "leave the microbatches out: the schedule says how many there are")
    }
    let microbatches =
      asked ?? (table.schedule.isEmpty ? 1 : LayerTable.microbatches(of: table.schedule))
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
      ?? (last.n > 1 && last.parts == last.n ? last : Split(m: last.m, devices: last.devices))
    try checkStages(stages)
    try SplitRules(graph: graph, batch: batch, microbatches: microbatches, devices: devices)
      .check(splits, loss: loss)
    var result = Partitioning(
      splits: splits, lossSplit: loss, stages: stages, schedule: Schedule(devices: []), microbatches: microbatches,
      exchange: table.exchange, devices: devices)
    result.statistics = table.statistics
    try order(&result, table)
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

  private func checkStages(_ stages: [Int]) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    for node in graph.nodes {
      for input in node.inputs where input >= 0 && stages[input] > stages[node.index] {
        problems.append(
          Diagnostic("layer '\(node.name)' stands in an earlier stage than the layer that it reads", path: "strategy"))
      }
    }
    for stage in 0...(stages.max() ?? 0) where !stages.contains(stage) {
      problems.append(Diagnostic("stage \(stage) has no layers", path: "strategy", hint: "a line `stage` too many"))
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }

  /// The schedule that the table gives; otherwise 1F1B over the stages.
  private func order(_ partitioning: inout Partitioning, _ table: LayerTable) throws(DiagnosticList) {
    let microbatches = partitioning.microbatches
    let stageDevices = partitioning.stageDevices
    let takers = takers(partitioning)
    if !table.schedule.isEmpty {
      let check = ScheduleCheck(
        lines: table.schedule.map(ScheduleLine.init), stages: stageDevices.count, microbatches: microbatches,
        takers: takers)
      let problems = check.problems()
      guard problems.isEmpty else { throw DiagnosticList(problems) }
      partitioning.schedule = check.schedule(devices: devices)
      return
    }
    let durations = StageDurations(
      graph, stages: partitioning.stages, batch: batch, microbatches: microbatches)
    partitioning.schedule = .oneForwardOneBackward(devices: devices, takers: takers, durations: durations)
    let isPlain = (0..<devices).allSatisfy { device in stageDevices.count { $0.contains(device) } <= 1 }
    let hasTurns = takers.contains { Set($0).count > 1 }
    if isPlain, !hasTurns,
      let form = PipelineSchedule.oneForwardOneBackward.bubble(
        devices: stageDevices.count, chunks: 1, microbatches: microbatches, stage: durations.stages[0]),
      durations.confirm(form, of: partitioning.schedule)
    {
      partitioning.bubble = form
    }
  }

  /// The devices that do a microbatch's work in a stage, `[stage][microbatch]`.
  private func takers(_ partitioning: Partitioning) -> [[Set<Int>]] {
    let last = partitioning.stages.max() ?? 0
    return (0...last).map { stage in
      let splits =
        graph.nodes.indices.filter { partitioning.stages[$0] == stage }.map { partitioning.splits[$0] }
        + (stage == last ? [partitioning.lossSplit] : [])
      return (0..<partitioning.microbatches).map { microbatch in
        Set(splits.flatMap { $0.turn(of: microbatch).devices })
      }
    }
  }
}
