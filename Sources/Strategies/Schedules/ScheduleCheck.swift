import Diagnostics
import Programs

/// Whether a schedule written by hand can run: every microbatch goes forward and backward through every stage, on the devices
/// whose part it is, in an order in which nobody waits for ever. Says where it cannot.
struct ScheduleCheck {
  let lines: [ScheduleLine]
  let stages: Int
  let microbatches: Int
  /// The devices that do a microbatch's work in a stage, `[stage][microbatch]`.
  let takers: [[Set<Int>]]

  /// The first problem of every device's line; where lines are right for themselves, what is wrong between devices.
  func problems() -> [Diagnostic] {
    var found = repeatedDevices()
    for line in lines { for device in line.row.devices { found += walk(device, line).map { [$0] } ?? [] } }
    found += missingDevices()
    if found.isEmpty { found = disagreements() }
    if found.isEmpty { found = disorder() }
    if found.isEmpty { found = deadlock() }
    return found
  }

  /// Every device's actions, and the updates that were left out at the end; exchanges are put in by whoever knows what is
  /// exchanged.
  func schedule(devices: Int) -> Schedule {
    var orders = (0..<devices).map { _ in [Action]() }
    for line in lines {
      for device in line.row.devices where orders.indices.contains(device) {
        let actions = line.row.actions.filter { $0.kind != .exchange }
        let updated = Set(actions.filter { $0.kind == .update }.map(\.stage))
        orders[device] =
          actions
          + Set(actions.map(\.stage)).subtracting(updated).sorted().map { Action(.update, stage: $0) }
      }
    }
    return Schedule(devices: orders)
  }

  // MARK: Places

  private func order(of device: Int) -> [Action] {
    lines.first { $0.row.devices.contains(device) }?.row.actions ?? []
  }

  private func devices(of stage: Int) -> [Int] { takers[stage].reduce(into: Set<Int>()) { $0.formUnion($1) }.sorted() }

  private func finding(
    _ message: String, device: Int, at position: Int, in line: ScheduleLine? = nil, hint: String? = nil
  ) -> Diagnostic {
    guard let line = line ?? lines.first(where: { $0.row.devices.contains(device) }) else {
      return Diagnostic(message, path: "strategy", hint: hint)
    }
    let column = line.column(position)
    return Diagnostic(
      "schedule of device \(device), action \(position + 1), column \(column): \(message)\n\(line.excerpt(at: position))",
      path: "strategy", location: line.number.map { SourceLocation(line: $0, column: column) }, hint: hint)
  }

  // MARK: One line

  private func walk(_ device: Int, _ line: ScheduleLine) -> Diagnostic? {
    var done: [Action: Int] = [:]
    for (position, action) in line.row.actions.enumerated() {
      let later = line.row.actions[(position + 1)...]
      if let (message, hint) = objection(to: action, on: device, done: done, later: later) {
        return finding(message, device: device, at: position, in: line, hint: hint)
      }
      done[action] = position
    }
    for stage in 0..<stages {
      for microbatch in 0..<microbatches where takers[stage][microbatch].contains(device) {
        func place(_ kind: Action.Kind) -> Int? { done[Action(kind, stage: stage, microbatch: microbatch)] }
        guard let forward = place(.forward) else {
          return finding(
            "microbatch \(microbatch) never goes forward in stage \(stage)", device: device,
            at: line.row.actions.count, in: line, hint: "a step has \(microbatches) microbatches, from 0")
        }
        guard let backward = place(.backward) ?? place(.backwardInput) else {
          return finding(
            "microbatch \(microbatch) goes forward in stage \(stage), but never backward", device: device, at: forward,
            in: line, hint: "\(stage)B\(microbatch), or \(stage)I\(microbatch) and \(stage)W\(microbatch)")
        }
        if place(.backward) == nil, place(.backwardWeight) == nil {
          return finding(
            "the other half of this backward is missing", device: device, at: backward, in: line,
            hint: "\(stage)W\(microbatch) computes the gradient of the weights")
        }
      }
    }
    return nil
  }

