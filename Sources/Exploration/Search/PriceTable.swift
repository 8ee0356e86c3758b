/// What a family's axes cost alone and in pairs, so that points can be compared without judging them.
///
/// The estimate of a point is `Σ alone(a) + Σ (together(a, b) - alone(a) - alone(b))` over axes a and pairs of axes between
/// which something passes: OptCNN's node and edge costs (Jia, Lin, Qi and Aiken 2018). It changes with one axis by the terms of
/// that axis, and nothing else is priced again.
public struct PriceSource: Sendable {
  /// The pairs of axes between which something passes, the smaller axis first.
  public var pairs: [(first: Int, second: Int)]
  /// Of one axis with a value; nil where that cannot be.
  public var alone: @Sendable (_ axis: Int, _ value: Int) -> Double?
  /// Of both axes of a pair together; nil where that cannot be.
  public var together: @Sendable (_ pair: Int, _ firstValue: Int, _ secondValue: Int) -> Double?

  public init(
    pairs: [(first: Int, second: Int)], alone: @escaping @Sendable (_ axis: Int, _ value: Int) -> Double?,
    together: @escaping @Sendable (_ pair: Int, _ firstValue: Int, _ secondValue: Int) -> Double?
  ) {
    self.pairs = pairs
    self.alone = alone
    self.together = together
  }
}

/// Prices of the values of axes that are looked at, and the points that are cheapest by them.
struct PriceTable {
  /// Per axis the values that have a price, and those prices.
  private let values: [[Int]]
  private let alone: [[Double]]
  private let pairs: [(first: Int, second: Int)]
  /// Per pair, first value and second value what the pair costs beyond its axes; infinite where it cannot be.
  private let beyond: [[[Double]]]

  struct Estimate {
    var point: [Int]
    var price: Double
  }

  /// Prices every value, and pairs of values: of all of them, or of the cheapest ones alone where there are more than
  /// `most` pairs. Values that are not priced in pairs are left out.
  ///
  /// - Parameter isCancelled: asked before every price.
  /// - Returns: nil where it was cancelled or an axis has no value with a price.
  init?(_ source: PriceSource, axes: [Int], most: Int, isCancelled: () -> Bool) {
    var values: [[Int]] = []
    var alone: [[Double]] = []
    let each = Self.values(of: axes, source, most: most)
    for axis in axes.indices {
      var priced: [(value: Int, price: Double)] = []
      for value in 0..<axes[axis] {
        if isCancelled() { return nil }
        if let price = source.alone(axis, value) { priced.append((value, price)) }
      }
      if priced.isEmpty { return nil }
      let cheapest = priced.sorted { ($0.price, $0.value) < ($1.price, $1.value) }.prefix(each)
      values.append(cheapest.map(\.value))
      alone.append(cheapest.map(\.price))
    }
    var beyond: [[[Double]]] = []
    for (number, pair) in source.pairs.enumerated() {
      var rows: [[Double]] = []
      for (i, first) in values[pair.first].enumerated() {
        var row: [Double] = []
        for (j, second) in values[pair.second].enumerated() {
          if isCancelled() { return nil }
          let both = source.together(number, first, second)
          row.append(both.map { $0 - alone[pair.first][i] - alone[pair.second][j] } ?? .infinity)
        }
        rows.append(row)
      }
      beyond.append(rows)
    }
    (self.values, self.alone, self.beyond) = (values, alone, beyond)
    pairs = source.pairs
  }

  /// The most values per axis with which no more than `most` pairs are priced; at least 4.
  private static func values(of axes: [Int], _ source: PriceSource, most: Int) -> Int {
    func count(_ each: Int) -> Int {
      source.pairs.reduce(0) { $0 + min(axes[$1.first], each) * min(axes[$1.second], each) }
    }
    var each = axes.max() ?? 1
    while each > 4, count(each) > most { each -= 1 }
    return each
  }

  /// Beginnings of points that are kept for one choice of the axes that later ones depend on.
  private struct Beginning {
    /// Places in ``values``.
    var places: [Int]
    var price: Double
  }

  /// The points with the smallest estimates, the best first.
  ///
  /// Dynamic programming from axis to axis: of the beginnings that agree in every axis with a pair to come, the cheapest is
  /// kept, and then the next ones up to `count`. The first point is the best of all as long as no more than `width` beginnings
  /// disagree, as on every chain; the others are as long as no more than `width` have to be kept.
  func cheapest(_ count: Int, width: Int = 4000) -> [Estimate] {
    var beginnings = [Beginning(places: [], price: 0)]
    for axis in values.indices {
      let into = pairs.indices.filter { pairs[$0].second == axis }
      var next: [Beginning] = []
      next.reserveCapacity(beginnings.count * values[axis].count)
      for beginning in beginnings {
        for place in values[axis].indices {
          let price = into.reduce(beginning.price + alone[axis][place]) { sum, pair in
            sum + beyond[pair][beginning.places[pairs[pair].first]][place]
          }
          if price < .infinity { next.append(Beginning(places: beginning.places + [place], price: price)) }
        }
      }
      let open = Set(pairs.filter { $0.first <= axis && $0.second > axis }.map(\.first)).sorted()
      // Of equals the first in the order of values, so that a search repeats.
      next.sort { $0.price != $1.price ? $0.price < $1.price : $0.places.lexicographicallyPrecedes($1.places) }
      var known: [[Int]: Int] = [:]
      /// How many cheaper ones agree with each.
      let ranks = next.map { beginning in
        let rank = known[open.map { beginning.places[$0] }, default: 0]
        known[open.map { beginning.places[$0] }] = rank + 1
        return rank
      }
      var room = max(0, width - ranks.count { $0 == 0 })
      beginnings = []
      for (beginning, rank) in zip(next, ranks) where beginnings.count < width {
        if rank > 0 {
          guard rank < count, room > 0 else { continue }
          room -= 1
        }
        beginnings.append(beginning)
      }
    }
    return beginnings.prefix(count).map { beginning in
      Estimate(point: zip(values, beginning.places).map { $0[$1] }, price: beginning.price)
    }
  }
}
