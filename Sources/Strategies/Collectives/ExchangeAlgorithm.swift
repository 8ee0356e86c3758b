/// How devices add up an array that each of them has, and who applies the optimizer. What each costs: ``ExchangeCost``.
public enum ExchangeAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// Reduce-scatter and all-gather around a ring (Patarasuk and Yuan 2009): few words per device, P-1 hops each.
  case ring
  /// Reduce-scatter by halving and all-gather by doubling (Rabenseifner 2004): as few words in log2 P rounds each. Where P
  /// is no power of two, the ranks beyond it are folded into neighbours first.
  case halvingDoubling = "halving-doubling"
  /// In each of log2 P rounds pairs exchange the whole array and add: the fewest rounds, for small arrays. Folds as
  /// ``halvingDoubling``.
  case recursiveDoubling = "recursive-doubling"
  /// A binomial tree: sums travel to the first device, the result back.
  case tree
  /// Every device sends its whole array to every other and adds in rank order.
  case direct
  /// A synchronous parameter server (Li et al. 2014): the last device does not train but receives all gradients, applies
  /// the optimizer once and sends the parameters back.
  case server
  /// Every device is a worker and also the server of its part of the parameters.
  case shardedServer = "sharded-server"

  static let about =
    "how gradients are summed: by messages among all, or by a parameter server (the last device, or shards)"

  /// How arrays are scattered and gathered where this algorithm does that; nil where it moves whole arrays only.
  var scatter: ScatterAlgorithm? {
    switch self {
    case .ring: .ring
    case .halvingDoubling: .halvingDoubling
    case .direct, .shardedServer: .direct
    case .recursiveDoubling, .tree, .server: nil
    }
  }
}

/// How an array is summed so that each device ends with one piece, or put together from pieces.
public enum ScatterAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// Everyone to everyone: one hop, and as few words as any other way.
  case direct
  /// Pieces travel around a ring: one link per device, P-1 hops.
  case ring
  /// Pairs at half or twice the distance of the round before: log2 P rounds.
  case halvingDoubling = "halving-doubling"

  static let about = "how activations are gathered and scattered: directly, around a ring, or in rounds of pairs"
}
