import Networks
import Programs

@testable import Strategies

/// Repeatable choices.
struct SeededChoices {
  private let stream: CounterRandom
  private var index = 0

  init(seed: UInt64) { stream = CounterRandom(seed: seed, stream: "choices") }

  /// Uniform in `0..<limit`.
  mutating func below(_ limit: Int) -> Int {
    defer { index += 1 }
    return Int(stream.bits(index) % UInt64(limit))
  }
}

extension LayerTable {
  /// A line for every layer with a split that its layer allows, and for the loss.
  static func random(for graph: Graph, devices: Int, samples: Int, _ choices: inout SeededChoices) -> LayerTable {
    let rules = SplitRules(graph: graph, samples: samples, devices: devices)
    var rows: [Row] = []
    for node in graph.nodes {
      var split = Split(devices: [0])
      repeat {
        split = Split(
          n: choices.below(3) + 1, k: choices.below(3) + 1, c: choices.below(3) + 1, h: choices.below(3) + 1,
          w: choices.below(2) + 1, devices: [])
        let first = choices.below(devices)
        let replicas = choices.below(6) == 0 ? 2 : 1
        guard split.parts * replicas <= devices else { continue }
        split.devices = (0..<split.parts * replicas).map { (first + $0) % devices }
      } while !rules.problems(split, of: node).isEmpty
      rows.append(Row(layer: node.name, split: split, stage: 0))
    }
    let parts = choices.below(min(devices, 3)) + 1
    rows.append(Row(layer: "loss", split: Split(n: parts, devices: Array(0..<parts)), stage: 0))
    return LayerTable(rows: rows)
  }
}
