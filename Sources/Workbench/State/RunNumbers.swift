import Traces

extension Measurements {
  /// Training samples per second over the measured steps, as reports define it: batch × steps / their time; nil until a
  /// step was measured.
  public var samplesPerSecond: Double? {
    guard let totals, totals.window > 0 else { return nil }
    return Double(facts.program.batch * totals.steps) / (Double(totals.window) * 1e-9)
  }

  /// The newest accuracy on the test set; nil where none was measured.
  public var testAccuracy: Double? { learning.evaluations.last { $0.test != nil }?.test }
}
