import Networks
import Programs

/// What every strategy comes down to: splits, stages, a schedule and an exchange. Nothing after this point knows the
/// strategy's name.
public struct Partitioning: Hashable, Sendable {
  /// One split per node of the graph.
  public var splits: [Split]
  /// The split of the loss: `n`, `k` between the independent heads of a tree, or one part on several devices that all compute it.
  public var lossSplit: Split
  /// The stage of each node; not decreasing along the graph's edges.
  public var stages: [Int]
  public var schedule: Schedule
  /// Idle time of the schedule by closed form; nil where there is none.
  public var bubble: BubbleFormula?
  public var microbatches: Int
  /// Carries gradient reductions.
  public var exchange: ExchangeAlgorithm
  public var devices: Int
  /// Which samples share batch normalisation's statistics.
  public var statistics = BatchStatistics.local
  public var assumptions: [String] = []
  /// The versions of the weights, where stages use others than the newest.
  public var versions: WeightVersions?
  /// What of the training state each member of a group keeps whole.
  public var shard = StateSharding.none
  /// Carries activations where they form a known collective.
  public var activationExchange = ScatterAlgorithm.direct

  /// The device that only serves parameters; nil without one.
  var server: Int? { exchange == .server ? devices - 1 : nil }

  /// The devices of each stage, in order.
  public var stageDevices: [[Int]] {
    (0...(stages.max() ?? 0)).map { stage in
      var devices = Set(stages.indices.filter { stages[$0] == stage }.flatMap { splits[$0].devices })
      if stage == stages.last { devices.formUnion(lossSplit.devices) }
      return devices.sorted()
    }
  }
}
