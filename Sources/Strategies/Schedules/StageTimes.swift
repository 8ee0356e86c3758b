import Networks
import Programs

/// What stages of unequal cost make of a pipeline's step: counted from the schedule, and where stages follow each other on
/// devices of their own by Alpa's formula (Zheng et al. 2022), `T = sum t + (m-1) max t`. In the units of the slot table: the
/// average stage takes 3 per microbatch; forward and either half of backward a third of it, where their times are not given.
public struct StageTimes: Hashable, Sendable {
  /// Per stage.
  public let times: [Double]
  /// The step by formula; nil where it does not apply: a device runs several stages or none, a stage takes microbatches in
  /// turns, one microbatch waits for another, or actions other than whole forwards and backwards take time.
  public let formula: Double?
  /// The step by the schedule.
  public let counted: Double
  /// Idle time as a fraction of all devices' time, counted.
  public let bubbleOfTotal: Double

  /// - Parameter layerCosts: one per node of the graph, in any unit.
  /// - Parameter durations: the given times of profiled layers, which then count instead.
  /// - Returns: nil for a single stage, or where nothing costs anything.
  init?(_ program: Program, layerCosts: [Double], durations: StageDurations? = nil) {
    let stageOfNode = program.stages
    let stages = (stageOfNode.max() ?? 0) + 1
    var costs = [Double](repeating: 0, count: stages)
    if let durations {
      costs = durations.stages.map { $0.forward + $0.backwardInput + $0.backwardWeight }
    } else {
      for (node, stage) in stageOfNode.enumerated() { costs[stage] += layerCosts[node] }
    }
    let total = costs.reduce(0, +)
    guard stages > 1, total > 0 else { return nil }
    let times = costs.map { $0 * 3 * Double(stages) / total }
    /// From the given times of a whole microbatch of average size to slots.
    let scale = 3 * Double(stages) / total * Double(program.microbatches) / Double(program.batch)
    let timing = ScheduleTiming(program.schedule) { action in
      if let durations { return scale * durations(action) }
      let third = times[action.stage] / 3
      return switch action.kind {
      case .forward, .recompute, .backwardInput, .backwardWeight: third
      case .backward: 2 * third
      case .exchange, .update: 0
      }
    }
    guard let timing else { return nil }
    self.times = times
    counted = timing.makespan
    bubbleOfTotal = timing.bubbleOfTotal
    formula =
      Self.isChain(program)
      ? times.reduce(0, +) + Double(program.microbatches - 1) * (times.max() ?? 0) : nil
  }

  private static func isChain(_ program: Program) -> Bool {
    let work = program.schedule.devices.map { actions in actions.filter { $0.kind != .exchange && $0.kind != .update } }
    let isPlain = work.allSatisfy { actions in
      Set(actions.map(\.stage)).count == 1 && actions.count { $0.kind == .forward } == program.microbatches
        && actions.allSatisfy { $0.kind == .forward || $0.kind == .backward }
    }
    return isPlain && (program.microbatches == 1 || work.contains { $0.count > 1 && $0[1].kind == .forward })
  }
}
