import Programs

/// How the gradients of a bucket are summed, who updates, and how the result reaches the others.
extension ProgramLowering {
  /// Sums the gradients of a stage's buckets over their groups. The first device of a group lowers it for all.
  mutating func lowerReductions(of action: Action, on device: Int) {
    for bucket in devices[device].buckets where bucket.stage == action.stage && bucket.group[0] == device {
      if bucket.members.count > 1 { lowerReduction(bucket, action) }
    }
  }

  /// Gives each group what its members, or its server, have updated; after all their updates were lowered.
  mutating func lowerDistributions(of action: Action, on device: Int) {
    for bucket in devices[device].buckets where bucket.stage == action.stage && bucket.group[0] == device {
      if bucket.members.count > 1 { lowerDistribution(bucket, action) }
    }
  }

  private mutating func lowerReduction(_ bucket: Bucket, _ action: Action) {
    let exchange = layout.partitioning.exchange
    let (words, members) = (bucket.words, bucket.members)
    let gradients = members.map { twin(of: bucket, on: $0).gradient! }
    if bucket.server != nil {
      let cost = ExchangeCost.serverReduce(words: words, peers: members.count)
      var array = ExchangeArray(buffers: gradients, cuts: [0..<words])
      steps(bucket, .reduce, cost, exchange.rawValue, .gradients, action).serverReduce(&array, &self)
    } else if let pieces = bucket.pieces, let algorithm = exchange.scatter {
      let cost = ExchangeCost.reduceScatter(algorithm, pieces: pieces.map(\.count))
      let steps = steps(bucket, .reduceScatter, cost, algorithm.rawValue, .gradients, action)
      var array = ExchangeArray(buffers: gradients, cuts: pieces)
      let sums = steps.reduceScatter(algorithm, array, &self)
      for (rank, sum) in sums.enumerated() { steps.store(sum, in: [rank], of: &array, rank: rank, &self) }
    } else {
      let cost = ExchangeCost.allReduce(exchange, words: words, peers: members.count)
      steps(bucket, .allReduce, cost, exchange.rawValue, .gradients, action)
        .allReduce(exchange, buffers: gradients, words: words, &self)
    }
  }

  private mutating func lowerDistribution(_ bucket: Bucket, _ action: Action) {
    let exchange = layout.partitioning.exchange
    let parameters = bucket.members.map { twin(of: bucket, on: $0).parameter }
    if bucket.server != nil {
      let cost = ExchangeCost.serverBroadcast(words: bucket.words, peers: bucket.members.count)
      var array = ExchangeArray(buffers: parameters, cuts: [0..<bucket.words])
      steps(bucket, .broadcast, cost, exchange.rawValue, .parameters, action).serverBroadcast(&array, &self)
    } else if let pieces = bucket.pieces, let algorithm = exchange.scatter {
      let cost = ExchangeCost.allGather(algorithm, pieces: pieces.map(\.count))
      var array = ExchangeArray(buffers: parameters, cuts: pieces)
      steps(bucket, .allGather, cost, algorithm.rawValue, .parameters, action).allGather(algorithm, &array, &self)
    }
  }

  /// Registers a collective over all members of a bucket.
  private mutating func steps(
    _ bucket: Bucket, _ kind: Collective.Kind, _ cost: ExchangeCost, _ algorithm: String, _ purpose: Purpose,
    _ action: Action
  ) -> CollectiveSteps {
    let collective = collectives.append(
      Collective(
        kind: kind, algorithm: algorithm, devices: bucket.members, words: bucket.words, purpose: purpose,
        expectedWords: cost.totalWords, formula: cost.formula, expectedMessages: cost.totalMessages,
        label: "\(purpose.rawValue) of \(bucket.nodes.count) layers"))
    return CollectiveSteps(
      collective: collective, devices: bucket.members, purpose: purpose, action: action,
      what: purpose == .gradients ? "gradient" : "parameter")
  }

  /// The bucket of the same words on another member of the group or on the server.
  private func twin(of bucket: Bucket, on device: Int) -> Bucket {
    devices[device].buckets.first {
      $0.stage == bucket.stage && $0.group == bucket.group && $0.nodes == bucket.nodes
    }!
  }
}

extension Bucket {
  /// The group and, where there is one, its server as the last.
  fileprivate var members: [Int] { group + (server.map { [$0] } ?? []) }
}
