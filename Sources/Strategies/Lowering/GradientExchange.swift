import Programs

/// How the gradients of a bucket are summed, who updates, and how the result reaches the others.
extension ProgramLowering {
  /// Sums the gradients of a stage's buckets over their groups. The first device of a group lowers it for all.
  mutating func lowerReductions(of action: Action, on device: Int) {
    for bucket in devices[device].buckets where bucket.stage == action.stage && bucket.group[0] == device {
      if bucket.members.count > 1 { exchanging(bucket, action) { $0.lowerReduction(bucket, action) } }
    }
  }

  /// Gives each group what its members, or its server, have updated; after all their updates were lowered.
  mutating func lowerDistributions(of action: Action, on device: Int) {
    for bucket in devices[device].buckets where bucket.stage == action.stage && bucket.group[0] == device {
      if bucket.members.count > 1 { exchanging(bucket, action) { $0.lowerDistribution(bucket, action) } }
    }
  }

  /// Notes on every member which instructions `body` adds for a bucket.
  private mutating func exchanging(_ bucket: Bucket, _ action: Action, _ body: (inout ProgramLowering) -> Void) {
    let begins = bucket.members.map { devices[$0].fragments[action]?.count ?? 0 }
    body(&self)
    for (device, begin) in zip(bucket.members, begins) {
      devices[device].notePart(of: devices[device].place(of: bucket)!, from: begin, in: action)
    }
  }

  private mutating func lowerReduction(_ bucket: Bucket, _ action: Action) {
    let gradients = bucket.members.compactMap { twin(of: bucket, on: $0).gradient }
    // Gradients that are scattered layer by layer are nowhere whole.
    guard gradients.count == bucket.members.count else { return }
    let exchange = layout.partitioning.exchange
    let peers = bucket.members.count
    let label = "gradients of \(layers(of: bucket))"
    if bucket.server != nil {
      var array = ExchangeArray(buffers: gradients, cuts: [0..<bucket.words])
      steps(
        bucket, .reduce, .serverReduce(words: bucket.words, peers: peers), exchange.rawValue, .gradients,
        words: bucket.words, label, action
      ).serverReduce(&array, &self)
    } else if let pieces = bucket.pieces, let algorithm = exchange.scatter {
      let steps = steps(
        bucket, .reduceScatter, .reduceScatter(algorithm, pieces: bucket.pieceWords), algorithm.rawValue, .gradients,
        words: bucket.words, label, action)
      var array = ExchangeArray(segments: bucket.segments(gradients), pieces: pieces)
      let sums = steps.reduceScatter(algorithm, array, &self)
      for (rank, sum) in sums.enumerated() { steps.store(sum, in: [rank], of: &array, rank: rank, &self) }
    } else {
      steps(
        bucket, .allReduce, .allReduce(exchange, words: bucket.words, peers: peers), exchange.rawValue, .gradients,
        words: bucket.words, label, action
      ).allReduce(exchange, buffers: gradients, words: bucket.words, &self)
    }
  }

  private mutating func lowerDistribution(_ bucket: Bucket, _ action: Action) {
    let parameters = bucket.members.compactMap { twin(of: bucket, on: $0).parameter }
    // Parameters that stay in shards are gathered when they are needed.
    guard parameters.count == bucket.members.count else { return }
    let exchange = layout.partitioning.exchange
    let label = "parameters of \(layers(of: bucket))"
    if bucket.server != nil {
      var array = ExchangeArray(buffers: parameters, cuts: [0..<bucket.words])
      steps(
        bucket, .broadcast, .serverBroadcast(words: bucket.words, peers: parameters.count), exchange.rawValue,
        .parameters, words: bucket.words, label, action
      ).serverBroadcast(&array, &self)
    } else if let pieces = bucket.pieces, let algorithm = exchange.scatter {
      var array = ExchangeArray(segments: bucket.segments(parameters), pieces: pieces)
      steps(
        bucket, .allGather, .allGather(algorithm, pieces: bucket.pieceWords), algorithm.rawValue, .parameters,
        words: bucket.words, label, action
      ).allGather(algorithm, &array, &self)
    }
  }

  /// Registers a collective over all members of a bucket.
  mutating func steps(
    _ bucket: Bucket, _ kind: Collective.Kind, _ cost: ExchangeCost, _ algorithm: String, _ purpose: Purpose,
    words: Int, _ label: String, _ action: Action
  ) -> CollectiveSteps {
    let collective = collectives.append(
      Collective(
        kind: kind, algorithm: algorithm, devices: bucket.members, words: words, purpose: purpose,
        expectedWords: cost.totalWords, formula: cost.formula, expectedMessages: cost.totalMessages,
        label: label + (action.microbatch.map { " mb\($0)" } ?? "")))
    var steps = CollectiveSteps(
      collective: collective, devices: bucket.members, purpose: purpose, action: action,
      what: purpose == .gradients ? "gradient" : "parameter")
    let overlap = layout.partitioning.buckets.overlap
    if overlap.crossesBorder {
      // A lane of its own: its messages keep no order with those of other buckets.
      steps.stream = "exchange \(bucket.stage) \(bucket.group) \(bucket.number)"
      if overlap == .priority { steps.priority = 1 + (bucket.nodes.first ?? 0) }
    }
    return steps
  }

  /// The bucket of the same words on another member of the group or on the server.
  func twin(of bucket: Bucket, on device: Int) -> Bucket { devices[device].buckets[devices[device].place(of: bucket)!] }

  /// A bucket's layers for people: one of several buckets by its layers' names.
  private func layers(of bucket: Bucket) -> String {
    let isWhole = layout.partitioning.buckets == GradientBuckets()
    guard !isWhole, let first = bucket.nodes.first, let last = bucket.nodes.last else {
      return "\(bucket.nodes.count) layers"
    }
    let names = layout.graph.nodes
    return first == last ? names[first].name : "\(names[first].name) to \(names[last].name)"
  }
}

extension DeviceBuilder {
  /// Where in ``buckets`` the bucket of the same words stands.
  fileprivate func place(of bucket: Bucket) -> Int? {
    buckets.firstIndex { $0.stage == bucket.stage && $0.group == bucket.group && $0.number == bucket.number }
  }

  /// Notes that a fragment's instructions from `begin` on are about a bucket.
  mutating func notePart(of place: Int, from begin: Int, in action: Action) {
    let end = fragments[action]?.count ?? 0
    if begin < end { bucketParts[action, default: []].append(BucketPart(bucket: place, range: begin..<end)) }
  }
}

extension Bucket {
  /// The group and, where there is one, its server as the last.
  fileprivate var members: [Int] { group + (server.map { [$0] } ?? []) }

  /// The words that each member of the group updates; nil where each updates all, or a server does.
  fileprivate var pieces: [[Range<Int>]]? {
    units.isEmpty ? nil : group.indices.map { rank in units.map { $0.pieces[rank] } }
  }

  fileprivate var pieceWords: [Int] { (pieces ?? []).map { $0.reduce(0) { $0 + $1.count } } }

  /// One buffer per member, which has all words.
  fileprivate func segments(_ buffers: [Index<Buffer>]) -> [[ExchangeArray.Segment]] {
    buffers.map { [(0..<words, $0, 0)] }
  }
}
