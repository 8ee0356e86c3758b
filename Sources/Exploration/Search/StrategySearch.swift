import Diagnostics
import Networks
import Programs
import Scenes
import Simulator
import Strategies
import Traces

/// Looks for the strategy of a scene with the shortest simulated step: strategies with a name and their options, tables of
/// layers, and tables of stages.
public struct StrategySearch {
  public let judge: StrategyJudge
  public let families: [Family]

  public init(_ judge: StrategyJudge) {
    self.judge = judge
    let scene = judge.scene
    let devices = scene.machine.devices
    let graph = judge.graph
    var families = NamedFamilies(
      devices: devices, batch: scene.training.batch, microbatches: scene.microbatches,
      isMemoryLimited: judge.memoryLimit != nil,
      hasTree: graph.tree != nil
    ).all
    if devices > 1, graph.tree == nil {
      for microbatches in Set([nil, scene.microbatches]).sorted(by: { $0 ?? 0 < $1 ?? 0 }) {
        let table = LayerTableFamily(
          graph, batch: scene.training.batch, microbatches: microbatches, devices: devices)
        families.append(table.family(prices: LayerFragments(table, judge).source))
      }
      let costs = judge.layerSeconds ?? graph.nodes.map { _ in 1 }
      for stages in 2..<max(3, min(2 * devices, graph.nodes.count, 8) + 1) {
        let pipeline = PipelineFamily(
          graph, batch: scene.training.batch, microbatches: scene.microbatches, devices: devices, stages: stages,
          costs: costs, isMemoryLimited: judge.memoryLimit != nil)
        if let pipeline { families.append(pipeline.family) }
        guard stages <= 4 else { continue }
        let table = StageFamily(
          graph, batch: scene.training.batch, microbatches: scene.microbatches, devices: devices, stages: stages,
          costs: costs)
        if let table { families.append(table.family) }
      }
    }
    self.families = families
  }

  /// Searches, and explains the best.
  ///
  /// - Parameters:
  ///   - top: how many of the best are described.
  public func run(
    budget: Search.Budget, top: Int, isCancelled: @escaping () -> Bool = { false },
    progress: @escaping (SearchLedger) -> Void = { _ in }
  ) -> SearchReport {
    let judge = judge
    let search = Search(
      families, budget: budget, judge: { judge.verdict(of: $0) }, isCancelled: isCancelled, progress: progress)
    let (ledger, outcomes, isComplete) = search.run()
    return SearchReport(
      judge, budget: budget, ledger: ledger, outcomes: outcomes, isComplete: isComplete, top: top)
  }
}
