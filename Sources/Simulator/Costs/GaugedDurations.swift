import Traces

/// What one instruction took in some steps, and how fast its processor was meanwhile (``Traces/TraceRecord/gauge``).
struct GaugedDurations: Sendable {
  private var durations: [(nanoseconds: Int64, gauge: Int32)] = []
  /// The place of the one with the slowest processor, and of the oldest.
  private var slowest = 0
  private var oldest = 0

  /// So many are kept: the last ones, and of those on slower processors only what there is room for.
  static let kept = 101
  /// Undisturbed durations that make a median.
  private static let enough = 5

  mutating func add(_ nanoseconds: Int64, gauge: Int32) {
    if durations.count < Self.kept {
      durations.append((nanoseconds, gauge))
      if gauge > durations[slowest].gauge { slowest = durations.count - 1 }
      return
    }
    let place: Int
    if !ProcessorCondition.isUndisturbed(Double(durations[slowest].gauge), fastest: Double(gauge)) {
      place = slowest
    } else if ProcessorCondition.isUndisturbed(Double(gauge), fastest: Double(durations[oldest].gauge)) {
      place = oldest
      oldest = (oldest + 1) % Self.kept
    } else {
      return
    }
    durations[place] = (nanoseconds, gauge)
    if place == slowest {
      slowest = durations.indices.max { durations[$0].gauge < durations[$1].gauge } ?? 0
    } else if gauge > durations[slowest].gauge {
      slowest = place
    }
  }

  /// The median of all that are kept, in nanoseconds; nil where there is none.
  var median: Int64? { Self.median(durations.map(\.nanoseconds)) }

  /// The median of those of undisturbed processors; nil where they are too few.
  ///
  /// - Parameter fastest: the gauge's nanoseconds on an undisturbed processor.
  func undisturbedMedian(fastest: Double) -> Int64? {
    let calm = durations.filter { ProcessorCondition.isUndisturbed(Double($0.gauge), fastest: fastest) }
    return calm.count < Self.enough ? nil : Self.median(calm.map(\.nanoseconds))
  }

  static func median(_ values: [Int64]) -> Int64? { values.isEmpty ? nil : values.sorted()[values.count / 2] }
}
