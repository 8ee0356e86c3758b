import Traces

/// How training went so far: losses by step, accuracies by epoch, and the learning rate.
public struct LearningHistory: Hashable, Sendable {
  /// Accuracies after some steps, as shares of 1.
  public struct Evaluation: Hashable, Sendable {
    /// Steps done before it.
    public var steps: Int
    /// Of the training samples; nil where not measured.
    public var train: Double?
    /// Of the test samples; nil where not measured.
    public var test: Double?
    /// The same for any head of a tree; nil without one.
    public var trainOracle: Double?
    public var testOracle: Double?
    /// How each head of a tree does on the test samples; nil without one.
    public var heads: Report.Heads?

    /// An evaluation after `steps` steps; accuracies are shares of 1.
    public init(
      steps: Int, train: Double?, test: Double?, trainOracle: Double? = nil, testOracle: Double? = nil,
      heads: Report.Heads? = nil
    ) {
      self.steps = steps
      self.train = train
      self.test = test
      self.trainOracle = trainOracle
      self.testOracle = testOracle
      self.heads = heads
    }
  }

  /// Mean loss of each step's batch before its update, by step from 0; nil where it was not finite.
  public private(set) var losses: [Double?] = []
  /// In the order in which they were made.
  public private(set) var evaluations: [Evaluation] = []
  /// The rate of the newest step; nil before the first one.
  public private(set) var rate: Double?
  /// Nil where the end of an epoch is not known.
  public var stepsPerEpoch: Int?
  /// Steps that the run will have; nil where it has no end.
  public var plannedSteps: Int?

  /// Nothing learned yet.
  public init(stepsPerEpoch: Int? = nil, plannedSteps: Int? = nil) {
    self.stepsPerEpoch = stepsPerEpoch
    self.plannedSteps = plannedSteps
  }

  /// Notes the next step's loss and rate; a loss that is not finite leaves a gap.
  public mutating func append(loss: Double, rate: Double? = nil) {
    losses.append(loss.isFinite ? loss : nil)
    if let rate { self.rate = rate }
  }

  /// Notes an evaluation.
  public mutating func append(_ evaluation: Evaluation) { evaluations.append(evaluation) }

  /// The newest loss; nil before the first step and where it was not finite.
  public var latestLoss: Double? { losses.last ?? nil }

  /// The exponential moving average of the losses, corrected for its start as Adam's moments are (Kingma and Ba 2015):
  /// after k losses the sum of weights is `1 - decay^k`. A gap stays a gap and does not change the average.
  public func smoothedLosses(decay: Double = 0.9) -> [Double?] {
    var average = 0.0
    var weight = 0.0
    return losses.map { loss in
      guard let loss else { return nil }
      average = decay * average + (1 - decay) * loss
      weight = decay * weight + (1 - decay)
      return average / weight
    }
  }

  /// The numbers of steps at which an epoch after the first begins, up to the newest step.
  public var epochStarts: [Int] {
    guard let stepsPerEpoch, stepsPerEpoch > 0, losses.count > stepsPerEpoch else { return [] }
    return Array(stride(from: stepsPerEpoch, to: losses.count, by: stepsPerEpoch))
  }

  /// The epoch that the newest step belongs to, from 1; nil before the first step and where epochs are not known.
  public var epoch: Int? {
    guard let stepsPerEpoch, stepsPerEpoch > 0, !losses.isEmpty else { return nil }
    return (losses.count - 1) / stepsPerEpoch + 1
  }
}
