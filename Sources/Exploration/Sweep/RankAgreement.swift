/// Whether predictions put strategies in the order that measurements have: over pairs of runs that differ in nothing but the
/// strategy. Undisturbed steps are compared where both runs have enough of them, else all steps.
public struct RankAgreement: Codable, Hashable, Sendable {
  /// Pairs of runs with the same devices, batch and link.
  public var pairs: Int
  /// Pairs whose measured order is the predicted one.
  public var kept: Int
  /// Pairs in another order than predicted, the faster one by measurement first.
  public var swapped: [String]

  /// Kendall's rank correlation: 1 where every pair has the predicted order, -1 where none has.
  public var tau: Double { Double(2 * kept - pairs) / Double(pairs) }

  enum CodingKeys: String, CodingKey { case pairs, kept, swapped, tau }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    pairs = try container.decode(Int.self, forKey: .pairs)
    kept = try container.decode(Int.self, forKey: .kept)
    swapped = try container.decode([String].self, forKey: .swapped)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pairs, forKey: .pairs)
    try container.encode(kept, forKey: .kept)
    try container.encode(swapped, forKey: .swapped)
    try container.encode(tau, forKey: .tau)
  }

  /// Compares measured rows that have a prediction.
  ///
  /// - Returns: nil without a pair.
  init?(_ rows: [SweepRow]) {
    let known = rows.compactMap { row -> (row: SweepRow, median: Double, predicted: Double)? in
      guard let median = row.stepSeconds?.median, let predicted = row.predicted?.stepSeconds else { return nil }
      return (row, median, predicted)
    }
    (pairs, kept, swapped) = (0, 0, [])
    for (place, one) in known.enumerated() {
      for other in known[(place + 1)...] where one.row.isLike(other.row) {
        pairs += 1
        let isOneFaster =
          if let first = one.row.undisturbed?.stepSeconds, let second = other.row.undisturbed?.stepSeconds {
            first <= second
          } else {
            one.median <= other.median
          }
        if isOneFaster == (one.predicted <= other.predicted) {
          kept += 1
        } else {
          let (fast, slow) = isOneFaster ? (one.row, other.row) : (other.row, one.row)
          swapped.append(
            "\(oneLine(fast.strategy)) before \(oneLine(slow.strategy)) on \(counted(fast.devices, "device")), batch \(fast.batch)"
          )
        }
      }
    }
    if pairs == 0 { return nil }
  }
}

extension SweepRow {
  /// Whether nothing but the strategy, and the microbatches that it takes, tells two runs apart.
  fileprivate func isLike(_ other: SweepRow) -> Bool {
    devices == other.devices && batch == other.batch && link == other.link && clock == other.clock
      && (strategy != other.strategy || microbatches != other.microbatches)
  }
}
