import Networks
import Programs

/// The traffic of layers whose gradients or parameters live in shards (``StateSharding``).
///
/// Whoever computes with a layer's whole arrays defines them in the compute lane. That bounds memory: the next layer's
/// parameters are admitted when the layer before begins, and a layer's gradients leave when the one after has its own, so
/// two layers are whole at a time while messages and arithmetic overlap.
extension ProgramLowering {
  /// Gathers the parameters of a layer on all members of its group.
  mutating func gatherParameters(of node: Graph.Node, in action: Action) {
    guard layout.partitioning.shard == .parameters, let algorithm = layout.partitioning.exchange.scatter else { return }
    eachUnit(of: node) { lowering, bucket, units in
      let pieces = units[0].pieces
      let steps = lowering.steps(
        bucket, .allGather, .allGather(algorithm, pieces: pieces.map(\.count)), algorithm.rawValue, .parameters,
        words: units[0].words.count, "parameters of \(node.name)", action)
      for (unit, device) in zip(units, bucket.group) {
        lowering.admit(unit, rank: bucket.group.firstIndex(of: device)!, on: device, steps, action)
      }
      var array = ExchangeArray(segments: units.map(\.parameters), pieces: pieces.map { [$0] })
      steps.allGather(algorithm, &array, &lowering)
      for device in bucket.group {
        lowering.devices[device].admissions[action] = lowering.devices[device].fragments[action]?.count
      }
    }
  }

  /// Defines the buffers of a unit by the device's own piece, before the computation of the layer before it.
  private mutating func admit(
    _ unit: ShardedUnit, rank: Int, on device: Int, _ steps: CollectiveSteps, _ action: Action
  ) {
    let admitted = unit.parameters.map { segment -> Instruction in
      let common = segment.words.clamped(to: unit.pieces[rank])
      guard !common.isEmpty, let shard = unit.parameterShard else { return .zero(segment.buffer) }
      let source = shard.words.lowerBound + common.lowerBound - unit.pieces[rank].lowerBound
      let target = common.lowerBound - segment.words.lowerBound
      return .copy(
        devices[device].program.copies.append(
          Copy(
            count: Extent4(n: 1, k: 1, h: 1, w: common.count),
            source: Region(buffer: shard.buffer, words: source..<source + common.count),
            destination: Region(buffer: segment.buffer, words: target..<target + common.count), defines: true,
            purpose: .parameters, collective: steps.collective)))
    }
    let place = devices[device].admissions[action] ?? devices[device].fragments[action]?.count ?? 0
    devices[device].fragments[action, default: []].insert(contentsOf: admitted.map { ($0, .compute) }, at: place)
  }

  /// Drops the gathered parameters of a layer.
  mutating func releaseParameters(of node: Graph.Node, in action: Action) {
    guard layout.partitioning.shard == .parameters else { return }
    eachUnit(of: node) { lowering, bucket, units in
      for (unit, device) in zip(units, bucket.group) {
        for segment in unit.parameters { lowering.devices[device].emit(.free(segment.buffer), in: action) }
      }
    }
  }

  /// Adds up the gradients of a layer over its group, each member taking its piece, and drops those of the layer before.
  mutating func scatterGradients(of node: Graph.Node, in action: Action) {
    guard layout.partitioning.shard == .gradients || layout.partitioning.shard == .parameters,
      let algorithm = layout.partitioning.exchange.scatter
    else { return }
    eachUnit(of: node) { lowering, bucket, units in
      for device in bucket.group { lowering.releaseGradients(on: device, in: action) }
      let pieces = units[0].pieces
      let steps = lowering.steps(
        bucket, .reduceScatter, .reduceScatter(algorithm, pieces: pieces.map(\.count)), algorithm.rawValue, .gradients,
        words: units[0].words.count, "gradients of \(node.name)", action)
      let array = ExchangeArray(segments: units.map(\.gradients), pieces: pieces.map { [$0] })
      let sums = steps.reduceScatter(algorithm, array, &lowering)
      var shards = ExchangeArray(
        segments: units.indices.map { rank in
          units[rank].gradientShard.map { [(pieces[rank], $0.buffer, $0.words.lowerBound)] } ?? []
        }, pieces: pieces.map { [$0] })
      for (rank, device) in bucket.group.enumerated() {
        if lowering.isFirstBackward(action, on: device) {
          steps.store(sums[rank], in: [rank], of: &shards, rank: rank, &lowering)
        } else {
          steps.add(sums[rank], to: [rank], of: shards, rank: rank, &lowering)
        }
        lowering.devices[device].leavingGradients = units[rank].gradients.map(\.buffer)
      }
    }
  }

  /// Drops the whole gradients that were scattered last; compute waits here until they have left.
  mutating func releaseGradients(on device: Int, in action: Action) {
    for buffer in devices[device].leavingGradients { devices[device].emit(.free(buffer), in: action) }
    devices[device].leavingGradients = []
  }

  /// Whether an action's gradients are the first of its stage since the last update on a device.
  private func isFirstBackward(_ action: Action, on device: Int) -> Bool {
    let actions = layout.partitioning.schedule.devices[device].filter { $0.stage == action.stage }
    let before = actions[..<(actions.firstIndex(of: action) ?? 0)]
    let since = before.suffix(from: before.lastIndex { $0.kind == .update }.map { $0 + 1 } ?? 0)
    return !since.contains { $0.kind == action.kind }
  }

  /// Calls `body` with the units of a layer on all members of each group that has one.
  private mutating func eachUnit(
    of node: Graph.Node, _ body: (inout ProgramLowering, Bucket, _ units: [ShardedUnit]) -> Void
  ) {
    for device in devices.indices {
      for bucket in devices[device].buckets where bucket.group[0] == device {
        guard let index = bucket.units.firstIndex(where: { $0.nodes == [node.index] }) else { continue }
        let units = bucket.group.map { twin(of: bucket, on: $0).units[index] }
        body(&self, bucket, units)
      }
    }
  }
}
