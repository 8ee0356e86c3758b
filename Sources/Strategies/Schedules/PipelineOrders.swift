import Programs

extension PipelineSchedule {
  /// The order of actions of stage `stage` of `stages`, one stage per device, ending with the
  /// update.
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
    case .oneForwardOneBackward:
      let warmup = min(stages - 1 - stage, microbatches)
      order = Array(forwards[..<warmup])
      for microbatch in 0..<microbatches {
        if warmup + microbatch < microbatches { order.append(forwards[warmup + microbatch]) }
        order.append(backwards[microbatch])
      }
    }
    return order + [Action(.update, stage: stage)]
  }
}
