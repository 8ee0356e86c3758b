import Programs

extension Schedule {
  /// Every device's list with an update of a stage after each `count` of its backwards, and after the last, instead of at the
  /// step's end. An update has the number of the microbatch that it follows.
  func updating(every count: Int) -> Schedule {
    Schedule(
      devices: devices.map { actions in
        var done: [Int: Int] = [:]
        let all = actions.reduce(into: [Int: Int]()) { $0[$1.stage, default: 0] += $1.kind == .backward ? 1 : 0 }
        return actions.filter { $0.kind != .update }.flatMap { action -> [Action] in
          guard action.kind == .backward else { return [action] }
          done[action.stage, default: 0] += 1
          let number = done[action.stage]!
          guard number % count == 0 || number == all[action.stage] else { return [action] }
          return [action, Action(.update, stage: action.stage, microbatch: action.microbatch)]
        }
      })
  }

  /// The same actions on one device, one microbatch after the other: forward through all stages, backward, and the updates
  /// that follow that microbatch.
  var microbatchByMicrobatch: Schedule {
    let all = Set(devices.joined())
    func ordered(_ kinds: Set<Action.Kind>, deepestFirst: Bool = false) -> [Int: [Action]] {
      let some = all.filter { kinds.contains($0.kind) && $0.microbatch != nil }
      return Dictionary(grouping: some.sorted { ($0.stage < $1.stage) != deepestFirst }) { $0.microbatch! }
    }
    let forward = ordered([.forward])
    let backward = ordered([.backward], deepestFirst: true)
    let updates = ordered([.update])
    return Schedule(devices: [
      forward.keys.sorted().flatMap { forward[$0]! + (backward[$0] ?? []) + (updates[$0] ?? []) }
    ])
  }
}

extension WeightVersions {
  /// The versions that a schedule with several updates of each stage leads to.
  ///
  /// - Parameters:
  ///   - schedule: With every stage's update after the backwards whose gradients it takes.
  ///   - rule: Which of the versions that there are an action uses.
  init(_ schedule: Schedule, _ rule: Rule) {
    var newest: [Action: Int] = [:]
    var update: [Int: Int] = [:]
    for actions in schedule.devices {
      var updates: [Int: Int] = [:]
      for action in actions {
        let done = updates[action.stage, default: 0]
        switch action.kind {
        case .update: updates[action.stage] = done + 1
        case .exchange: break
        default:
          newest[action] = done
          if action.kind == .backward, let microbatch = action.microbatch { update[microbatch] = done }
        }
      }
    }
    let groups = update.sorted { $0.key < $1.key }.map(\.value)
    self.init(
      used: [:], update: groups, carried: rule == .previousGroup ? 1 : 0)
    for (action, version) in newest {
      guard let microbatch = action.microbatch else { continue }
      func forward(_ stage: Int) -> Int { newest[Action(.forward, stage: stage, microbatch: microbatch)] ?? version }
      switch rule {
      case .newest: used[action] = version
      case .forwards: used[action] = forward(action.stage)
      case .firstStages: used[action] = forward(0)
      case .previousGroup: used[action] = groups[microbatch] - 1
      }
    }
  }

  /// Which version of its stage's weights an action uses.
  enum Rule: Hashable {
    /// What is there: the version of backward is newer than that of forward.
    case newest
    /// The newest at the microbatch's forward in the same stage.
    case forwards
    /// The newest at the microbatch's forward in the first stage.
    case firstStages
    /// That before the one to which the microbatch's gradient is applied.
    case previousGroup
  }
}

/// How many versions of its weights a stage keeps, in closed form: what ``PipelineSchedule/pipedream`` costs in memory.
public struct VersionCount {
  /// With stashed weights on stage s of p: p - s once the step has at least 2 (p - 1 - s) microbatches. A short step fills
  /// the pipeline less.
  public static func stashing(stage: Int, of stages: Int, microbatches: Int) -> Int {
    count(delay: stages - 1 - stage, microbatches)
  }

  /// With the first stage's versions everywhere: p on every stage.
  public static func verticalSync(stages: Int, microbatches: Int) -> Int { count(delay: stages - 1, microbatches) }

  private static func count(delay: Int, _ microbatches: Int) -> Int {
    let delay = min(delay, microbatches - 1)
    return min(delay, microbatches - delay) + 1
  }
}
