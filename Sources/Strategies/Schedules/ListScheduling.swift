import Programs

/// Greedy list scheduling: whenever a device is free, it takes the best of the actions whose dependencies are done. For
/// schedules that their authors describe by a rule instead of a list. Takes time with the number of actions, times the logarithm
/// of those that are ready.
struct ListScheduling {
  /// What a free device looks at before what stands behind it in ``preferences``.
  struct Preference {
    var kind: Action.Kind
    /// Of the ready actions of the kind, which comes first.
    var order: Order
    /// Whether the device may take it now, given the actions that it has done.
    var admits: (_ action: Action, _ done: Progress) -> Bool = { _, _ in true }
  }

  enum Order {
    /// The deepest stage, of that the earliest microbatch.
    case deepest
    /// The earliest microbatch, of that the deepest stage.
    case earliest

    fileprivate func rank(_ action: Action) -> Ranked {
      let microbatch = action.microbatch ?? 0
      return switch self {
      case .deepest: Ranked(first: -action.stage, second: microbatch, action: action)
      case .earliest: Ranked(first: microbatch, second: -action.stage, action: action)
      }
    }
  }

  /// What a device has done so far.
  struct Progress {
    /// Microbatches of a stage whose activations it keeps: until the weights' half of backward, where backward is split.
    fileprivate(set) var inFlight = 0
    /// The same of the first stage alone.
    fileprivate(set) var inFlightInFirstStage = 0

    fileprivate mutating func note(_ action: Action, isLastHalf: Bool) {
      let change = action.kind == .forward ? 1 : isLastHalf ? -1 : 0
      inFlight += change
      if action.stage == 0 { inFlightInFirstStage += change }
    }
  }

  fileprivate struct Ranked: Comparable {
    var first: Int
    var second: Int
    var action: Action

    static func < (a: Ranked, b: Ranked) -> Bool { (a.first, a.second) < (b.first, b.second) }
  }

  private struct End: Comparable {
    var time: Double
    var device: Int

    static func < (a: End, b: End) -> Bool { (a.time, a.device) < (b.time, b.device) }
  }

  /// Per device, the actions that it has to do.
  var actions: [[Action]]
  var stages: Int
  /// Duration of an action, not negative.
  var duration: (Action) -> Double
  var preferences: [Preference]

  /// Each device's actions in the order in which it takes them; nil where the rule leaves every device idle before all is done.
  func orders() -> [[Action]]? {
    /// How many devices have an action still to do; it is done when the last of them has done it.
    var open: [Action: Int] = [:]
    var holders: [Action: [Int]] = [:]
    for (device, own) in actions.enumerated() {
      for action in own {
        open[action, default: 0] += 1
        holders[action, default: []].append(device)
      }
    }
    var missing: [Action: Int] = [:]
    var followers: [Action: [Action]] = [:]
    var ready = actions.map { _ in preferences.map { _ in MinimumHeap<Ranked>() } }
    func release(_ action: Action) {
      guard let place = preferences.firstIndex(where: { $0.kind == action.kind }) else { return }
      for device in holders[action] ?? [] { ready[device][place].push(preferences[place].order.rank(action)) }
    }
    for action in holders.keys {
      let groups = ScheduleDependencies.of(action, stages: stages)
      missing[action] = groups.count
      for either in groups {
        for earlier in either where open[earlier] != nil { followers[earlier, default: []].append(action) }
      }
      if groups.isEmpty { release(action) }
    }
    let isSplit = preferences.contains { $0.kind == .backwardWeight }
    var progress = actions.map { _ in Progress() }
    var taken = actions.map { _ in [Action]() }
    var current = actions.map { _ in Action?.none }
    var ends = MinimumHeap<End>()
    var remaining = actions.reduce(0) { $0 + $1.count }
    func start(_ device: Int, at now: Double) {
      for (place, preference) in preferences.enumerated() {
        guard let best = ready[device][place].first, preference.admits(best.action, progress[device]) else { continue }
        _ = ready[device][place].pop()
        taken[device].append(best.action)
        progress[device].note(
          best.action, isLastHalf: best.action.kind == (isSplit ? .backwardWeight : .backward))
        current[device] = best.action
        ends.push(End(time: now + duration(best.action), device: device))
        return
      }
    }
    for device in actions.indices { start(device, at: 0) }
    while let now = ends.first?.time {
      var free: Set<Int> = []
      while let end = ends.first, end.time == now {
        _ = ends.pop()
        guard let action = current[end.device] else { continue }
        current[end.device] = nil
        free.insert(end.device)
        remaining -= 1
        open[action, default: 1] -= 1
        guard open[action] == 0 else { continue }
        for follower in followers[action] ?? [] {
          missing[follower, default: 1] -= 1
          guard missing[follower] == 0 else { continue }
          release(follower)
          for holder in holders[follower] ?? [] where current[holder] == nil { free.insert(holder) }
        }
      }
      for device in free.sorted() where current[device] == nil { start(device, at: now) }
    }
    return remaining == 0 ? taken : nil
  }
}
