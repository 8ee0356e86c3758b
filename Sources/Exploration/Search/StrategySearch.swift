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

  /// - Throws: what is wrong with the network.
  public init(_ judge: StrategyJudge) throws(DiagnosticList) {
    self.judge = judge
    let scene = judge.scene
    let devices = scene.machine.devices
    let graph = try Graph(scene.network)
    var families = NamedFamilies(
      devices: devices, batch: scene.training.batch, isMemoryLimited: judge.memoryLimit != nil,
      hasTree: graph.tree != nil
    ).all
    if devices > 1, graph.tree == nil {
      families.append(LayerTableFamily(graph, batch: scene.training.batch, devices: devices).family)
      let costs = Self.costs(graph, judge)
      for stages in 2..<max(3, min(devices, graph.nodes.count, 4) + 1) {
        let stage = StageFamily(
          graph, batch: scene.training.batch, devices: devices, stages: stages, costs: costs)
        if let stage { families.append(stage.family) }
      }
    }
    self.families = families
  }

  /// Seconds of each node in serial training; all equal where that cannot be compiled.
  private static func costs(_ graph: Graph, _ judge: StrategyJudge) -> [Double] {
    var costs = graph.nodes.map { _ in 0.0 }
    guard let program = try? judge.program(of: Candidate(.serial)) else { return costs.map { _ in 1 } }
    let table = judge.pricing.costs(of: program)
    let device = program.devices[0]
    for (position, instruction) in device.instructions.enumerated() {
      switch instruction {
      case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
        costs[device.operations[index].node] +=
          Double(table.picoseconds(device: 0, position: position, step: 0)) * 1e-12
      default: break
      }
    }
    return costs
  }

  /// Searches, and explains the best.
  ///
  /// - Parameters:
  ///   - top: how many of the best are described.
  ///   - cores: of this machine, for the report.
  public func run(
    budget: Search.Budget, top: Int, cores: Int?, isCancelled: @escaping () -> Bool = { false },
    progress: @escaping (SearchLedger) -> Void = { _ in }
  ) -> SearchReport {
    let judge = judge
    let search = Search(
      families, budget: budget, judge: { judge.verdict(of: $0) }, isCancelled: isCancelled, progress: progress)
    let (ledger, outcomes, isComplete) = search.run()
    return SearchReport(
      judge, budget: budget, ledger: ledger, outcomes: outcomes, isComplete: isComplete, top: top, cores: cores)
  }
}
