import Programs

/// When each action of a pipeline schedule runs if every stage takes the same time and messages take none: the model behind
/// the closed forms. A prediction, not a measurement.
public struct ScheduleTiming: Hashable, Sendable {
  /// One action with its times, in the unit of the given durations.
  public struct Slot: Hashable, Sendable {
    public var action: Action
    public var start: Double
    public var end: Double
  }

  /// Per device, in order.
  public let slots: [[Slot]]
  /// From the first start to the last end.
  public let makespan: Double
  /// Per device, the largest number of activations kept: a microbatch's of a stage, from its forward to the end of its
  /// backward (its second half, where backward is split).
  public let inFlight: [Int]

  /// Places every action at the earliest time that its device and its dependencies allow. Exchange and update take no time.
  ///
  /// - Parameters:
  ///   - forward: duration of a forward of one microbatch in one stage, and of its recomputation.
  ///   - backward: duration of its backward, both halves.
  ///   - weight: duration of the half that computes weight gradients, where backward is split.
  /// - Returns: nil when the schedule can never finish.
  public init?(_ schedule: Schedule, forward: Double, backward: Double, weight: Double = 0) {
    self.init(schedule) { action in
      switch action.kind {
      case .forward, .recompute: forward
      case .backward: backward
      case .backwardInput: backward - weight
      case .backwardWeight: weight
      case .exchange, .update: 0
      }
    }
  }

  /// The same in the usual units: F = R = 1, B = 2, I = W = 1.
  public init?(units schedule: Schedule) { self.init(schedule, forward: 1, backward: 2, weight: 1) }

  /// Places every action where each takes what `duration` says.
  ///
  /// - Returns: nil when the schedule can never finish.
  public init?(_ schedule: Schedule, duration: (Action) -> Double) {
    let stages = (schedule.devices.joined().map(\.stage).max() ?? 0) + 1
    /// How many devices have an action still to do; it is done when the last of them has done it.
    var open: [Action: Int] = [:]
    for action in schedule.devices.joined() { open[action, default: 0] += 1 }
    var finished: [Action: Double] = [:]
    /// Devices that wait for an action of another.
    var waiting: [Action: [Int]] = [:]
    var slots = schedule.devices.map { _ in [Slot]() }
    var movable = Array(schedule.devices.indices.reversed())
    while let device = movable.popLast() {
      let actions = schedule.devices[device]
      walk: while slots[device].count < actions.count {
        let action = actions[slots[device].count]
        var start = slots[device].last?.end ?? 0
        for either in ScheduleDependencies.of(action, stages: stages) {
          guard let done = either.first(where: { open[$0] == 0 }) else {
            for earlier in either where open[earlier] != nil { waiting[earlier, default: []].append(device) }
            break walk
          }
          start = max(start, finished[done] ?? 0)
        }
        let end = start + duration(action)
        slots[device].append(Slot(action: action, start: start, end: end))
        finished[action] = max(finished[action] ?? 0, end)
        open[action, default: 1] -= 1
        if open[action] == 0, let freed = waiting.removeValue(forKey: action) { movable += freed.reversed() }
      }
    }
    guard zip(slots, schedule.devices).allSatisfy({ $0.count == $1.count }) else { return nil }
    self.slots = slots
    makespan = slots.compactMap { $0.last?.end }.max() ?? 0
    inFlight = schedule.devices.map { actions in
      var (live, peak) = (0, 0)
      for action in actions {
        switch action.kind {
        case .forward: live += 1
        case .backward, .backwardWeight: live -= 1
        default: break
        }
        peak = max(peak, live)
      }
      return peak
    }
  }

  /// Idle time as a fraction of all devices' time, (p-1)/(m+p-1) for GPipe and 1F1B.
  public var bubbleOfTotal: Double {
    makespan > 0 ? 1 - busy / (makespan * Double(slots.count)) : 0
  }

  /// Idle time relative to the work, (p-1)/m for GPipe and 1F1B.
  public var bubbleOverIdeal: Double {
    busy > 0 ? makespan * Double(slots.count) / busy - 1 : 0
  }

  /// The longest time from a device's first start to its last end.
  public var longestSpan: Double {
    slots.map { ($0.last?.end ?? 0) - ($0.first?.start ?? 0) }.max() ?? 0
  }

  /// All devices' idle time in the longest span as a fraction of all their time in it: what is idle when every device begins
  /// the next step as soon as its own work is done.
  public var bubbleOfLongestSpan: Double {
    longestSpan > 0 ? 1 - busy / (longestSpan * Double(slots.count)) : 0
  }

  /// All devices' time at work.
  public var busy: Double { slots.joined().reduce(0) { $0 + $1.end - $1.start } }
}
