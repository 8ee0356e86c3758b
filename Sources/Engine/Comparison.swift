import Checkpoints
import Datasets
import Diagnostics
import Networks
import Programs

/// How far a strategy's training is from that of a reference program: both start from the same parameters and see the
/// same batches.
public struct Comparison: Hashable, Sendable {
  /// Differences up to these count as equal: float32 sums in another order.
  public static let lossTolerance = 1e-5
  public static let parameterTolerance = 1e-4
  /// Gradients are measured against at least this share of the largest parameter: a smaller one, at a rate of 1, would not move
  /// that parameter by more than its rounding. Where all gradients are zero, rounding would be measured against nothing.
  static let vanishingGradient = 1e-6

  /// Training steps of each run.
  public var steps: Int
  /// The largest |a - b| / |b| of any step's loss, `b` being the reference's.
  public var maxRelativeLossDifference: Double
  /// The same for the last step's gradients as ``relativeDifference(_:_:)`` defines it, read after their exchange; nil
  /// where the programs keep no gradient of a common array.
  public var maxRelativeGradientDifference: Double?
  /// The same for the parameters after the last step, running statistics included, ``leftOut`` excepted.
  public var maxRelativeParameterDifference: Double
  /// Parameters that were not compared because the optimizer made full steps of their gradient's rounding (``RoundingNoise``).
  public var leftOut: Int

  /// True where losses and parameters differ by no more than the tolerances. Numbers that are not finite are never
  /// equal.
  public var isEqual: Bool {
    maxRelativeLossDifference <= Self.lossTolerance && maxRelativeParameterDifference <= Self.parameterTolerance
  }

  /// Trains `program` and `reference` for `steps` steps each, one after the other.
  ///
  /// - Parameters:
  ///   - training: Its length is replaced by `steps`, for the rate schedule too.
  ///   - pacing: Of the first run; which of two messages comes first may depend on it. The reference keeps to the wall
  ///     clock.
  /// - Throws: `DiagnosticList` where a run cannot be prepared, `EngineFailure` where one fails.
  public init(
    program: Program, reference: Program, dataset: Dataset, shuffle: Bool, training: TrainingSettings, steps: Int,
    options: TrainingRun.Options = .init(), initialParameters: [NamedTensor]? = nil, pacing: Pacing = .wall
  ) throws {
    var training = training
    training.length = .steps(steps)
    let own = try Outcome(program, dataset, shuffle, training, options, initialParameters, pacing)
    let expected = try Outcome(reference, dataset, shuffle, training, options, initialParameters, .wall)
    self.steps = steps
    maxRelativeLossDifference =
      zip(own.losses, expected.losses).map { Self.ratio(abs($0 - $1), abs($1)) }.max() ?? 0
    let noise =
      training.optimizer.dividesByGradientSize
      ? RoundingNoise(gradients: expected.gradients, of: reference.graph) : nil
    func compared(_ tensors: [NamedTensor]) -> [NamedTensor] { noise?.removed(from: tensors) ?? tensors }
    let common = Set(own.gradients.map(\.name)).intersection(expected.gradients.map(\.name))
    maxRelativeGradientDifference =
      common.isEmpty
      ? nil
      : Self.relativeDifference(
        compared(own.gradients.filter { common.contains($0.name) }),
        compared(expected.gradients.filter { common.contains($0.name) }),
        atLeast: Self.vanishingGradient * (expected.parameters.map(\.largestMagnitude).max() ?? 0))
    leftOut = noise?.count ?? 0
    maxRelativeParameterDifference = Self.relativeDifference(compared(own.parameters), compared(expected.parameters))
  }

  /// The largest difference of two models: over all arrays, max |a - b| / max |b|, with `b` the reference's.
  ///
  /// An array's max |b| counts as at least a thousandth of the largest of all arrays: where the exact value is zero,
  /// as the gradient of a bias before batch normalisation, rounding would be measured against rounding. An array that
  /// only one of the models has, or that has another size, makes the difference infinite, as does a number that is not
  /// finite.
  ///
  /// - Parameter least: what max |b| counts as at least, whatever the other arrays are.
  public static func relativeDifference(
    _ tensors: [NamedTensor], _ reference: [NamedTensor], atLeast least: Double = 0
  ) -> Double {
    guard tensors.count == reference.count else { return .infinity }
    let floor = max(least, 1e-3 * (reference.map(\.largestMagnitude).max() ?? 0))
    return reference.reduce(0) { worst, b in
      guard let a = tensors.first(where: { $0.name == b.name }), a.values.count == b.values.count else {
        return .infinity
      }
      var difference = 0.0
      for (x, y) in zip(a.values, b.values) {
        let distance = abs(Double(x) - Double(y))
        difference = distance.isFinite ? max(difference, distance) : .infinity
        if difference == .infinity { break }
      }
      return max(worst, ratio(difference, max(b.largestMagnitude, floor)))
    }
  }

  /// `difference / size`, with 0/0 = 0 and what is not finite as infinity.
  private static func ratio(_ difference: Double, _ size: Double) -> Double {
    if difference == 0 { return 0 }
    let ratio = difference / size
    return ratio.isFinite ? ratio : .infinity
  }

  /// What one run leaves for comparison.
  private struct Outcome {
    var losses: [Double]
    var gradients: [NamedTensor]
    var parameters: [NamedTensor]

    init(
      _ program: Program, _ dataset: Dataset, _ shuffle: Bool, _ training: TrainingSettings,
      _ options: TrainingRun.Options, _ initial: [NamedTensor]?, _ pacing: Pacing
    ) throws {
      var options = options
      options.tracing = false
      let run = try TrainingRun(
        program: program, inference: nil, dataset: dataset, shuffle: shuffle, training: training, options: options,
        initialParameters: initial, pacing: pacing)
      run.start()
      run.wait()
      let news = run.drain()
      if case .failed(let failure) = news.state { throw failure }
      losses = news.steps.map(\.loss)
      gradients = run.gradients()
      parameters = run.parameters()
    }
  }
}
