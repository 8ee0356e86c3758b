import Networks

import func Foundation.exp
import func Foundation.pow

/// Searches a family that is too large to enumerate.
///
/// From every start: dynamic programming along the chain with costs of values and of neighbouring pairs, taken from the
/// objective itself as differences to the best point so far (the node and edge costs of OptCNN, Jia et al. 2018); then the
/// best single changes until none helps; then annealing (FlexFlow, Jia et al. 2019: change one axis at random, accept what
/// is worse with probability exp(-β·difference)), which ends after half of the rest without an improvement; then single
/// changes and changes of neighbouring pairs.
struct GuidedSearch {
  private let family: Family
  private let random: CounterRandom

  init(_ family: Family, seed: UInt64, stream: String) {
    self.family = family
    random = CounterRandom(seed: seed, stream: stream)
  }

  private struct Place {
    var point: [Int]
    var cost: Double
  }

  func run(_ desk: inout SearchDesk) {
    guard var best = begin(&desk) else { return }
    let budget = desk.limit - desk.ledger.judged
    if family.isChain {
      planAlongTheChain(&best, &desk, until: desk.ledger.judged + budget * 2 / 3)
    }
    descend(&best, pairs: false, &desk)
    anneal(&best, &desk)
    descend(&best, pairs: true, &desk)
  }

  /// The best of the starts, or the first point of some random ones that can be used.
  private func begin(_ desk: inout SearchDesk) -> Place? {
    var best: Place?
    for start in family.starts { take(start, &best, &desk) }
    var attempt = 0
    while best == nil, attempt < 1000, !desk.isOver() {
      let point = family.axes.indices.map { axis in
        Int(random.bits(-1 - attempt * family.axes.count - axis) % UInt64(family.axes[axis]))
      }
      take(point, &best, &desk)
      attempt += 1
    }
    return best
  }

  private func take(_ point: [Int], _ best: inout Place?, _ desk: inout SearchDesk) {
    guard let cost = cost(point, &desk), cost < best?.cost ?? .infinity else { return }
    best = Place(point: point, cost: cost)
  }

  /// The objective; far above every time, by bytes, where the memory does not suffice, so that a walk finds back; nil where
  /// the point cannot be or nothing more may be judged.
  private func cost(_ point: [Int], _ desk: inout SearchDesk) -> Double? {
    guard let candidate = family.candidate(point) else { return nil }
    switch desk.verdict(of: candidate) {
    case .feasible(let seconds, _): return seconds
    case .tooLarge(let bytes): return 1e9 * Double(bytes)
    case .refused, nil: return nil
    }
  }

  // MARK: - Along the chain

  /// Repeats planning around the best point as long as that finds better ones.
  private func planAlongTheChain(_ best: inout Place, _ desk: inout SearchDesk, until limit: Int) {
    while desk.ledger.judged < limit, let plan = plan(around: best, &desk, until: limit),
      let cost = cost(plan, &desk), cost < best.cost
    {
      best = Place(point: plan, cost: cost)
    }
  }

