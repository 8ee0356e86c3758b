import Strategies

/// A way of dividing the work that a search may choose.
public struct Candidate: Hashable, Sendable {
  public var strategy: Strategy
  /// Nil leaves the number to the strategy.
  public var microbatches: Int?

  public init(_ strategy: Strategy, microbatches: Int? = nil) {
    self.strategy = strategy
    self.microbatches = microbatches
  }
}

/// What a search learns about a candidate.
public enum Judgement: Hashable, Sendable {
  /// - Parameters:
  ///   - seconds: the objective.
  ///   - peakBytes: of the device that needs most; nil where nobody asked.
  case feasible(seconds: Double, peakBytes: Int?)
  /// Needs more memory than there is.
  case tooLarge(peakBytes: Int)
  /// Cannot be, with the reason.
  case refused(String)

  /// The objective; nil where the candidate cannot be used.
  public var seconds: Double? { if case .feasible(let seconds, _) = self { seconds } else { nil } }
}

/// A finite set of candidates with a shape: a value for each of some axes.
public struct Family: Sendable {
  public var name: String
  /// How many values each axis has.
  public var axes: [Int]
  /// What values cost alone and in pairs; nil where that says nothing about points.
  public var prices: PriceSource?
  /// Points to begin with.
  public var starts: [[Int]]
  /// The candidate at a point; nil for a point that stands for the same as another one or for nothing.
  public var candidate: @Sendable ([Int]) -> Candidate?

  public init(
    name: String, axes: [Int], prices: PriceSource? = nil, starts: [[Int]] = [],
    candidate: @escaping @Sendable ([Int]) -> Candidate?
  ) {
    self.name = name
    self.axes = axes
    self.prices = prices
    self.starts = starts
    self.candidate = candidate
  }

  /// Points of the family; nil where there are more than can be counted.
  public var count: Int? {
    var product = 1
    for values in axes {
      let (next, overflow) = product.multipliedReportingOverflow(by: values)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// The point with a number from 0, the last axis fastest.
  func point(_ number: Int) -> [Int] {
    var rest = number
    var point = axes
    for axis in axes.indices.reversed() {
      point[axis] = rest % axes[axis]
      rest /= axes[axis]
    }
    return point
  }
}
