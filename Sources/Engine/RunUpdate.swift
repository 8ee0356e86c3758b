import Kernels
import Traces

/// Where a run stands.
public enum RunState: Hashable, Sendable {
  /// Not started yet.
  case ready
  case running
  /// All devices wait after the same step.
  case paused
  /// All steps are done.
  case finished
  /// Ended by its user.
  case stopped
  case failed(EngineFailure)

  /// True where nothing more will happen.
  public var isOver: Bool {
    switch self {
    case .ready, .running, .paused: false
    case .finished, .stopped, .failed: true
    }
  }
}

/// One training step, complete on all devices.
public struct StepResult: Hashable, Sendable {
  /// Counted from 0.
  public var step: Int
  /// Mean over the batch, before the step's update. May be infinite or not a number: that is a result, not a failure.
  public var loss: Double
  /// The part of the batch that was classified right, of a tree by its heads together; nil where targets are not classes,
  /// and where no device sees all heads.
  public var accuracy: Double?
  public var rate: Float
  /// When the last device finished the step, in nanoseconds since the run's start.
  public var end: Int64
  /// From the end of the step before (or the segment's begin) to the end of this one, in seconds.
  public var seconds: Double
}

/// How good the model is after some steps.
public struct Evaluation: Hashable, Sendable {
  /// Steps done.
  public var steps: Int
  /// Epochs done, the last one perhaps in part.
  public var epochs: Double
  /// The running mean loss of the last epoch's training steps.
  public var trainLoss: Double
  /// The part of right answers during the last epoch's training steps, of a tree by its heads together; nil where targets
  /// are not classes, and where no device sees all heads.
  public var trainAccuracy: Double?
  /// The part of samples for which any head of a tree was right; nil without a tree and where ``trainAccuracy`` is nil.
  public var trainOracleAccuracy: Double?
  /// On the test set with the model as it is; nil without a test set.
  public var testLoss: Double?
  public var testAccuracy: Double?
  /// The part of the test set for which any head of a tree is right; nil without a tree.
  public var testOracleAccuracy: Double?
  /// How each head of a tree does on the test set; nil without a tree.
  public var heads: HeadTally?
  /// When it was made, in nanoseconds since the run's start.
  public var begin: Int64
  public var end: Int64
}

/// A stretch of steps without pause or evaluation in between.
public struct Segment: Hashable, Sendable {
  /// Steps of the stretch.
  public var steps: Range<Int>
  /// When the devices were let go, and when the last of them stopped, in nanoseconds since the run's start.
  public var begin: Int64
  public var end: Int64
}

/// News of a run since they were last fetched.
public struct RunUpdate: Sendable {
  public var state: RunState
  /// New records. They may belong to several ``segments``; a step belongs to exactly one.
  public var trace: TraceBatch
  /// Newly completed steps, in order.
  public var steps: [StepResult]
  public var evaluations: [Evaluation]
  /// Stretches that ended since.
  public var segments: [Segment]
}
