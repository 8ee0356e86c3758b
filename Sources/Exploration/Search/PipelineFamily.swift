import Networks
import Strategies

/// Pipelines whose stages begin where the search wants: cuts, a schedule with that many stages or replicas of stages under
/// 1F1B, repeated forwards where memory is short, and microbatches.
struct PipelineFamily {
  /// How the stages come to the devices.
  private struct Placement {
    var schedule: PipelineSchedule
    /// Devices of each stage; empty where the schedule decides.
    var replicas: [Int] = []
  }

  let graph: Graph
  let devices: Int
  let stages: Int
  /// Of each node, forward and backward of a batch, in any unit: what the first guess is planned with.
  let costs: [Double]
  private let placements: [Placement]
  private let recomputation: [Switch]
  private let microbatches: [Int]
  /// Of those the first that is looked at.
  private let usual: Int

  /// All but those that train on other versions of the weights.
  private static let schedules: [PipelineSchedule] = [
    .oneForwardOneBackward, .gpipe, .sequential, .interleaved, .zeroBubbleH1, .zeroBubbleH2, .zeroBubbleV, .chimera,
  ]
  /// More compositions of devices are not looked at: the most equal ones stay.
  private static let mostReplications = 40

  /// - Parameter microbatches: the scene's own number; nil where it leaves that to the strategy.
  /// - Returns: nil where nothing has so many stages.
  init?(
    _ graph: Graph, batch: Int, microbatches: Int? = nil, devices: Int, stages: Int, costs: [Double],
    isMemoryLimited: Bool
  ) {
    guard stages >= 2, stages <= graph.nodes.count else { return nil }
    self.graph = graph
    self.devices = devices
    self.stages = stages
    self.costs = costs
    var placements = Self.schedules.filter { $0.stages(devices: devices, chunks: 2) == stages }.map {
      Placement(schedule: $0)
    }
    if stages < devices {
      placements += StageFamily.compositions(of: devices, parts: stages).prefix(Self.mostReplications).map {
        Placement(schedule: .oneForwardOneBackward, replicas: $0)
      }
    }
    guard !placements.isEmpty else { return nil }
    self.placements = placements
    recomputation = isMemoryLimited ? [.off, .on] : [.off]
    (self.microbatches, usual) = StageFamily.microbatches(batch: batch, own: microbatches, stages: stages)
  }

  var family: Family {
    let pipeline = self
    return Family(
      name: "pipeline of \(stages) stages",
      axes: Array(repeating: graph.nodes.count - 1, count: stages - 1)
        + [placements.count, recomputation.count, microbatches.count],
      starts: placements.indices.map { place in
        let share = placements[place].replicas
        let plan = StagePlanner.plan(
          costs: costs, shares: [share.isEmpty ? Array(repeating: 1, count: stages) : share])
        return plan.cuts.map { $0 - 1 } + [place, 0, usual]
      }
    ) { point in
      let cuts = point.prefix(pipeline.stages - 1).map { $0 + 1 }
      guard zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
      let rest = point.suffix(3).map { $0 }
      let placement = pipeline.placements[rest[0]]
      return Candidate(
        .pipeline(
          PipelineParallel(
            schedule: placement.schedule, recompute: pipeline.recomputation[rest[1]],
            cuts: cuts.map { pipeline.graph.nodes[$0].name }, replicas: placement.replicas)),
        microbatches: pipeline.microbatches[rest[2]])
    }
  }
}
