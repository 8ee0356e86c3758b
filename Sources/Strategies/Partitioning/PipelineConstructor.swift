import Diagnostics
import Networks
import Programs

extension PartitioningConstructor {
  /// Consecutive layers on one device each, balanced by arithmetic and activation words.
  func partitioning(_ pipeline: PipelineParallel) throws(DiagnosticList) -> Partitioning {
    let schedule = pipeline.schedule
    if !pipeline.replicas.isEmpty {
      try checkReplicas(pipeline)
      return try pipelined(over: (0..<devices).map { DeviceGroups(groups: [[$0]]) }, along: .k, pipeline)
    }
    let stages = schedule.stages(devices: devices, chunks: pipeline.chunks ?? 2)
    guard pipeline.stages ?? stages == stages else {
      throw refusal(
        "schedule \(schedule.rawValue) puts \(stages / devices == 1 ? "one stage" : "\(stages / devices) stages") on each device, but there are \(pipeline.stages!) stages and \(devices) devices",
        hint: "leave `stages` out, or change the devices")
    }
    guard pipeline.chunks == nil || schedule == .interleaved else {
      throw refusal("schedule \(schedule.rawValue) has no chunks", hint: "schedule=interleaved has")
    }
    return try pipelined(
      over: (0..<devices).map { DeviceGroups(groups: [[$0]]) }, along: .k, pipeline)
  }

  /// - Throws: why stages cannot be on several devices each.
  private func checkReplicas(_ pipeline: PipelineParallel) throws(DiagnosticList) {
    let (replicas, schedule) = (pipeline.replicas, pipeline.schedule)
    let text = replicas.map(String.init).joined(separator: "/")
    guard schedule == .oneForwardOneBackward else {
      throw refusal(
        "schedule \(schedule.rawValue) has one device per stage, not replicas=\(text)",
        hint: "replicated stages run 1F1B in turns: schedule=1f1b")
    }
    let needed = replicas.reduce(0) { $0.addedSaturating($1) }
    guard needed == devices else {
      throw refusal("replicas=\(text) needs \(needed) devices, not \(devices)", hint: "they add up to the devices")
    }
    guard pipeline.stages ?? replicas.count == replicas.count else {
      throw refusal(
        "replicas=\(text) makes \(replicas.count) stages, not \(pipeline.stages!)", hint: "leave `stages` out")
    }
    guard pipeline.chunks == nil else { throw refusal("schedule 1f1b has no chunks") }
  }

  /// A pipeline whose every place is a group of devices that share the place's layers.
  ///
  /// - Parameters:
  ///   - places: What stands for one device of the plan, in order.
  ///   - split: How layers are cut inside a place.
  func pipelined(
    over places: [DeviceGroups], along split: ModelSplit, _ pipeline: PipelineParallel
  ) throws(DiagnosticList) -> Partitioning {
    let (schedule, chunks) = (pipeline.schedule, pipeline.chunks ?? 2)
    let samples = batch / places[0].groups.count
    let microbatches =
      microbatches ?? (places.count > 1 ? max(1, min(samples, 2 * places.count)) : 1)
    if let (reason, hint) = schedule.refusal(devices: places.count, chunks: chunks, microbatches: microbatches) {
      throw refusal(reason, hint: hint)
    }
    // A stage has a layer at least, so that the plan below is never larger than the network.
    try checkLayers(
      forStages: pipeline.replicas.isEmpty
        ? schedule.stages(devices: places.count, chunks: chunks) : pipeline.replicas.count)
    try checkAsynchrony(pipeline, stages: places.count, microbatches: microbatches)
    let placement =
      pipeline.replicas.isEmpty
      ? schedule.placement(devices: places.count, chunks: chunks) : PipelinePlan.placement(pipeline.replicas)
    var result = uniform(places[0].replicated)
    result.stages = try stages(pipeline, capacities: placement.map(\.count))
    result.microbatches = microbatches
    result.buckets = pipeline.buckets
    let durations = StageDurations(graph, stages: result.stages, batch: batch, microbatches: microbatches)
    let plan =
      pipeline.replicas.isEmpty
      ? schedule.plan(
        devices: places.count, chunks: chunks, microbatches: microbatches, accumulate: pipeline.accumulate,
        durations: durations)
      : PipelinePlan.replicated(pipeline.replicas, microbatches: microbatches, durations: durations)
    let order = pipeline.recompute == .on ? plan.schedule.recomputing() : plan.schedule
    if pipeline.recompute == .off, pipeline.replicas.isEmpty,
      let form = schedule.bubble(
        devices: places.count, chunks: chunks, microbatches: microbatches, stage: durations.stages[0]),
      durations.confirm(form, of: plan.schedule)
    {
      result.bubble = form
    }
    for node in graph.nodes {
      let turns = plan.placement[result.stages[node.index]].map {
        places[$0].split(of: node, along: split, after: result.splits)
      }
      result.splits[node.index] = Split(turns: turns)
      let (parts, size) = (turns[0].parts / places[0].groups.count, places[0].size)
      if parts < size, turns[0].devices.count < size * places[0].groups.count {
        result.assumptions.append("'\(node.name)' has \(parts) parts for \(size) devices; the others wait")
      }
    }
    result.lossSplit = Split(turns: plan.placement.last!.map { places[$0].replicated })
    var orders = (0..<devices).map { _ in [Action]() }
    for (place, actions) in zip(places, order.devices) {
      for device in place.groups.joined() { orders[device] = actions }
    }
    result.schedule = Schedule(devices: orders)
    settleVersions(of: &result, pipeline)
    try check(result)
    return result
  }
}

extension Split {
  /// Splits of equal degrees that take microbatches in turn.
  fileprivate init(turns: [Split]) {
    self = turns[0]
    m = turns.count
    devices = turns.flatMap(\.devices)
  }
}
