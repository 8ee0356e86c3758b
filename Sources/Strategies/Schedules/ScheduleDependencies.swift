import Programs

/// What an action waits for on other devices and its own.
enum ScheduleDependencies {
  /// Groups of actions; one of each group must be done before.
  static func of(_ action: Action, stages: Int) -> [[Action]] {
    let (stage, microbatch) = (action.stage, action.microbatch)
    func one(_ kind: Action.Kind, _ stage: Int) -> Action { Action(kind, stage: stage, microbatch: microbatch) }
    switch action.kind {
    case .forward: return stage > 0 ? [[one(.forward, stage - 1)]] : []
    case .backward, .backwardInput:
      let later = [one(.backward, stage + 1), one(.backwardInput, stage + 1)]
      return [[one(.forward, stage)]] + (stage + 1 < stages ? [later] : [])
    case .backwardWeight: return [[one(.backwardInput, stage)]]
    case .recompute: return [[one(.forward, stage)]]
    case .exchange, .update: return []
    }
  }
}
