import Programs

/// Lowers the sum of one gradient bucket over its group to sends, receives, copies and sums.
struct AllReduce {
  let algorithm: ExchangeAlgorithm
  /// The bucket's place in the ``DeviceBuilder/buckets`` of the group's first device.
  let bucket: Int
  let first: Int
  let action: Action

  func lower(into lowering: inout ProgramLowering) {
    let model = lowering.devices[first].buckets[bucket]
    let (group, words) = (model.group, model.words)
    let gradients = group.map { device in
      lowering.devices[device].buckets.first { $0.group == group && $0.nodes == model.nodes }!.gradient!
    }
    let peers = group.count
    let collective = lowering.collectives.append(
      Collective(
        kind: .allReduce, algorithm: algorithm.rawValue, devices: group, words: words, purpose: .gradients,
        expectedWords: algorithm == .ring ? 2 * words * (peers - 1) : words * peers * (peers - 1),
        formula: algorithm == .ring ? "2n(P-1)" : "nP(P-1)",
        label: "gradients of \(model.nodes.count) layers"))
    let steps = CollectiveSteps(collective: collective, devices: group, gradients: gradients, action: action)
    switch algorithm {
    case .ring: steps.ring(words: words, &lowering)
    case .direct: steps.direct(words: words, &lowering)
    }
  }
}

/// The steps that collectives are made of, for one collective; ranks count within its devices.
struct CollectiveSteps {
  let collective: Index<Collective>
  let devices: [Int]
  /// One array per rank.
  let gradients: [Index<Buffer>]
  let action: Action

  /// Reduce-scatter, then all-gather, P chunks of floor(n/P) or ceil(n/P) words.
  ///
  /// In the first phase a rank adds its own chunk to the partial sum that arrived and passes that buffer on, so a chunk is
  /// packed once and never copied between hops. Rank i ends with the sum of chunk i + 1.
  func ring(words: Int, _ lowering: inout ProgramLowering) {
    let peers = devices.count
    func chunk(_ index: Int) -> Range<Int> { (0..<words).cut((index % peers + peers) % peers, of: peers) }
    var travelling = devices.indices.map { pack(chunk($0), rank: $0, &lowering) }
    for hop in 0..<peers - 1 {
      travelling = shift(travelling, &lowering)
      for rank in devices.indices {
        let range = chunk(rank - hop - 1)
        combine(
          words: range.count, from: Region(buffer: gradients[rank], words: range),
          to: Region(buffer: travelling[rank], words: 0..<range.count), adding: true, rank: rank, &lowering)
      }
    }
    for rank in devices.indices {
      store(travelling[rank], in: chunk(rank + 1), rank: rank, &lowering)
    }
    for hop in 0..<peers - 1 {
      travelling = shift(travelling, &lowering)
      for rank in devices.indices { store(travelling[rank], in: chunk(rank - hop), rank: rank, &lowering) }
    }
  }

  /// Everyone sends everything to everyone. Each rank adds in rank order, so all end with the same bits.
  func direct(words: Int, _ lowering: inout ProgramLowering) {
    var arrived: [[Int: Index<Buffer>]] = devices.map { _ in [:] }
    for distance in 1..<devices.count {
      let packed = devices.indices.map { pack(0..<words, rank: $0, &lowering) }
      for (rank, buffer) in shift(packed, by: distance, &lowering).enumerated() {
        arrived[rank][(rank - distance + devices.count) % devices.count] = buffer
      }
    }
    for rank in devices.indices {
      let own = Region(buffer: gradients[rank], words: 0..<words)
      guard rank > 0 else {
        for other in 1..<devices.count {
          let part = Region(buffer: arrived[rank][other]!, words: 0..<words)
          combine(words: words, from: part, to: own, adding: true, rank: rank, &lowering)
        }
        continue
      }
      let sum = Region(buffer: arrived[rank][0]!, words: 0..<words)
      for other in 1..<devices.count {
        let part = other == rank ? own : Region(buffer: arrived[rank][other]!, words: 0..<words)
        combine(words: words, from: part, to: sum, adding: true, rank: rank, &lowering)
      }
      combine(words: words, from: sum, to: own, adding: false, rank: rank, &lowering)
    }
  }

  /// Copies some words of a rank's array into a buffer that can be sent.
  private func pack(_ range: Range<Int>, rank: Int, _ lowering: inout ProgramLowering) -> Index<Buffer> {
    let buffer = lowering.devices[devices[rank]].buffer("gradient chunk", .buffers, words: range.count)
    combine(
      words: range.count, from: Region(buffer: gradients[rank], words: range),
      to: Region(buffer: buffer, words: 0..<range.count), adding: false, defines: true, rank: rank, &lowering)
    return buffer
  }

  private func store(_ buffer: Index<Buffer>, in range: Range<Int>, rank: Int, _ lowering: inout ProgramLowering) {
    combine(
      words: range.count, from: Region(buffer: buffer, words: 0..<range.count),
      to: Region(buffer: gradients[rank], words: range), adding: false, rank: rank, &lowering)
  }

  private func combine(
    words: Int, from source: Region, to destination: Region, adding: Bool, defines: Bool = false, rank: Int,
    _ lowering: inout ProgramLowering
  ) {
    let device = devices[rank]
    let copy = lowering.devices[device].program.copies.append(
      Copy(
        count: .init(n: 1, k: 1, h: 1, w: words), source: source, destination: destination, defines: defines,
        purpose: .gradients, collective: collective))
    lowering.devices[device].emit(adding ? .accumulate(copy) : .copy(copy), .communication, in: action)
  }

  /// Every rank sends its buffer to the rank `distance` further on; returns what each rank received.
  private func shift(
    _ buffers: [Index<Buffer>], by distance: Int = 1, _ lowering: inout ProgramLowering
  ) -> [Index<Buffer>] {
    let sent = devices.indices.map { rank -> Index<Message> in
      let (from, to) = (devices[rank], devices[(rank + distance) % devices.count])
      let words = lowering.devices[from].program.buffers[buffers[rank]].words
      let channel = lowering.channel(from: from, to: to, stream: "exchange")
      let arrival = lowering.devices[to].buffer("gradient chunk from \(from)", .buffers, words: words)
      let message = lowering.messages.append(
        Message(
          channel: channel, from: from, to: to, words: words, purpose: .gradients, sendBuffer: buffers[rank],
          receiveBuffer: arrival, collective: collective))
      lowering.devices[from].emit(.send(message), .communication, in: action)
      return message
    }
    return devices.indices.map { rank in
      let message = sent[(rank - distance + devices.count) % devices.count]
      lowering.devices[devices[rank]].emit(.receive(message), .communication, in: action)
      return lowering.messages[message].receiveBuffer
    }
  }
}
