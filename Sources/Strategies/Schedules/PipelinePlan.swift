import Programs

/// A pipeline before it is cut into layers: which devices run which stage, and each device's order of actions.
struct PipelinePlan {
  /// Per stage, the devices that run it: one, or several that take microbatches in turn.
  var placement: [[Int]]
  /// One list per device, updates at the end.
  var schedule: Schedule
}

extension PipelineSchedule {
  /// Stages of a pipeline over `devices` devices with `chunks` parts of the model on each, where the schedule has a choice.
  public func stages(devices: Int, chunks: Int) -> Int {
    switch self {
    case .interleaved: devices * chunks
    case .zeroBubbleV: 2 * devices
    default: devices
    }
  }

  /// Why the schedule cannot be, with what would be accepted; nil where it can.
  func refusal(devices: Int, chunks: Int, microbatches: Int) -> (reason: String, hint: String)? {
    switch self {
    case .interleaved where chunks > 1 && microbatches % devices != 0:
      (
        "schedule interleaved takes microbatches in rounds of \(devices), and \(microbatches) is no multiple",
        "a multiple of \(devices) microbatches"
      )
    case .chimera where devices % 2 != 0:
      (
        "schedule chimera runs two pipelines in opposite directions over an even number of devices",
        "an even number of devices"
      )
    case .chimera where microbatches % 2 != 0:
      (
        "schedule chimera gives each direction half of the microbatches, and \(microbatches) is odd",
        "an even number of microbatches"
      )
    default: nil
    }
  }

  /// Per stage the devices that run it, one or several that take microbatches in turn.
  func placement(devices: Int, chunks: Int) -> [[Int]] {
    switch self {
    case .interleaved: (0..<devices * chunks).map { [$0 % devices] }
    case .zeroBubbleV: (0..<2 * devices).map { [$0 < devices ? $0 : 2 * devices - 1 - $0] }
    case .chimera: (0..<devices).map { [$0, devices - 1 - $0] }
    default: (0..<devices).map { [$0] }
    }
  }

  /// The plan for a combination that is not refused.
  ///
  /// - Parameters:
  ///   - chunks: parts of the model on each device; `interleaved` alone has a choice.
  ///   - accumulate: microbatches of one update, where the schedule has a choice; nil takes as many as stages.
  ///   - durations: what the order is made for, where it depends on that; nil takes equal stages with B = 2F and I = W.
  func plan(
    devices: Int, chunks: Int, microbatches: Int, accumulate: Int? = nil, durations: StageDurations? = nil
  ) -> PipelinePlan {
    let durations = durations ?? .units(stages: stages(devices: devices, chunks: chunks))
    switch self {
    case .interleaved:
      let orders = (0..<devices).map {
        Self.interleavedOrder(device: $0, of: devices, chunks: chunks, microbatches: microbatches)
      }
      return PipelinePlan(placement: placement(devices: devices, chunks: chunks), schedule: Schedule(devices: orders))
    case .zeroBubbleV: return .zeroBubbleV(devices: devices, microbatches: microbatches, durations: durations)
    case .chimera: return .chimera(devices: devices, microbatches: microbatches, durations: durations)
    default:
      let orders = (0..<devices).map { order(stage: $0, of: devices, microbatches: microbatches) }
      var plan = PipelinePlan(
        placement: placement(devices: devices, chunks: chunks), schedule: Schedule(devices: orders))
      if self == .pipedream { plan.schedule = plan.schedule.updating(every: 1) }
      if self == .pipedream2BW { plan.schedule = plan.schedule.updating(every: accumulate ?? devices) }
      return plan
    }
  }
}

extension Schedule {
  /// Every device's list with the updates of its stages at the end.
  func updatingAtTheEnd() -> Schedule {
    Schedule(
      devices: devices.map { actions in
        actions + Set(actions.map(\.stage)).sorted().map { Action(.update, stage: $0) }
      })
  }

  /// Forgets activations after forward and repeats forward before backward, except where backward follows at once.
  func recomputing() -> Schedule {
    Schedule(
      devices: devices.map { actions in
        actions.enumerated().flatMap { position, action -> [Action] in
          guard action.kind == .backward || action.kind == .backwardInput else { return [action] }
          let forward = Action(.forward, stage: action.stage, microbatch: action.microbatch)
          if position > 0, actions[position - 1] == forward { return [action] }
          return [Action(.recompute, stage: action.stage, microbatch: action.microbatch), action]
        }
      })
  }
}