  /// The point that is best if costs are sums over values and neighbouring pairs, as they are near `base`.
  ///
  /// - Returns: nil where the budget ends before every cost is known.
  private func plan(around base: Place, _ desk: inout SearchDesk, until limit: Int) -> [Int]? {
    let axes = family.axes.indices
    /// Differences to the base when one axis changes; nil for what cannot be.
    var single: [[Double?]] = []
    for axis in axes {
      var costs: [Double?] = []
      for value in 0..<family.axes[axis] {
        costs.append(difference(base, [(axis, value)], &desk))
        if desk.ledger.judged >= limit || desk.isOver() { return nil }
      }
      single.append(costs)
    }
    let room = max(1, (limit - desk.ledger.judged) / max(1, axes.count - 1))
    // As many of the best values of each axis as pairs of them can be judged.
    let values = axes.map { axis -> [Int] in
      let usable = (0..<family.axes[axis]).filter { single[axis][$0] != nil }
      let ranked = usable.sorted { (single[axis][$0] ?? 0, $0) < (single[axis][$1] ?? 0, $1) }
      return Array(ranked.prefix(max(2, Int(Double(room).squareRoot()))))
    }
    /// Per axis and value the best sum up to it, and the value before.
    var sums: [[(sum: Double, from: Int)?]] = [values[0].map { (single[0][$0] ?? 0, 0) }]
    for axis in axes.dropFirst() {
      var row: [(sum: Double, from: Int)?] = []
      for value in values[axis] {
        guard let own = single[axis][value] else {
          row.append(nil)
          continue
        }
        var best: (sum: Double, from: Int)?
        for (place, before) in values[axis - 1].enumerated() {
          guard let sum = sums[axis - 1][place]?.sum, let other = single[axis - 1][before] else { continue }
          guard let both = difference(base, [(axis - 1, before), (axis, value)], &desk) else { continue }
          let total = sum + own + (both - own - other)
          if total < best?.sum ?? .infinity { best = (total, place) }
        }
        if desk.isOver() { return nil }
        row.append(best)
      }
      sums.append(row)
    }
    guard let last = axes.last,
      var place = sums[last].indices.filter({ sums[last][$0] != nil }).min(by: {
        (sums[last][$0]?.sum ?? 0) < (sums[last][$1]?.sum ?? 0)
      })
    else { return nil }
    var point = base.point
    for axis in axes.reversed() {
      point[axis] = values[axis][place]
      place = sums[axis][place]?.from ?? 0
    }
    return point
  }

  private func difference(_ base: Place, _ changes: [(axis: Int, value: Int)], _ desk: inout SearchDesk) -> Double? {
    var point = base.point
    for change in changes { point[change.axis] = change.value }
    return point == base.point ? 0 : cost(point, &desk).map { $0 - base.cost }
  }

  // MARK: - Step by step

  /// Takes the best change of one axis, or of two neighbouring ones, until none makes it better.
  private func descend(_ best: inout Place, pairs: Bool, _ desk: inout SearchDesk) {
    while !desk.isOver() {
      var next = best
      for axis in family.axes.indices {
        for value in 0..<family.axes[axis] where value != best.point[axis] {
          var point = best.point
          point[axis] = value
          if let cost = cost(point, &desk), cost < next.cost { next = Place(point: point, cost: cost) }
          guard pairs, axis > 0 else { continue }
          for other in 0..<family.axes[axis - 1] where other != best.point[axis - 1] {
            point[axis - 1] = other
            if let cost = cost(point, &desk), cost < next.cost { next = Place(point: point, cost: cost) }
          }
        }
      }
      guard next.cost < best.cost else { return }
      best = next
    }
  }

  // MARK: - Annealing

  /// Differences are relative to the best objective; β grows from 10 to 200.
  private func anneal(_ best: inout Place, _ desk: inout SearchDesk) {
    let movable = family.axes.indices.filter { family.axes[$0] > 1 }
    guard !movable.isEmpty else { return }
    let begin = desk.ledger.judged
    // A part is left for the last improvements.
    let budget = (desk.limit - begin) * 3 / 4
    var here = best
    var lastImprovement = begin
    // Points that are known already cost nothing, but do not go on for ever.
    var turn = 0
    while desk.ledger.judged - lastImprovement <= budget / 2, desk.ledger.judged - begin < budget, turn < 40 * budget,
      !desk.isOver()
    {
      let axis = movable[Int(random.bits(3 * turn) % UInt64(movable.count))]
      var point = here.point
      let step = 1 + Int(random.bits(3 * turn + 1) % UInt64(family.axes[axis] - 1))
      point[axis] = (point[axis] + step) % family.axes[axis]
      let draw = Double(random.uniform(3 * turn + 2))
      turn += 1
      guard let cost = cost(point, &desk) else { continue }
      let beta = 10 * pow(20, Double(desk.ledger.judged - begin) / Double(max(budget, 1)))
      guard cost < here.cost || draw < exp(-beta * (cost - here.cost) / best.cost) else { continue }
      here = Place(point: point, cost: cost)
      if cost < best.cost {
        best = here
        lastImprovement = desk.ledger.judged
      }
    }
  }
}
