import Programs

extension PipelinePlan {
  /// ZB-V (Qi et al. 2023): 2p stages folded over p devices, stage s on device s or 2p - 1 - s, so that the last stage lies
  /// on the device of the first. Event-driven with equal durations: input gradients of the earliest microbatch first, then
  /// forwards of deeper stages as long as fewer than 2p microbatches' activations are kept, then weight gradients.
  static func zeroBubbleV(devices: Int, microbatches: Int) -> PipelinePlan {
    let stages = 2 * devices
    let placement = (0..<stages).map { $0 < devices ? $0 : stages - 1 - $0 }
    let scheduling = ListScheduling(
      actions: (0..<devices).map { device in
        [Action.Kind.forward, .backwardInput, .backwardWeight].flatMap { kind in
          placement.indices.filter { placement[$0] == device }.flatMap { stage in
            (0..<microbatches).map { Action(kind, stage: stage, microbatch: $0) }
          }
        }
      },
      stages: stages, duration: { _ in 1 },
      choose: { ready, done in
        let kept = done.count { $0.kind == .forward } - done.count { $0.kind == .backwardWeight }
        return ListScheduling.earliest(ready.filter { $0.kind == .backwardInput })
          ?? ListScheduling.deepest(ready.filter { $0.kind == .forward && kept < stages })
          ?? ListScheduling.earliest(ready.filter { $0.kind == .backwardWeight })
      })
    return PipelinePlan(
      placement: placement.map { [$0] }, schedule: Schedule(devices: scheduling.orders()).updatingAtTheEnd())
  }

  /// Chimera (Li and Hoefler 2021): two pipelines in opposite directions; stage s lies on devices s and D - 1 - s, which take
  /// microbatches in turn and add up their gradients. More than D microbatches run as units of D, one after another.
  ///
  /// - Parameter backward: Duration of a backward in forwards, for which the order is made.
  static func chimera(devices: Int, microbatches: Int, backward: Int = 2) -> PipelinePlan {
    var orders = (0..<devices).map { _ in [Action]() }
    for unit in stride(from: 0, to: microbatches, by: devices) {
      let members = unit..<min(unit + devices, microbatches)
      let scheduling = ListScheduling(
        actions: (0..<devices).map { device in
          [Action.Kind.forward, .backward].flatMap { kind in
            members.map {
              Action(kind, stage: $0.isMultiple(of: 2) ? device : devices - 1 - device, microbatch: $0)
            }
          }
        },
        stages: devices, duration: { $0.kind == .forward ? 1 : backward },
        choose: { ready, _ in
          ListScheduling.deepest(ready.filter { $0.kind == .backward }) ?? ListScheduling.deepest(ready)
        })
      for (device, order) in scheduling.orders().enumerated() { orders[device] += order }
    }
    return PipelinePlan(
      placement: (0..<devices).map { [$0, devices - 1 - $0] },
      schedule: Schedule(devices: orders).updatingAtTheEnd())
  }
}
