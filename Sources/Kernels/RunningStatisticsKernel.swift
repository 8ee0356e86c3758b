/// Moves a batch-normalisation layer's running statistics towards those of groups that other devices normalised.
public struct RunningStatisticsKernel: Sendable {
  /// Groups of consecutive samples, each with a part on every member.
  public struct Part: Hashable, Sendable {
    /// One slot per member in rank order: per group and channel mean and sum of squared deviations.
    public var moments: [Int]
    /// Words of one channel that each member has of each group: `counts[member][group]`.
    public var counts: [[Int]]

    /// Slots and counts have one entry per member.
    public init(moments: [Int], counts: [[Int]]) {
      self.moments = moments
      self.counts = counts
    }
  }

  private let parts: [Part]
  private let channels: Int
  private let momentum: Float
  private let states: [Int]

  /// - Parameter states: The slots of running mean and running variance.
  public init(parts: [Part], channels: Int, momentum: Float, states: [Int]) {
    self.parts = parts
    self.channels = channels
    self.momentum = momentum
    self.states = states
  }

  /// Takes in group after group, in the order of the parts.
  public func update(in memory: DeviceMemory) {
    let running = RunningStatistics(
      mean: memory.address(states[0]), variance: memory.address(states[1]), momentum: momentum)
    for part in parts {
      for group in 0..<(part.counts.first?.count ?? 0) {
        for channel in 0..<channels {
          var total = Moments(count: 0, mean: 0, squares: 0)
          for (slot, counts) in zip(part.moments, part.counts) {
            let words = StatisticsWords(address: memory.address(slot), channels: channels)
            total.merge(words.moments(group, channel, count: counts[group]))
          }
          running.take(total, channel: channel)
        }
      }
    }
  }
}
