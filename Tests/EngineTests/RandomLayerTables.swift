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
  /// A line for every layer with a split that its layer allows, and for the loss. One layer in five has devices with several
  /// parts, one in eight is dealt in turns.
  static func random(
    for graph: Graph, devices: Int, batch: Int, microbatches: Int, _ choices: inout SeededChoices
  ) -> LayerTable {
    let rules = SplitRules(graph: graph, batch: batch, microbatches: microbatches, devices: devices)
    var rows: [Row] = []
    for node in graph.nodes {
      var split = Split(devices: [0])
      repeat {
        split = Split(
          m: choices.below(8) == 0 ? 2 : 1, n: choices.below(3) + 1, k: choices.below(3) + 1, c: choices.below(3) + 1,
          h: choices.below(3) + 1,
          w: choices.below(2) + 1, devices: [])
        let first = choices.below(devices)
        let replicas = choices.below(6) == 0 ? 2 : 1
        let room = choices.below(5) == 0 ? 2 * devices : devices
        guard split.m * split.parts * replicas <= room else { continue }
        split.devices = (0..<split.m * split.parts * replicas).map { (first + $0) % devices }
      } while !rules.problems(split, of: node).isEmpty
      rows.append(Row(layer: node.name, split: split, stage: 0))
    }
    let parts = choices.below(min(devices, 3)) + 1
    rows.append(Row(layer: "loss", split: Split(n: parts, devices: Array(0..<parts)), stage: 0))
    return LayerTable(rows: rows)
  }
}
