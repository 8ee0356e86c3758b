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
    /// How many devices have an action still to do; it is done when the last of them has done it.
    var open: [Action: Int] = [:]
    for action in actions.joined() { open[action, default: 0] += 1 }
    var finished: [Action: Int] = [:]
    var ends: Set<Int> = []
    var now = 0
    while remaining.contains(where: { !$0.isEmpty }) {
      for device in actions.indices where freeAt[device] <= now {
        let ready = remaining[device].filter { action in
          ScheduleDependencies.of(action, stages: stages).allSatisfy { either in
            either.contains { open[$0] == 0 && finished[$0].map { $0 <= now } ?? false }
          }
        }
        guard let action = choose(ready, done[device]) else { continue }
        remaining[device].removeAll { $0 == action }
        done[device].append(action)
        freeAt[device] = now + duration(action)
        finished[action] = max(finished[action] ?? 0, freeAt[device])
        open[action, default: 1] -= 1
        ends.insert(freeAt[device])
      }
      // Nothing becomes ready before something ends.
      ends = ends.filter { $0 > now }
      guard let next = ends.min() else {
        preconditionFailure("the rule leaves every device idle")
      }
      now = next
    }
    return done
  }

  /// The deepest stage, of that the earliest microbatch.
  static func deepest(_ actions: [Action]) -> Action? {
    actions.min { ($1.stage, $0.microbatch ?? 0) < ($0.stage, $1.microbatch ?? 0) }
  }

  /// The earliest microbatch, of that the deepest stage.
  static func earliest(_ actions: [Action]) -> Action? {
    actions.min { ($0.microbatch ?? 0, $1.stage) < ($1.microbatch ?? 0, $0.stage) }
  }
}
