import Networks
import Programs

/// How long a microbatch takes in each stage of a pipeline: what orders are made for, and what bubbles are counted with.
///
/// The given times of profiled layers, in picoseconds; where layers really compute, their times are not known before they ran
/// and all stages count as equal, in the units F = R = 1, B = 2, I = W = 1 of the slot table.
public struct StageDurations: Hashable, Sendable {
  /// What one sample takes in a stage, or where times are not given a microbatch.
  struct Stage: Hashable, Sendable {
    var forward = 1.0
    var backwardInput = 1.0
    var backwardWeight = 1.0
  }

  let stages: [Stage]
  /// Samples of each microbatch; nil where times are not given.
  private let samples: [Int]?

  /// Whether the times are those of profiled layers.
  public var areGiven: Bool { samples != nil }

  /// Equal stages in units.
  static func units(stages: Int) -> StageDurations {
    StageDurations(stages: Array(repeating: Stage(), count: stages), samples: nil)
  }

  private init(stages: [Stage], samples: [Int]?) {
    self.stages = stages
    self.samples = samples
  }

  /// The times of a network of profiled layers alone; units for any other.
  ///
  /// - Parameter stages: The stage of each node.
  init(_ graph: Graph, stages stageOfNode: [Int], batch: Int, microbatches: Int) {
    let count = (stageOfNode.max() ?? 0) + 1
    let profiles = graph.nodes.compactMap(\.kind.profile)
    guard profiles.count == graph.nodes.count else {
      self = .units(stages: count)
      return
    }
    var stages = [Stage](repeating: Stage(forward: 0, backwardInput: 0, backwardWeight: 0), count: count)
    for (profile, stage) in zip(profiles, stageOfNode) {
      let share = 1e9 * profile.share(ofSamples: 1)
      stages[stage].forward += share * profile.forwardMilliseconds
      stages[stage].backwardInput += share * profile.backwardInputMilliseconds
      stages[stage].backwardWeight += share * profile.backwardWeightMilliseconds
    }
    self.init(stages: stages, samples: (0..<microbatches).map { (0..<batch).cut($0, of: microbatches).count })
  }

  /// What an action takes; whole picoseconds where times are given, so that sums of them are exact.
  func callAsFunction(_ action: Action) -> Double {
    let stage = stages[action.stage]
    let one =
      switch action.kind {
      case .forward, .recompute: stage.forward
      case .backward: stage.backwardInput + stage.backwardWeight
      case .backwardInput: stage.backwardInput
      case .backwardWeight: stage.backwardWeight
      case .exchange, .update: 0.0
      }
    guard let samples, let microbatch = action.microbatch, samples.indices.contains(microbatch) else { return one }
    return (one * Double(samples[microbatch])).rounded()
  }

  /// Whether a closed form says what the order takes with these times.
  func confirm(_ form: BubbleFormula, of schedule: Schedule) -> Bool {
    guard let timing = ScheduleTiming(schedule, duration: callAsFunction), timing.makespan > 0 else { return false }
    let counted = form.whole == .makespan ? timing.bubbleOfTotal : timing.bubbleOfLongestSpan
    return abs(counted - form.fractionOfTotal) < 1e-6
  }
}
