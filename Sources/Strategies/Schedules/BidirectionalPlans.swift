import Programs

extension PipelinePlan {
  /// ZB-V (Qi et al. 2023): 2p stages folded over p devices, stage s on device s or 2p - 1 - s, so that the last stage lies
  /// on the device of the first. Event-driven: input gradients of the earliest microbatch first, then forwards of deeper stages
  /// as long as fewer than 2p microbatches' activations are kept, then weight gradients.
  static func zeroBubbleV(devices: Int, microbatches: Int, durations: StageDurations) -> PipelinePlan {
    let stages = 2 * devices
    let placement = PipelineSchedule.zeroBubbleV.placement(devices: devices, chunks: 2)
    let scheduling = ListScheduling(
      actions: (0..<devices).map { device in
        [Action.Kind.forward, .backwardInput, .backwardWeight].flatMap { kind in
          placement.indices.filter { placement[$0] == [device] }.flatMap { stage in
            (0..<microbatches).map { Action(kind, stage: stage, microbatch: $0) }
          }
        }
      },
      stages: stages, duration: durations.callAsFunction,
      preferences: [
        .init(kind: .backwardInput, order: .earliest),
        .init(kind: .forward, order: .deepest) { _, done in done.inFlight < stages },
        .init(kind: .backwardWeight, order: .earliest),
      ])
    guard let orders = scheduling.orders() else { preconditionFailure("zb-v leaves every device idle") }
    return PipelinePlan(placement: placement, schedule: Schedule(devices: orders).updatingAtTheEnd())
  }

  /// Chimera (Li and Hoefler 2021): two pipelines in opposite directions; stage s lies on devices s and D - 1 - s, which take
  /// microbatches in turn and add up their gradients. No device keeps the activations of more than D microbatches.
  ///
  /// The paper gives the order of D microbatches, and three ways to go on with more, of which the best depends on how long
  /// backward takes. Here three orders are made and the shortest for these durations is taken: units of D microbatches, one
  /// behind the other; all microbatches at once with backwards first; and all at once with forwards first, as long as fewer than
  /// D microbatches' activations are kept. The last takes the paper's (D-2)/(3m/2+D-2) where backward is twice as long as
  /// forward and m a multiple of 2D, without keeping more.
  static func chimera(devices: Int, microbatches: Int, durations: StageDurations) -> PipelinePlan {
    let all = 0..<microbatches
    let units = stride(from: 0, to: microbatches, by: devices).map { $0..<min($0 + devices, microbatches) }
    let backward = ListScheduling.Preference(kind: .backward, order: .deepest)
    let inUnits = units.reduce(into: Array(repeating: [Action](), count: devices)) { orders, unit in
      let order = twoWays(
        devices, unit, durations, [backward, .init(kind: .forward, order: .deepest)])
      for (device, actions) in (order ?? []).enumerated() { orders[device] += actions }
    }
    func isInLimits(_: Action, _ done: ListScheduling.Progress) -> Bool { done.inFlight < devices }
    let candidates = [
      inUnits,
      units.count > 1
        ? twoWays(
          devices, all, durations, [backward, .init(kind: .forward, order: .deepest, admits: isInLimits)]) : nil,
      units.count > 1
        ? twoWays(
          devices, all, durations,
          [
            .init(kind: .forward, order: .earliest, admits: isInLimits), .init(kind: .backward, order: .earliest),
          ]) : nil,
    ].compactMap { $0 }.map { Schedule(devices: $0).updatingAtTheEnd() }
    let makespans = candidates.map { ScheduleTiming($0, duration: durations.callAsFunction)?.makespan ?? .infinity }
    let best = makespans.indices.min { makespans[$0] < makespans[$1] } ?? 0
    return PipelinePlan(
      placement: PipelineSchedule.chimera.placement(devices: devices, chunks: 1), schedule: candidates[best])
  }

  /// Even microbatches from device 0 to the last, odd ones back.
  private static func twoWays(
    _ devices: Int, _ microbatches: Range<Int>, _ durations: StageDurations,
    _ preferences: [ListScheduling.Preference]
  ) -> [[Action]]? {
    ListScheduling(
      actions: (0..<devices).map { device in
        [Action.Kind.forward, .backward].flatMap { kind in
          microbatches.map {
            Action(kind, stage: $0.isMultiple(of: 2) ? device : devices - 1 - device, microbatch: $0)
          }
        }
      },
      stages: devices, duration: durations.callAsFunction, preferences: preferences
    ).orders()
  }
}