  /// What speaks against an action after those that are done.
  private func objection(
    to action: Action, on device: Int, done: [Action: Int], later: ArraySlice<Action>
  ) -> (String, String?)? {
    let stage = action.stage
    guard takers.indices.contains(stage) else {
      return ("there is no stage \(stage)", "the strategy has \(stages == 1 ? "stage 0" : "stages 0 to \(stages - 1)")")
    }
    if done[action] != nil { return ("\(action) stands in the line twice", nil) }
    let own = devices(of: stage)
    guard own.contains(device) else {
      return ("stage \(stage) is not on device \(device)", "it is on \(own.map(String.init).joined(separator: " "))")
    }
    guard let microbatch = action.microbatch, action.kind != .exchange, action.kind != .update else {
      return objection(toStepAction: action, done: done, later: later)
    }
    guard microbatch < microbatches else {
      return ("there is no microbatch \(microbatch)", "a step has \(microbatches), from 0")
    }
    guard takers[stage][microbatch].contains(device) else {
      let turn = takers[stage][microbatch].sorted().map(String.init).joined(separator: " ")
      return ("microbatch \(microbatch) is not device \(device)'s turn in stage \(stage)", "it is the turn of \(turn)")
    }
    func has(_ kind: Action.Kind) -> Bool { done[Action(kind, stage: stage, microbatch: microbatch)] != nil }
    let forward = "\(stage)F\(microbatch)"
    switch action.kind {
    case .recompute, .backward, .backwardInput:
      if !has(.forward) { return ("\(action) comes before its forward", "\(forward) first") }
      if has(.backward) || has(.backwardInput) { return ("microbatch \(microbatch) has gone backward before", nil) }
    case .backwardWeight:
      if has(.backward) { return ("microbatch \(microbatch) has gone backward before", nil) }
      if !has(.backwardInput) {
        return ("\(action) comes before the gradient of the input", "\(stage)I\(microbatch) first")
      }
    case .forward, .exchange, .update: break
    }
    return nil
  }

  private func objection(
    toStepAction action: Action, done: [Action: Int], later: ArraySlice<Action>
  ) -> (String, String?)? {
    let name = action.kind == .update ? "update" : "exchange of gradients"
    if action.microbatch != nil {
      return (
        "a schedule written by hand has one \(name) per step and stage",
        "write \(action.stage)\(action.kind.rawValue), or leave it out"
      )
    }
    if let other = later.first(where: { $0.stage == action.stage && $0.microbatch != nil }) {
      return (
        "the \(name) of stage \(action.stage) comes before \(other)", "after the stage's last backward, or left out"
      )
    }
    if action.kind == .exchange, done[Action(.update, stage: action.stage)] != nil {
      return ("the exchange of gradients comes after the update that needs it", "before it, or left out")
    }
    return nil
  }

  // MARK: Several lines

  private func repeatedDevices() -> [Diagnostic] {
    var seen: Set<Int> = []
    return lines.flatMap { line in
      line.row.devices.filter { !seen.insert($0).inserted }.map {
        finding("device \($0) has two lines", device: $0, at: 0, in: line)
      }
    }
  }

  private func missingDevices() -> [Diagnostic] {
    let written = Set(lines.flatMap(\.row.devices))
    return (0..<stages).flatMap { stage in
      devices(of: stage).filter { !written.contains($0) }.map {
        Diagnostic(
          "device \($0) takes part in stage \(stage), but the schedule has no line for it", path: "strategy",
          hint: "schedule \($0) | \(stage)F0 …")
      }
    }
  }

