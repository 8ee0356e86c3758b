import Programs

extension PipelineSchedule {
  /// The order of actions of stage `stage` of `stages`, one stage per device, ending with the update. For schedules with
  /// several stages per device see ``plan(devices:chunks:microbatches:)``.
  ///
  /// - Parameters:
  ///   - stage: 0-based.
  ///   - microbatches: at least 1.
  func order(stage: Int, of stages: Int, microbatches: Int) -> [Action] {
    let forwards = (0..<microbatches).map { Action(.forward, stage: stage, microbatch: $0) }
    let backwards = (0..<microbatches).map { Action(.backward, stage: stage, microbatch: $0) }
    var order: [Action]
    switch self {
    case .gpipe:
      order = forwards + backwards.reversed()
    case .sequential:
      order = zip(forwards, backwards).flatMap { [$0, $1] }
    case .zeroBubbleH1:
      order = Self.zeroBubble(
        stage: stage, warmup: min(stages - stage, microbatches), delay: stage, microbatches: microbatches)
    case .zeroBubbleH2:
      order = Self.zeroBubble(
        stage: stage, warmup: min(2 * (stages - stage) - 1, microbatches), delay: 2 * stage, microbatches: microbatches)
    case .oneForwardOneBackward, .interleaved, .zeroBubbleV, .chimera, .pipedream, .pipedream2BW:
      let warmup = min(stages - 1 - stage, microbatches)
      order = Array(forwards[..<warmup])
      for microbatch in 0..<microbatches {
        if warmup + microbatch < microbatches { order.append(forwards[warmup + microbatch]) }
        order.append(backwards[microbatch])
      }
    }
    return order + [Action(.update, stage: stage)]
  }

  /// Zero-bubble orders with one stage per device (Qi et al. 2023): backward is split, and weight gradients, which nobody
  /// waits for, are put off by `delay` microbatches to fill what would be idle time.
  private static func zeroBubble(stage: Int, warmup: Int, delay: Int, microbatches: Int) -> [Action] {
    func action(_ kind: Action.Kind, _ microbatch: Int) -> Action {
      Action(kind, stage: stage, microbatch: microbatch)
    }
    var order = (0..<warmup).map { action(.forward, $0) }
    var (forward, weight) = (warmup, 0)
    for microbatch in 0..<microbatches {
      order.append(action(.backwardInput, microbatch))
      if microbatch >= delay {
        order.append(action(.backwardWeight, weight))
        weight += 1
      }
      if forward < microbatches {
        order.append(action(.forward, forward))
        forward += 1
      }
    }
    return order + (weight..<microbatches).map { action(.backwardWeight, $0) }
  }

  /// Interleaved 1F1B (Narayanan et al. 2021): device d holds stages d, d + p, d + 2p, …; microbatches go in rounds of p.
  static func interleavedOrder(device: Int, of devices: Int, chunks: Int, microbatches: Int) -> [Action] {
    let total = microbatches * chunks
    func action(_ kind: Action.Kind, _ index: Int, deepestFirst: Bool) -> Action {
      let (round, place) = index.quotientAndRemainder(dividingBy: devices * chunks)
      let chunk = deepestFirst ? chunks - 1 - place / devices : place / devices
      return Action(kind, stage: chunk * devices + device, microbatch: round * devices + place % devices)
    }
    let forwards = (0..<total).map { action(.forward, $0, deepestFirst: false) }
    let backwards = (0..<total).map { action(.backward, $0, deepestFirst: true) }
    let warmup = min(2 * (devices - device - 1) + (chunks - 1) * devices, total)
    var order = Array(forwards[..<warmup])
    for index in 0..<total {
      if warmup + index < total { order.append(forwards[warmup + index]) }
      order.append(backwards[index])
    }
    return order + (0..<chunks).map { Action(.update, stage: $0 * devices + device) }
  }
}
