import Networks

/// Cuts a chain into consecutive parts whose largest cost is smallest.
enum StageBalance {
  /// The stage of each item: an optimal cut by dynamic programming over (items, stages), O(items² · stages).
  ///
  /// - Parameters:
  ///   - costs: one per item, not negative.
  ///   - stages: at most as many as items; every stage gets at least one.
  static func stages(costs: [Int], count stages: Int) -> [Int] {
    var prefix = [0]
    for cost in costs { prefix.append(prefix.last! + cost) }
    let items = costs.count
    /// best[s][i]: the smallest possible maximum over the first i items in s + 1 stages; cut[s][i]: where its last stage begins.
    var best = [prefix]
    var cut = [[Int](repeating: 0, count: items + 1)]
    for stage in 1..<max(stages, 1) {
      var row = [Int](repeating: Int.max, count: items + 1)
      var from = [Int](repeating: 0, count: items + 1)
      for end in stage + 1..<items + 1 {
        for begin in stage..<end {
          let largest = max(best[stage - 1][begin], prefix[end] - prefix[begin])
          if largest < row[end] { (row[end], from[end]) = (largest, begin) }
        }
      }
      best.append(row)
      cut.append(from)
    }
    var result = [Int](repeating: 0, count: items)
    var end = items
    for stage in stride(from: stages - 1, through: 0, by: -1) {
      let begin = cut[stage][end]
      for item in begin..<end { result[item] = stage }
      end = begin
    }
    return result
  }
}
