/// The idle time of a pipeline by closed form, where one holds: for the given times of profiled layers, otherwise for stages of
/// equal duration with B = 2F; for messages that take no time.
public struct BubbleFormula: Hashable, Sendable {
  /// What the form is a fraction of.
  public enum Whole: Hashable, Sendable {
    /// From the first start of a step on any device to its last end on any.
    case makespan
    /// From the first start on a device to its last end there, where that is longest: what a step takes when the next one
    /// begins on every device as soon as its own work is done.
    case longestSpan
  }

  /// As `(p-1)/(m+p-1)`, with p stages (or devices) and m microbatches.
  public var text: String
  /// Idle time over all time.
  public var fractionOfTotal: Double
  public var whole: Whole

  public init(_ text: String, fractionOfTotal: Double, of whole: Whole = .makespan) {
    self.text = text
    self.fractionOfTotal = fractionOfTotal
    self.whole = whole
  }

  /// Idle time over work; nil where there is nothing but idle time.
  public var overIdeal: Double? { fractionOfTotal < 1 ? fractionOfTotal / (1 - fractionOfTotal) : nil }
}
