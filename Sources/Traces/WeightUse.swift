/// Which of several versions of its weights a layer uses in an asynchronous pipeline.
public struct WeightUse: Hashable, Sendable {
  /// Updates since the step's beginning; -1 is the version before the one that the last step left.
  public var version: Int
  /// How many updates older that is than the version to which the microbatch's gradient is applied.
  public var delay: Int
  /// Updates in a step.
  public var updates: Int

  /// `v2`
  public var mark: String { "v\(version)" }

  /// Updates since the run's start. Before the first there is only one version, 0.
  public func sinceStart(step: Int) -> Int { max(0, step * updates + version) }

  /// ``delay``, or less in the first step, where the older version may be the first one too.
  public func updatesOld(step: Int) -> Int { max(0, step * updates + version + delay) - sinceStart(step: step) }

  /// `weights of version 2 (402 since the start), 1 update old`
  public func phrase(step: Int) -> String {
    let old = updatesOld(step: step)
    let age = old == 0 ? "the newest" : "\(old) \(old == 1 ? "update" : "updates") old"
    return "weights of version \(version) (\(sinceStart(step: step)) since the start), \(age)"
  }
}
