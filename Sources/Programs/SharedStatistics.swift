import Networks

/// What the parts of one batch-normalisation layer on several devices tell each other about groups of samples that they
/// share. Members are in rank order, the same on all of them; the device's own rank is the geometry's.
public struct SharedStatistics: Hashable, Sendable {
  /// Samples of each group within the step's batch, over all members.
  public var samples: [Range<Int>]
  /// Mean and sum of squared deviations, one buffer per member: the own one is computed, the others arrive.
  public var moments: [Index<Buffer>]
  /// Σdy and Σdy·x̂, one buffer per member. Only the own one where no input gradient is needed; none in inference.
  public var gradientSums: [Index<Buffer>]

  public init(samples: [Range<Int>], moments: [Index<Buffer>], gradientSums: [Index<Buffer>] = []) {
    self.samples = samples
    self.moments = moments
    self.gradientSums = gradientSums
  }
}

extension Operation {
  /// The rank of this operation among those that share its groups; 0 where it shares none.
  public var ownMember: Int { geometry.statisticsMembers?.own ?? 0 }

  /// What `statistics` defines; nil where nothing is shared, and in a wrong program.
  public var ownMoments: Index<Buffer>? { own(of: shared?.moments ?? []) }

  /// What `gradientSums` defines.
  public var ownGradientSums: Index<Buffer>? { own(of: shared?.gradientSums ?? []) }

  /// The samples of the step's batch that share statistics, group by group.
  public var statisticsSamples: [Range<Int>] {
    if let shared { return shared.samples }
    var first = box.n.lowerBound
    return geometry.statisticsGroups.map { size in
      defer { first += size }
      return first..<first + size
    }
  }

  /// This member's one of all members' buffers; nil in a wrong program.
  private func own(of buffers: [Index<Buffer>]) -> Index<Buffer>? {
    if buffers.count == 1 { return buffers[0] }
    return buffers.indices.contains(ownMember) ? buffers[ownMember] : nil
  }
}

/// The running statistics of one layer and microbatch on the device whose copy is saved, where other devices have some of
/// the microbatch's groups.
public struct RunningUpdate: Hashable, Sendable {
  /// Groups of consecutive samples that the same devices share.
  public struct Part: Hashable, Sendable {
    /// Of each group, within the step's batch.
    public var samples: [Range<Int>]
    /// One buffer per member, as in ``SharedStatistics/moments``.
    public var moments: [Index<Buffer>]
    /// Words of one channel that each member has of each group: `counts[member][group]`.
    public var counts: [[Int]]

    public init(samples: [Range<Int>], moments: [Index<Buffer>], counts: [[Int]]) {
      self.samples = samples
      self.moments = moments
      self.counts = counts
    }
  }

  /// Index of the layer in the graph.
  public var node: Int
  public var microbatch: Int
  public var channels: Int
  public var momentum: Float
  /// In the order of their samples.
  public var parts: [Part]
  /// Running mean and running variance.
  public var states: [Index<Buffer>]

  public init(
    node: Int, microbatch: Int, channels: Int, momentum: Float, parts: [Part], states: [Index<Buffer>]
  ) {
    self.node = node
    self.microbatch = microbatch
    self.channels = channels
    self.momentum = momentum
    self.parts = parts
    self.states = states
  }
}
