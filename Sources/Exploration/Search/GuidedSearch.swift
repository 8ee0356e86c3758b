import Networks

import func Foundation.exp
import func Foundation.pow

/// Searches a family that is too large to enumerate.
///
/// From the best start: the points that are cheapest by prices of values and pairs, where the family has them (``PriceTable``),
/// each confirmed by the objective; then the best single changes until none helps; then annealing (FlexFlow, Jia et al. 2019:
/// change one axis at random, accept what is worse with probability exp(-β·difference)), which ends after half of the rest
/// without an improvement; then single changes and changes of neighbouring pairs.
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

  /// - Parameter known: the best point so far, where the family was searched before.
  /// - Returns: the best point; nil where none can be used.
  func run(_ desk: inout SearchDesk, from known: [Int]? = nil) -> [Int]? {
    var best: Place?
    if let known { take(known, &best, &desk) }
    if best == nil { best = begin(&desk) }
    guard var best else { return nil }
    let budget = desk.limit - desk.ledger.judged
    confirm(&best, &desk, until: desk.ledger.judged + budget / 2)
    descend(&best, pairs: false, &desk)
    anneal(&best, &desk)
    descend(&best, pairs: true, &desk)
    return best.point
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

  // MARK: - By prices

  /// Judges the points that are cheapest by prices, the cheapest first, until the rest cannot be better: the smallest ratio of
  /// objective and price so far, less a tenth, is taken to hold for them too.
  private func confirm(_ best: inout Place, _ desk: inout SearchDesk, until limit: Int) {
    let room = limit - desk.ledger.judged
    guard let source = family.prices, room > 0,
      let table = PriceTable(source, axes: family.axes, most: 6 * room, isCancelled: { desk.isCancelled() })
    else { return }
    var ratio: Double?
    for estimate in table.cheapest(room) {
      if desk.ledger.judged >= limit || desk.isOver() || 0.9 * (ratio ?? 0) * estimate.price > best.cost { return }
      guard let cost = cost(estimate.point, &desk) else { continue }
      if estimate.price > 0 { ratio = min(ratio ?? .infinity, cost / estimate.price) }
      if cost < best.cost { best = Place(point: estimate.point, cost: cost) }
    }
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
