/// PipeDream's planner without communication (Narayanan et al. 2019): the slowest stage decides, and a stage's work is
/// shared by its devices: A(j, m) = min over i, m' of max(A(i, m - m'), T(i+1…j) / m').
enum StagePlanner {
  /// The best cuts of a chain.
  ///
  /// - Parameters:
  ///   - costs: one per item of the chain, not negative; at least as many as there are stages.
  ///   - shares: the ways to share devices over the stages.
  /// - Returns: the first item of each stage but the first, and the place of the chosen share.
  static func plan(costs: [Double], shares: [[Int]]) -> (cuts: [Int], share: Int) {
    var sums = [0.0]
    for cost in costs { sums.append(sums[sums.count - 1] + cost) }
    var best: (bottleneck: Double, cuts: [Int], share: Int)?
    for (place, share) in shares.enumerated() {
      let (bottleneck, cuts) = cut(sums, share)
      if bottleneck < best?.bottleneck ?? .infinity { best = (bottleneck, cuts, place) }
    }
    return (best?.cuts ?? [], best?.share ?? 0)
  }

  /// The smallest slowest stage for given devices per stage, by dynamic programming over (stages, items).
  private static func cut(_ sums: [Double], _ share: [Int]) -> (bottleneck: Double, cuts: [Int]) {
    let items = sums.count - 1
    var best = (0...items).map { sums[$0] / Double(share[0]) }
    var froms: [[Int]] = []
    for stage in 1..<share.count {
      var row = [Double](repeating: .infinity, count: items + 1)
      var from = [Int](repeating: stage, count: items + 1)
      for end in stage + 1..<items + 1 {
        for begin in stage..<end {
          let slowest = max(best[begin], (sums[end] - sums[begin]) / Double(share[stage]))
          if slowest < row[end] { (row[end], from[end]) = (slowest, begin) }
        }
      }
      best = row
      froms.append(from)
    }
    var cuts: [Int] = []
    var end = items
    for from in froms.reversed() {
      end = from[end]
      cuts.insert(end, at: 0)
    }
    return (best[items], cuts)
  }
}
