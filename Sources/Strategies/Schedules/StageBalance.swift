/// Cuts a chain into consecutive parts whose largest cost is smallest.
enum StageBalance {
  /// The stage of each item: an optimal cut by dynamic programming over (items, stages), O(items² · stages).
  ///
  /// - Parameters:
  ///   - costs: one per item, not negative.
  ///   - capacities: one per stage, at most as many as items; every stage gets at least one item. A stage of capacity r counts
  ///     an r-th of its items' costs: r devices share its microbatches.
  static func stages(costs: [Double], capacities: [Int]) -> [Int] {
    var prefix = [0.0]
    for cost in costs { prefix.append(prefix.last! + cost) }
    let items = costs.count
    func load(_ stage: Int, _ range: Range<Int>) -> Double {
      (prefix[range.upperBound] - prefix[range.lowerBound]) / Double(capacities[stage])
    }
    /// best[s][i]: the smallest possible maximum over the first i items in s + 1 stages; cut[s][i]: where its last stage begins.
    var best = [(0...items).map { load(0, 0..<$0) }]
    var cut = [[Int](repeating: 0, count: items + 1)]
    for stage in capacities.indices.dropFirst() {
      var row = [Double](repeating: .infinity, count: items + 1)
      var from = [Int](repeating: 0, count: items + 1)
      for end in stage + 1..<items + 1 {
        for begin in stage..<end {
          let largest = max(best[stage - 1][begin], load(stage, begin..<end))
          if largest < row[end] { (row[end], from[end]) = (largest, begin) }
        }
      }
      best.append(row)
      cut.append(from)
    }
    var result = [Int](repeating: 0, count: items)
    var end = items
    for stage in capacities.indices.reversed() {
      let begin = cut[stage][end]
      for item in begin..<end { result[item] = stage }
      end = begin
    }
    return result
  }
}