  /// Devices of a stage that treat a microbatch differently: one splits its backward or repeats its forward, another does not.
  private func disagreements() -> [Diagnostic] {
    for stage in 0..<stages {
      for microbatch in 0..<microbatches {
        func kinds(_ device: Int) -> Set<Action.Kind> {
          Set(order(of: device).filter { $0.stage == stage && $0.microbatch == microbatch }.map(\.kind))
        }
        let team = takers[stage][microbatch].sorted()
        guard let first = team.first else { continue }
        for device in team where kinds(device) != kinds(first) {
          let odd = kinds(device).symmetricDifference(kinds(first))
          let position = order(of: device).firstIndex {
            $0.stage == stage && $0.microbatch == microbatch && ($0.kind != .forward) && odd.contains($0.kind)
          }
          return [
            finding(
              "devices \(first) and \(device) share stage \(stage) but treat microbatch \(microbatch) differently",
              device: device, at: position ?? 0, hint: "the same of B, I and W, and R on both")
          ]
        }
      }
    }
    return []
  }

  /// Messages between two stages keep their order: what a device takes must come in the order in which it is sent.
  private func disorder() -> [Diagnostic] {
    for stage in 0..<max(0, stages - 1) {
      for early in devices(of: stage) {
        for late in devices(of: stage + 1) where late != early {
          for isBackward in [false, true] {
            func sequence(_ device: Int, _ stage: Int) -> [Int] {
              order(of: device).filter {
                $0.stage == stage
                  && (isBackward ? $0.kind == .backward || $0.kind == .backwardInput : $0.kind == .forward)
              }.compactMap(\.microbatch)
            }
            let (first, second) = (sequence(early, stage), sequence(late, stage + 1))
            let sent = isBackward ? second.filter(first.contains) : first.filter(second.contains)
            let taken = isBackward ? first.filter(second.contains) : second.filter(first.contains)
            guard let place = sent.indices.first(where: { sent[$0] != taken[$0] }) else { continue }
            let (taker, takerStage, sender) = isBackward ? (early, stage, late) : (late, stage + 1, early)
            let position = order(of: taker).firstIndex {
              $0.stage == takerStage && $0.microbatch == taken[place]
                && (isBackward ? $0.kind == .backward || $0.kind == .backwardInput : $0.kind == .forward)
            }
            return [
              finding(
                "microbatch \(taken[place]) is taken here, but device \(sender) sends microbatch \(sent[place]) first",
                device: taker, at: position ?? 0, hint: "messages between two stages keep their order")
            ]
          }
        }
      }
    }
    return []
  }

  /// Walks through all lines as far as they go.
  private func deadlock() -> [Diagnostic] {
    let devices = Set(lines.flatMap(\.row.devices)).sorted()
    var next = Dictionary(uniqueKeysWithValues: devices.map { ($0, 0) })
    var done = Dictionary(uniqueKeysWithValues: devices.map { ($0, Set<Action>()) })
    /// The action of another stage that one waits for.
    func missing(_ action: Action) -> Action? {
      for group in ScheduleDependencies.of(action, stages: stages) where group[0].stage != action.stage {
        let team = takers[group[0].stage][action.microbatch ?? 0]
        if !team.allSatisfy({ device in group.contains { done[device]?.contains($0) ?? false } }) { return group[0] }
      }
      return nil
    }
    var moved = true
    while moved {
      moved = false
      for device in devices {
        let actions = order(of: device)
        while let place = next[device], place < actions.count, missing(actions[place]) == nil {
          done[device]?.insert(actions[place])
          next[device] = place + 1
          moved = true
        }
      }
    }
    let blocked = devices.compactMap { device -> (device: Int, position: Int, action: Action, awaited: Action)? in
      let (actions, place) = (order(of: device), next[device] ?? 0)
      guard place < actions.count, let awaited = missing(actions[place]) else { return nil }
      return (device, place, actions[place], awaited)
    }
    guard let first = blocked.first else { return [] }
    let summary = blocked.map { "device \($0.device) waits at \($0.action) for \($0.awaited)" }
    var problem = finding(
      "deadlock: \(summary.joined(separator: "; "))", device: first.device, at: first.position,
      hint: "one of the marked actions must come later, or what it waits for earlier")
    for other in blocked.dropFirst().prefix(7) {
      if let line = lines.first(where: { $0.row.devices.contains(other.device) }) {
        problem.message += "\n\(line.excerpt(at: other.position))"
      }
    }
    return [problem]
  }
}
