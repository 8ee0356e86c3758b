import Programs

extension Schedule {
  /// 1F1B for stages on any devices, several stages on one or one stage on several that take microbatches in turn (1F1B-RR,
  /// Harlap et al. 2018: a microbatch goes forward and backward on the same device). Every device takes a backward where one
  /// is ready, of the deepest stage, otherwise a forward; the first stage admits no more microbatches than there are stages
  /// to keep busy. A stage on r devices in turn is thought to take r times as long on each.
  ///
  /// - Parameter takers: the devices that do a microbatch's work in a stage, `[stage][microbatch]`.
  static func oneForwardOneBackward(devices: Int, takers: [[Set<Int>]]) -> Schedule {
    let stages = takers.count
    let turns = takers.map { Set($0).count }
    let used = takers.joined().reduce(into: Set<Int>()) { $0.formUnion($1) }.count
    let admitted = (max(stages, used) + turns[0] - 1) / turns[0]
    let actions = (0..<devices).map { device in
      [Action.Kind.forward, .backward].flatMap { kind in
        takers.indices.flatMap { stage in
          takers[stage].indices.filter { takers[stage][$0].contains(device) }.map {
            Action(kind, stage: stage, microbatch: $0)
          }
        }
      }
    }
    let scheduling = ListScheduling(
      actions: actions, stages: stages,
      duration: { turns[$0.stage] * ($0.kind == .forward ? 1 : 2) },
      choose: { ready, done in
        let first = done.filter { $0.stage == 0 }
        let inFlight = first.count { $0.kind == .forward } - first.count { $0.kind == .backward }
        return ListScheduling.deepest(ready.filter { $0.kind == .backward })
          ?? ListScheduling.deepest(ready.filter { $0.stage > 0 || inFlight < admitted })
      })
    return Schedule(devices: scheduling.orders()).updatingAtTheEnd()
  }
}

extension PipelinePlan {
  /// A stage on as many devices as `replicas` says, which take microbatches in turn.
  static func replicated(_ replicas: [Int], microbatches: Int) -> PipelinePlan {
    var next = 0
    let placement = replicas.map { count in
      next += count
      return Array(next - count..<next)
    }
    let takers = placement.map { devices in (0..<microbatches).map { Set([devices[$0 % devices.count]]) } }
    return PipelinePlan(placement: placement, schedule: .oneForwardOneBackward(devices: next, takers: takers))
  }
}
