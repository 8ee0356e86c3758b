/// Other ways of dividing the same work among the same devices, each compiled and simulated with the same costs as the one that ran.
///
/// Only what learns the same is tried. Advice rests on these predictions and on nothing else.
public struct Trials: Hashable, Sendable {
  /// The predicted step of what ran, which the others are held against.
  public var stepSeconds: Double
  /// What was tried, as a change for people (`schedule=zb-h1`), with its predicted step.
  public var changes: [Replay.Change]

  /// A shorter step than this share is no advice: predictions are not better than that.
  static let worthwhile = 0.03

  public init(stepSeconds: Double, changes: [Replay.Change]) {
    self.stepSeconds = stepSeconds
    self.changes = changes
  }

  /// By how much the step is shorter with a change, as a share.
  public func gain(of change: Replay.Change) -> Double {
    stepSeconds > 0 ? 1 - change.stepSeconds / stepSeconds : 0
  }

  /// The change that shortens the step most, nil where none is worth it.
  public var best: Replay.Change? {
    changes.min { $0.stepSeconds < $1.stepSeconds }.flatMap { gain(of: $0) >= Self.worthwhile ? $0 : nil }
  }
}
