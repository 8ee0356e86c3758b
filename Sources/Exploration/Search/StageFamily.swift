import Networks
import Strategies

/// Tables with pipeline stages: where the chain of layers is cut, how many devices each stage has, whether these share the
/// samples or the outputs, and into how many microbatches a batch is cut.
struct StageFamily {
  let graph: Graph
  let batch: Int
  let devices: Int
  let stages: Int
  /// Devices of each stage.
  let shares: [[Int]]
  let microbatches: [Int]
  /// Of those the first that is looked at.
  private let usual: Int
  /// Of each node, forward and backward of a batch, in seconds: what the first guess is planned with.
  let costs: [Double]

  /// - Parameter microbatches: the scene's own number; nil where it leaves that to the strategy.
  init?(_ graph: Graph, batch: Int, microbatches: Int? = nil, devices: Int, stages: Int, costs: [Double]) {
    guard stages >= 2, stages <= devices, stages <= graph.nodes.count else { return nil }
    self.graph = graph
    self.batch = batch
    self.devices = devices
    self.stages = stages
    self.costs = costs
    shares = Self.compositions(of: devices, parts: stages)
    (self.microbatches, usual) = Self.microbatches(batch: batch, own: microbatches, stages: stages)
  }

  /// The numbers of microbatches that are looked at, rising, and the place of the first of them: the scene's own, else about
  /// two for a stage.
  static func microbatches(batch: Int, own: Int?, stages: Int) -> (counts: [Int], usual: Int) {
    let powers = [1, 2, 4, 8, 16, 32, 64].filter { $0 <= batch }
    let counts = Set(powers + [own].compactMap { $0 }).sorted()
    return (counts, counts.lastIndex { $0 <= own ?? 2 * stages } ?? 0)
  }

  var family: Family {
    let stage = self
    let cuts = Array(repeating: graph.nodes.count - 1, count: stages - 1)
    let sides = Array(repeating: 2, count: stages)
    let plan = StagePlanner.plan(costs: costs, shares: shares)
    return Family(
      name: "table of \(stages) stages", axes: cuts + sides + [shares.count, microbatches.count],
      starts: [plan.cuts.map { $0 - 1 } + sides.map { _ in 0 } + [plan.share, usual]]
    ) { point in
      let cuts = point.prefix(stage.stages - 1).map { $0 + 1 }
      guard zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
      let share = stage.shares[point[point.count - 2]]
      let sides = Array(point[(stage.stages - 1)..<(2 * stage.stages - 1)])
      // A stage of one device has nothing to choose.
      guard zip(share, sides).allSatisfy({ $0 > 1 || $1 == 0 }) else { return nil }
      guard let strategy = try? Strategy(parsing: stage.text(cuts: cuts, share: share, sides: sides)) else {
        return nil
      }
      return Candidate(strategy, microbatches: stage.microbatches[point[point.count - 1]])
    }
  }

  /// - Parameters:
  ///   - cuts: the first node of each stage but the first.
  ///   - sides: 0 where a stage's devices share the samples, 1 where they share the outputs.
  func text(cuts: [Int], share: [Int], sides: [Int]) -> String {
    var splits: [Split] = []
    var lines: [String] = []
    for node in graph.nodes {
      let stage = cuts.count { $0 <= node.index }
      let first = share.prefix(stage).reduce(0, +)
      let block = Array(first..<first + share[stage])
      let begins = node.index == 0 || cuts.contains(node.index)
      var split = sides[stage] == 0 ? Split(n: block.count, devices: block) : Split(k: block.count, devices: block)
      if !node.allows(split, batch: batch) { split = Split(devices: [block[0]]) }
      let isFree = node.kind.hasChoice || begins
      if !isFree, let producer = node.inputs.first(where: { $0 >= 0 }) {
        let follower = node.follower(of: splits[producer], batch: batch)
        split = follower.split
        // A layer that reads an earlier stage would follow it there.
        let isImplied = follower.isImplied && block.contains(split.devices[0])
        if !block.contains(split.devices[0]) { split = Split(devices: [block[0]]) }
        splits.append(split)
        if !isImplied { lines.append("\(node.name) \(split)") }
        continue
      }
      if begins { lines.append("stage") }
      splits.append(split)
      lines.append("\(node.name) \(split)")
    }
    return lines.joined(separator: "\n")
  }

  /// The ways to share devices out, at least one for each part; at most 500 of them, the most equal ones first.
  static func compositions(of total: Int, parts: Int) -> [[Int]] {
    func all(_ total: Int, _ parts: Int) -> [[Int]] {
      if parts == 1 { return [[total]] }
      return (1...max(1, total - parts + 1)).flatMap { first in
        all(total - first, parts - 1).map { [first] + $0 }
      }
    }
    let few = total <= 16 ? all(total, parts) : [equal(total, parts)]
    return Array(
      few.enumerated().sorted { one, other in
        (spread(one.element), one.offset) < (spread(other.element), other.offset)
      }.map(\.element).prefix(500))
  }

  private static func equal(_ total: Int, _ parts: Int) -> [Int] {
    (0..<parts).map { ($0 + 1) * total / parts - $0 * total / parts }
  }

  private static func spread(_ share: [Int]) -> Int { (share.max() ?? 0) - (share.min() ?? 0) }
}
