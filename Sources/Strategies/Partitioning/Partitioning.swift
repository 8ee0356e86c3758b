import Networks
import Programs

/// What every strategy comes down to: splits, stages, a schedule and an exchange. Nothing after this point knows the
/// strategy's name.
public struct Partitioning: Hashable, Sendable {
  /// One split per node of the graph.
  public var splits: [Split]
  /// The split of the loss: `n` only, or one part on several devices that all compute it.
  public var lossSplit: Split
  /// The stage of each node; not decreasing along the graph's edges.
  public var stages: [Int]
  public var schedule: Schedule
  public var microbatches: Int
  /// Carries gradient reductions.
  public var exchange: ExchangeAlgorithm
  public var devices: Int
  public var assumptions: [String] = []

  /// The devices of each stage, in order.
  public var stageDevices: [[Int]] {
    (0...(stages.max() ?? 0)).map { stage in
      var devices = Set(stages.indices.filter { stages[$0] == stage }.flatMap { splits[$0].devices })
      if stage == stages.last { devices.formUnion(lossSplit.devices) }
      return devices.sorted()
    }
  }
}

/// How devices add up an array that each of them has.
public enum ExchangeAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// Reduce-scatter and all-gather around a ring (Patarasuk and Yuan 2009): 2(P-1) messages and 2n(P-1)/P words per device.
  case ring
  /// Every device sends its whole array to every other and adds in rank order: P-1 messages and n(P-1) words per device.
  case direct

  static let about = "how gradients are summed: around a ring, or everyone to everyone"
}
