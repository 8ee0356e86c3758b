import Diagnostics
import Networks
import Programs

/// Turns a strategy into splits, stages and a schedule, or refuses it with the reason.
struct PartitioningConstructor {
  let graph: Graph
  let batch: Int
  let devices: Int
  /// Nil leaves the number to the strategy.
  let microbatches: Int?

  func partitioning(for strategy: Strategy) throws(DiagnosticList) -> Partitioning {
    guard devices >= 1 else { throw refusal("a machine has at least one device, not \(devices)") }
    if let microbatches, microbatches < 1 || microbatches > batch {
      throw refusal(
        "a batch of \(batch) cannot be cut into \(microbatches) microbatches",
        hint: "between 1 and \(batch) microbatches")
    }
    var result =
      switch strategy {
      case .serial: serial()
      case .data(let exchange): try dataParallel(exchange)
      case .model(let split): try modelParallel(split)
      case .pipeline(let schedule, let stages): try pipeline(schedule, stages: stages)
      case .layers(let table):
        try LayerTableConstructor(graph: graph, batch: batch, devices: devices, microbatches: microbatches ?? 1)
          .partitioning(for: table)
      }
    if reducesGradients(result) { result.schedule = result.schedule.exchangingBeforeUpdate() }
    return result
  }

  /// Whether several devices hold the same parameters because the work that uses them is cut in `n`, `h` or `w`.
  private func reducesGradients(_ partitioning: Partitioning) -> Bool {
    graph.nodes.contains { node in
      node.sharesParameters(under: partitioning.splits[node.index])
    }
  }

  private func serial() -> Partitioning {
    var result = uniform(Split(devices: [0]), devices: 1)
    if devices > 1 { result.assumptions.append("serial uses 1 of \(devices) devices") }
    return result
  }

  private func dataParallel(_ exchange: ExchangeAlgorithm) throws(DiagnosticList) -> Partitioning {
    let smallest = batch / (microbatches ?? 1)
    guard smallest >= devices else {
      throw refusal(
        "data parallelism gives every device at least one sample, but \(smallest) samples cannot be shared by \(devices) devices",
        hint: "a larger batch, fewer microbatches or fewer devices")
    }
    var result = uniform(Split(n: devices, devices: Array(0..<devices)), devices: devices)
    result.exchange = exchange
    return result
  }

  /// One dimension over all devices; a layer with fewer parts than devices uses the first ones. The loss is computed by
  /// every device from the gathered outputs, which costs less than sending its gradient.
  private func modelParallel(_ split: ModelSplit) throws(DiagnosticList) -> Partitioning {
    var result = uniform(Split(devices: Array(0..<devices)), devices: devices)
    for node in graph.nodes {
      let (dimension, available) = extent(of: node, along: split)
      let degree = min(devices, available)
      var part = Split(devices: Array(0..<degree))
      part[keyPath: dimension] = degree
      result.splits[node.index] = part
      if degree < devices {
        result.assumptions.append("'\(node.name)' has \(degree) parts for \(devices) devices; the others wait")
      }
    }
    try SplitRules(graph: graph, samples: batch, devices: devices).check(result.splits, loss: result.lossSplit)
    return result
  }

  /// The dimension by which `model(split=…)` cuts a layer, and into how many parts it can be cut: layers without that
  /// dimension are cut by `k`.
  private func extent(of node: Graph.Node, along split: ModelSplit) -> (WritableKeyPath<Split, Int>, Int) {
    let output = node.outputShape
    if split == .c, node.kind.sumsOverInputs { return (\.c, node.inputShapes[0].channels) }
    if split == .h, output.isImage { return (\.h, output.height) }
    if split == .w, output.isImage { return (\.w, output.width) }
    return (\.k, output.channels / node.channelUnit)
  }

  private func pipeline(_ schedule: PipelineSchedule, stages: Int?) throws(DiagnosticList) -> Partitioning {
    let stages = stages ?? devices
    guard stages == devices else {
      throw refusal(
        "schedule \(schedule.rawValue) puts one stage on each device, but there are \(stages) stages and \(devices) devices",
        hint: "--devices \(stages), or leave `stages` out")
    }
    guard stages <= graph.nodes.count else {
      throw refusal(
        "\(graph.nodes.count) layers cannot be cut into \(stages) stages", hint: "at most \(graph.nodes.count) devices")
    }
    let microbatches = microbatches ?? min(batch, 2 * stages)
    let costs = graph.nodes.map { $0.forwardFlops + $0.backwardFlops + $0.outputShape.count }
    var result = uniform(Split(devices: [0]), devices: devices)
    result.microbatches = microbatches
    result.stages = StageBalance.stages(costs: costs, count: stages)
    result.splits = result.stages.map { Split(devices: [$0]) }
    result.lossSplit = Split(devices: [stages - 1])
    result.schedule = Schedule(
      devices: (0..<stages).map { schedule.order(stage: $0, of: stages, microbatches: microbatches) })
    return result
  }

  /// Every layer and the loss cut in the same way, in one stage: forward and backward per microbatch, update.
  private func uniform(_ split: Split, devices: Int) -> Partitioning {
    let microbatches = microbatches ?? 1
    let passes = (0..<microbatches).flatMap {
      [Action(.forward, stage: 0, microbatch: $0), Action(.backward, stage: 0, microbatch: $0)]
    }
    return Partitioning(
      splits: graph.nodes.map { _ in split }, lossSplit: split, stages: graph.nodes.map { _ in 0 },
      schedule: Schedule(devices: (0..<devices).map { _ in passes + [Action(.update, stage: 0)] }),
      microbatches: microbatches, exchange: .ring, devices: devices)
  }

  private func refusal(_ message: String, hint: String? = nil) -> DiagnosticList {
    DiagnosticList(message, path: "strategy", hint: hint)
  }
}

extension Schedule {
  /// The schedule with a gradient exchange before every update.
  fileprivate func exchangingBeforeUpdate() -> Schedule {
    Schedule(
      devices: devices.map { actions in
        actions.flatMap { $0.kind == .update ? [Action(.exchange, stage: $0.stage), $0] : [$0] }
      })
  }
}
