import Networks
import Programs

/// What stages of unequal cost make of a pipeline's step: by Alpa's formula (Zheng et al. 2022), `T = sum t + (m-1) max t`, and
/// counted from the schedule. In the units of the slot table: the average stage takes 3 per microbatch, forward a third of it.
public struct StageTimes: Hashable, Sendable {
  /// Per stage.
  public let times: [Double]
  /// The step by formula.
  public let formula: Double
  /// The step by the schedule.
  public let counted: Double

  /// - Parameter layerCosts: one per node of the graph, in any unit.
  /// - Returns: nil where the formula does not apply: a device runs several stages or none, a stage takes microbatches in
  ///   turns, one microbatch waits for another, or actions other than whole forwards and backwards take time.
  init?(_ program: Program, layerCosts: [Double]) {
    let stageOfNode = program.stages
    let stages = (stageOfNode.max() ?? 0) + 1
    let work = program.schedule.devices.map { actions in actions.filter { $0.kind != .exchange && $0.kind != .update } }
    let isPlain = work.allSatisfy { actions in
      Set(actions.map(\.stage)).count == 1 && actions.count { $0.kind == .forward } == program.microbatches
        && actions.allSatisfy { $0.kind == .forward || $0.kind == .backward }
    }
    let isPipelined = program.microbatches == 1 || work.contains { $0.count > 1 && $0[1].kind == .forward }
    var costs = [Double](repeating: 0, count: stages)
    for (node, stage) in stageOfNode.enumerated() { costs[stage] += layerCosts[node] }
    let total = costs.reduce(0, +)
    guard stages > 1, isPlain, isPipelined, total > 0 else { return nil }
    let times = costs.map { $0 * 3 * Double(stages) / total }
    let timing = ScheduleTiming(program.schedule) { action in
      let third = times[action.stage] / 3
      return switch action.kind {
      case .forward: third
      case .backward: 2 * third
      default: 0
      }
    }
    guard let timing else { return nil }
    self.times = times
    formula = times.reduce(0, +) + Double(program.microbatches - 1) * (times.max() ?? 0)
    counted = timing.makespan
  }
}
