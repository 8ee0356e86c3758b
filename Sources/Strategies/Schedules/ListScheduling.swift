import Programs

/// Greedy list scheduling: whenever a device is free, it takes the best of the actions whose dependencies are done. For
/// schedules that their authors describe by a rule instead of a list.
struct ListScheduling {
  /// Per device, the actions that it has to do.
  var actions: [[Action]]
  var stages: Int
  /// Duration of an action, at least 1.
  var duration: (Action) -> Int
  /// Which of the ready actions a free device takes, given those it has done; nil leaves it idle.
  var choose: (_ ready: [Action], _ done: [Action]) -> Action?

  /// Each device's actions in the order in which it takes them.
  func orders() -> [[Action]] {
    var remaining = actions
    var done = actions.map { _ in [Action]() }
    var freeAt = actions.map { _ in 0 }
    var finished: [Action: Int] = [:]
    var now = 0
    while remaining.contains(where: { !$0.isEmpty }) {
      for device in actions.indices where freeAt[device] <= now {
        let ready = remaining[device].filter { action in
          ScheduleDependencies.of(action, stages: stages).allSatisfy { either in
            either.contains { finished[$0].map { $0 <= now } ?? false }
          }
        }
        guard let action = choose(ready, done[device]) else { continue }
        remaining[device].removeAll { $0 == action }
        done[device].append(action)
        freeAt[device] = now + duration(action)
        finished[action] = freeAt[device]
      }
      // Nothing becomes ready before something ends.
      guard let next = finished.values.filter({ $0 > now }).min() else {
        preconditionFailure("the rule leaves every device idle")
      }
      now = next
    }
    return done
  }
}
