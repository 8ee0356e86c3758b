/// A set of instants as sorted, disjoint, non-empty half-open intervals in nanoseconds.
///
/// Durations are always taken from unions: summing raw spans would count the same nanosecond twice.
public struct IntervalSet: Hashable, Sendable {
  public private(set) var intervals: [Range<Int64>]

  /// The union of `ranges`, which may overlap and stand in any order; empty ones are ignored.
  public init(_ ranges: some Sequence<Range<Int64>> = []) {
    intervals = []
    var sorted = ranges.filter { !$0.isEmpty }
    if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.lowerBound <= $1.lowerBound }) {
      sorted.sort { $0.lowerBound < $1.lowerBound }
    }
    for range in sorted {
      if let last = intervals.last, range.lowerBound <= last.upperBound {
        intervals[intervals.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        intervals.append(range)
      }
    }
  }

  /// Nanoseconds.
  public var length: Int64 { intervals.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }
  public var isEmpty: Bool { intervals.isEmpty }

  /// What lies in either.
  public func union(_ other: IntervalSet) -> IntervalSet { IntervalSet(intervals + other.intervals) }

  /// What lies in both.
  public func intersection(_ other: IntervalSet) -> IntervalSet {
    var common: [Range<Int64>] = []
    var (i, j) = (0, 0)
    while i < intervals.count, j < other.intervals.count {
      let (a, b) = (intervals[i], other.intervals[j])
      let low = max(a.lowerBound, b.lowerBound)
      let high = min(a.upperBound, b.upperBound)
      if low < high { common.append(low..<high) }
      if a.upperBound < b.upperBound { i += 1 } else { j += 1 }
    }
    return IntervalSet(common)
  }

  /// What lies in this set and not in `other`.
  public func subtracting(_ other: IntervalSet) -> IntervalSet {
    var rest: [Range<Int64>] = []
    var j = 0
    for interval in intervals {
      var low = interval.lowerBound
      while j < other.intervals.count, other.intervals[j].upperBound <= low { j += 1 }
      var k = j
      while k < other.intervals.count, other.intervals[k].lowerBound < interval.upperBound {
        let cut = other.intervals[k]
        if low < cut.lowerBound { rest.append(low..<cut.lowerBound) }
        low = max(low, cut.upperBound)
        k += 1
      }
      if low < interval.upperBound { rest.append(low..<interval.upperBound) }
    }
    return IntervalSet(rest)
  }

  /// What lies inside `window`.
  public func clipped(to window: Range<Int64>) -> IntervalSet {
    IntervalSet(intervals.lazy.map { $0.clamped(to: window) })
  }
}
