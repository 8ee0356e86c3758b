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

  /// Training steps of each run.
  public var steps: Int
  /// The largest |a - b| / |b| of any step's loss, `b` being the reference's.
  public var maxRelativeLossDifference: Double
  /// The same for the last step's gradients as ``relativeDifference(_:_:)`` defines it, read after their exchange; nil
  /// where the programs keep no gradient of a common array.
  public var maxRelativeGradientDifference: Double?
  /// The same for the parameters after the last step, running statistics included.
  public var maxRelativeParameterDifference: Double

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
    let common = Set(own.gradients.map(\.name)).intersection(expected.gradients.map(\.name))
    maxRelativeGradientDifference =
      common.isEmpty
      ? nil
      : Self.relativeDifference(
        own.gradients.filter { common.contains($0.name) }, expected.gradients.filter { common.contains($0.name) })
    maxRelativeParameterDifference = Self.relativeDifference(own.parameters, expected.parameters)
  }

  /// The largest difference of two models: over all arrays, max |a - b| / max |b|, with `b` the reference's.
  ///
  /// An array's max |b| counts as at least a thousandth of the largest of all arrays: where the exact value is zero,
  /// as the gradient of a bias before batch normalisation, rounding would be measured against rounding. An array that
  /// only one of the models has, or that has another size, makes the difference infinite, as does a number that is not
  /// finite.
  public static func relativeDifference(_ tensors: [NamedTensor], _ reference: [NamedTensor]) -> Double {
    guard tensors.count == reference.count else { return .infinity }
    let floor = 1e-3 * (reference.map(largest).max() ?? 0)
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
      return max(worst, ratio(difference, max(largest(b), floor)))
    }
  }

  private static func largest(_ tensor: NamedTensor) -> Double {
    tensor.values.reduce(0) { max($0, abs(Double($1))) }
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
