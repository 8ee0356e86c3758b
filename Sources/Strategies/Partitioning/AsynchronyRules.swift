import Diagnostics
import Programs

/// Pipelines that update weights while microbatches are under way.
extension PartitioningConstructor {
  /// - Throws: options that a schedule does not have, and groups that two versions are too few for.
  func checkAsynchrony(
    _ pipeline: PipelineParallel, stages: Int, microbatches: Int
  ) throws(DiagnosticList) {
    let schedule = pipeline.schedule
    if let weights = pipeline.weights, schedule != .pipedream {
      throw refusal(
        "schedule \(schedule.rawValue) has no choice of weights, so weights=\(weights.rawValue) says nothing",
        hint: "schedule=pipedream has")
    }
    guard let accumulate = pipeline.accumulate else { return }
    guard schedule == .pipedream2BW else {
      throw refusal(
        "schedule \(schedule.rawValue) does not update after groups of microbatches, so accumulate says nothing",
        hint: "schedule=pipedream-2bw does")
    }
    guard accumulate <= microbatches else {
      throw refusal(
        "an update takes \(accumulate) microbatches, but a step has \(microbatches)", hint: "more microbatches")
    }
    guard accumulate >= min(stages, microbatches) else {
      throw refusal(
        "two versions of the weights are enough only where an update takes at least as many microbatches as there are stages: \(accumulate) are fewer than \(stages)",
        hint: "accumulate=\(min(stages, microbatches)) or more")
    }
  }

  /// Says which version each action uses, where that is not simply the newest.
  func settleVersions(of result: inout Partitioning, _ pipeline: PipelineParallel) {
    let rule: WeightVersions.Rule
    switch (pipeline.schedule, pipeline.weights ?? .stashing) {
    case (.pipedream, .stashing): rule = .forwards
    case (.pipedream, .verticalSync): rule = .firstStages
    case (.pipedream, .unstashed): rule = .newest
    case (.pipedream2BW, _): rule = .previousGroup
    default: return
    }
    let versions = WeightVersions(result.schedule, rule)
    result.versions = versions
    let drains = "the pipeline drains after the \(result.microbatches) microbatches of a step"
    if pipeline.schedule == .pipedream2BW {
      result.assumptions += [
        "weights are updated \(versions.updates) times a step from gradients of weights one update old, across steps too; the reference does the same on one device",
        "\(drains), which PipeDream-2BW does not",
      ]
    } else {
      result.assumptions += [
        "each microbatch is a minibatch of its own: weights are updated \(versions.updates) times a step, with gradients of the weights that `plan` lists; the reference uses the same versions on one device",
        "\(drains), which PipeDream does not: the first microbatches of a step find weights that are less old",
      ]
    }
    if rule == .newest {
      result.assumptions.append("backward uses newer weights than forward did: no gradient of any function is computed")
    }
  }

  /// - Throws: what cannot be where a stage has several versions of its weights.
  func checkVersions(_ result: Partitioning) throws(DiagnosticList) {
    guard result.versions != nil else { return }
    if result.shard != .none {
      throw refusal(
        "shard=\(result.shard.rawValue) has one version of the weights, but this schedule keeps several",
        hint: "shard=none, or a schedule with a flush")
    }
    if let node = graph.nodes.first(where: { result.splits[$0.index].m > 1 && !$0.parameters.isEmpty }) {
      throw refusal(
        "'\(node.name)' is dealt to devices in turns, but this schedule updates after single microbatches, of which each is one device's",
        hint: "one place for every stage")
    }
  }
}
