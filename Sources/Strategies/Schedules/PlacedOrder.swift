import Programs

extension Schedule {
  /// 1F1B for stages on any devices, several stages on one or one stage on several that take microbatches in turn (1F1B-RR,
  /// Harlap et al. 2018: a microbatch goes forward and backward on the same device).
  ///
  /// - Parameter takers: the devices that do a microbatch's work in a stage, `[stage][microbatch]`.
  static func oneForwardOneBackward(devices: Int, takers: [[Set<Int>]], durations: StageDurations) -> Schedule {
    inTurns(devices: devices, takers: takers) ?? placed(devices: devices, takers: takers, durations: durations)
  }

  /// Strict 1F1B in turns, whatever stages take: the devices of stage s, of which each takes every rₛ-th microbatch, keep
  /// ⌈(rₛ + … + rₚ) / rₛ⌉ microbatches in flight each, which is PipeDream's number for the first stage and 1F1B's p - s where
  /// every stage is on one device. Nobody waits in a circle: stage s begins what stage s + 1 wants to have begun before a
  /// backward without waiting for that backward, as it keeps at least rₛ + … + rₚ in flight.
  ///
  /// - Returns: nil where devices have parts of several stages, or of several turns.
  private static func inTurns(devices: Int, takers: [[Set<Int>]]) -> Schedule? {
    var orders = (0..<devices).map { _ in [Action]() }
    var later = 0
    for (stage, teams) in takers.enumerated().reversed() {
      var seen: [Set<Int>: [Int]] = [:]
      for (microbatch, team) in teams.enumerated() { seen[team, default: []].append(microbatch) }
      let turns = seen.count
      later += turns
      let inFlight = (later + turns - 1) / turns
      for (team, microbatches) in seen {
        let isRegular = microbatches.enumerated().allSatisfy { $1 == microbatches[0] + $0 * turns }
        guard isRegular else { return nil }
        let warmup = min(inFlight - 1, microbatches.count)
        var order = microbatches[..<warmup].map { Action(.forward, stage: stage, microbatch: $0) }
        for (place, microbatch) in microbatches.enumerated() {
          if warmup + place < microbatches.count {
            order.append(Action(.forward, stage: stage, microbatch: microbatches[warmup + place]))
          }
          order.append(Action(.backward, stage: stage, microbatch: microbatch))
        }
        for device in team {
          guard orders[device].isEmpty else { return nil }
          orders[device] = order
        }
      }
    }
    return Schedule(devices: orders).updatingAtTheEnd()
  }

  /// Every device takes a backward where one is ready, of the deepest stage, otherwise a forward; the first stage admits no more
  /// microbatches than there are stages to keep busy. Where times are not given, a stage on r devices in turn is thought to take
  /// r times as long on each.
  private static func placed(devices: Int, takers: [[Set<Int>]], durations: StageDurations) -> Schedule {
    let stages = takers.count
    let turns = takers.map { Set($0).count }
    let used = takers.joined().reduce(into: Set<Int>()) { $0.formUnion($1) }.count
    let admitted = (max(stages, used) + turns[0] - 1) / turns[0]
    var actions = (0..<devices).map { _ in [Action]() }
    for (stage, teams) in takers.enumerated() {
      for (microbatch, team) in teams.enumerated() {
        for device in team {
          for kind in [Action.Kind.forward, .backward] {
            actions[device].append(Action(kind, stage: stage, microbatch: microbatch))
          }
        }
      }
    }
    let scheduling = ListScheduling(
      actions: actions, stages: stages,
      duration: { durations($0) * (durations.areGiven ? 1 : Double(turns[$0.stage])) },
      preferences: [
        .init(kind: .backward, order: .deepest),
        .init(kind: .forward, order: .deepest) { $0.stage > 0 || $1.inFlightInFirstStage < admitted },
      ])
    guard let orders = scheduling.orders() else { preconditionFailure("the rule leaves every device idle") }
    return Schedule(devices: orders).updatingAtTheEnd()
  }
}

extension PipelinePlan {
  /// A stage on as many devices as `replicas` says, which take microbatches in turn.
  static func replicated(_ replicas: [Int], microbatches: Int, durations: StageDurations) -> PipelinePlan {
    let placement = placement(replicas)
    let takers = placement.map { devices in (0..<microbatches).map { Set([devices[$0 % devices.count]]) } }
    return PipelinePlan(
      placement: placement,
      schedule: .oneForwardOneBackward(
        devices: placement.reduce(0) { $0 + $1.count }, takers: takers, durations: durations))
  }

  /// Per stage its devices, in order.
  static func placement(_ replicas: [Int]) -> [[Int]] {
    var next = 0
    return replicas.map { count in
      next += count
      return Array(next - count..<next)
    }
  }
}
