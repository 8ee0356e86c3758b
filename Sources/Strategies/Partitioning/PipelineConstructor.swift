import Diagnostics
import Networks
import Programs

extension PartitioningConstructor {
  /// Consecutive layers on one device each, balanced by arithmetic and activation words.
  func partitioning(_ pipeline: PipelineParallel) throws(DiagnosticList) -> Partitioning {
    let stages = pipeline.stages ?? devices
    let schedule = pipeline.schedule
    guard stages == devices else {
      throw refusal(
        "schedule \(schedule.rawValue) puts one stage on each device, but there are \(stages) stages and \(devices) devices",
        hint: "--devices \(stages), or leave `stages` out")
    }
    let balanced = try balancedStages(stages)
    let microbatches = microbatches ?? min(batch, 2 * stages)
    var result = uniform(Split(devices: [0]))
    result.microbatches = microbatches
    result.stages = balanced
    result.splits = balanced.map { Split(devices: [$0]) }
    result.lossSplit = Split(devices: [stages - 1])
    result.schedule = Schedule(
      devices: (0..<stages).map { schedule.order(stage: $0, of: stages, microbatches: microbatches) })
    return result
  }

  /// The stage of each layer when the chain of layers is cut into `count` stages of nearly equal cost.
  func balancedStages(_ count: Int) throws(DiagnosticList) -> [Int] {
    guard count <= graph.nodes.count else {
      throw refusal(
        "\(graph.nodes.count) layers cannot be cut into \(count) stages", hint: "at most \(graph.nodes.count) devices")
    }
    let costs = graph.nodes.map { $0.forwardFlops + $0.backwardFlops + $0.outputShape.count }
    return StageBalance.stages(costs: costs, count: count)
  }
}
