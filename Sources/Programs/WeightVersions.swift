/// Which version of its stage's weights each action of an asynchronous pipeline uses.
///
/// A version is the number of updates of the stage since the step's beginning: version 0 is what the last step left, version v
/// what the v-th update of this step made, and version -1 the one before the last step's last update. Every stage has the
/// same number of updates in every step, so ``updates`` times the step's number added to a version counts from the start of
/// the run.
public struct WeightVersions: Hashable, Sendable {
  /// The version that each forward, repeated forward, backward and half of a backward uses.
  public var used: [Action: Int]
  /// For each microbatch, which of the step's updates takes its gradient, from 0: that update makes the next version of this
  /// one.
  public var update: [Int]
  /// How many versions before the newest are kept from one step to the next.
  public var carried: Int

  public init(used: [Action: Int], update: [Int], carried: Int = 0) {
    self.used = used
    self.update = update
    self.carried = carried
  }

  /// Updates of a stage in a step.
  public var updates: Int { (update.max() ?? -1) + 1 }

  /// How many updates old an action's weights are when the gradient of its microbatch is applied; nil for what uses none.
  public func delay(of action: Action) -> Int? {
    guard let version = used[action], let microbatch = action.microbatch, update.indices.contains(microbatch) else {
      return nil
    }
    return update[microbatch] - version
  }

  /// True where every microbatch's backward uses the weights of its forward.
  public var areConsistent: Bool {
    used.allSatisfy { action, version in
      guard action.kind != .forward else { return true }
      let forward = used[Action(.forward, stage: action.stage, microbatch: action.microbatch)]
      return forward == nil || forward == version
    }
  }

  /// The versions that a stage's forward passes use, by microbatch.
  public func forward(stage: Int) -> [Int] { versions(of: [.forward], stage: stage) }

  /// The same of its backward passes.
  public func backward(stage: Int) -> [Int] { versions(of: [.backward, .backwardInput], stage: stage) }

  private func versions(of kinds: [Action.Kind], stage: Int) -> [Int] {
    update.indices.compactMap { microbatch in
      kinds.lazy.compactMap { used[Action($0, stage: stage, microbatch: microbatch)] }.first
    }
  }
}
