/// Messages and words of one exchange in closed form, from its definition and not from messages that were made: what
/// programs are verified against, and the table of the article <doc:ExchangeAlgorithms>.
///
/// With P devices and n words; Q is the largest power of two up to P. A message without words is not sent, so where pieces
/// are empty (n < P) there are fewer messages than the usual formulas say; words are never affected.
public struct ExchangeCost: Hashable, Sendable {
  /// Messages that each rank sends.
  public let messages: [Int]
  /// Words that each rank sends.
  public let words: [Int]
  /// Words that all ranks together send.
  public let totalWords: Int
  /// Messages that all ranks together send.
  public let totalMessages: Int
  /// ``totalWords`` as text: `2n(P-1)`.
  public let formula: String

  /// The sum of an array of `n` words over `peers` devices, which all get it.
  ///
  /// For the two parameter servers, which do not sum everywhere but update in between: gradients and parameters together,
  /// the last of the `peers` being the server.
  public static func allReduce(_ algorithm: ExchangeAlgorithm, words n: Int, peers: Int) -> ExchangeCost {
    let sent = n > 0 ? 1 : 0
    switch algorithm {
    case .ring:
      let pieces = pieces(n, peers)
      return ringReduceScatter(pieces, lead: 1).then(ringAllGather(pieces, lead: 1))
    case .halvingDoubling:
      let folding = RankFolding(peers: peers)
      let pieces = folding.core.indices.map { (0..<n).cut($0, of: folding.core.count).count }
      let owned = folding.core.indices.map { [$0] }
      return rounds(folding, pieces, owned: owned, sendsOwn: false)
        .then(rounds(folding, pieces, owned: owned, sendsOwn: true))
        .then(folds(folding, sent: { _ in n }, back: { _ in n }))
    case .recursiveDoubling:
      let folding = RankFolding(peers: peers)
      let (size, extras) = (folding.core.count, folding.extras.count)
      let core = ExchangeCost(
        peers, totalWords: n * size * folding.rounds, totalMessages: sent * size * folding.rounds,
        formula: extras == 0 ? "nP log2 P" : "nQ log2 Q + 2n(P-Q), Q=\(size)"
      ) { folding.core.contains($0) ? (sent * folding.rounds, n * folding.rounds) : (0, 0) }
      return core.then(folds(folding, sent: { _ in n }, back: { _ in n }), formula: core.formula)
    case .tree:
      return ExchangeCost(
        peers, totalWords: 2 * n * (peers - 1), totalMessages: sent * 2 * (peers - 1), formula: "2n(P-1)"
      ) { rank in
        // One to the parent; to the children as many as fit below the lowest set bit.
        let lowest = rank == 0 ? Int.bitWidth - 2 : rank.trailingZeroBitCount
        let children = (0..<lowest).prefix { rank + (1 << $0) < peers }.count
        let count = sent * (children + (rank == 0 ? 0 : 1))
        return (count, n * count)
      }
    case .direct:
      return ExchangeCost(
        peers, totalWords: n * peers * (peers - 1), totalMessages: sent * peers * (peers - 1), formula: "nP(P-1)"
      ) { _ in (sent * (peers - 1), n * (peers - 1)) }
    case .server:
      return serverReduce(words: n, peers: peers).then(serverBroadcast(words: n, peers: peers))
    case .shardedServer:
      let pieces = pieces(n, peers)
      return reduceScatter(.direct, pieces: pieces).then(allGather(.direct, pieces: pieces))
    }
  }

  /// Sums of which each device gets one piece; rank i piece i of `pieces[i]` words.
  static func reduceScatter(_ algorithm: ScatterAlgorithm, pieces: [Int]) -> ExchangeCost {
    let (n, peers) = (pieces.reduce(0, +), pieces.count)
    switch algorithm {
    case .ring: return ringReduceScatter(pieces, lead: 0)
    case .halvingDoubling:
      let folding = RankFolding(peers: peers)
      return rounds(folding, pieces, owned: folding.core.indices.map(folding.ranks), sendsOwn: false)
        .then(folds(folding, sent: { n - pieces[$0] }, back: { pieces[$0] }), formula: "n(P-1)")
    case .direct:
      return scattered(pieces) { rank in
        let others = pieces.indices.filter { $0 != rank && pieces[$0] > 0 }
        return (others.count, n - pieces[rank])
      }
    }
  }

  /// Pieces put together on every device; rank i has piece i of `pieces[i]` words.
  static func allGather(_ algorithm: ScatterAlgorithm, pieces: [Int]) -> ExchangeCost {
    let (n, peers) = (pieces.reduce(0, +), pieces.count)
    switch algorithm {
    case .ring: return ringAllGather(pieces, lead: 0)
    case .halvingDoubling:
      let folding = RankFolding(peers: peers)
      return rounds(folding, pieces, owned: folding.core.indices.map(folding.ranks), sendsOwn: true)
        .then(folds(folding, sent: { pieces[$0] }, back: { n - pieces[$0] }), formula: "n(P-1)")
    case .direct:
      return scattered(pieces) { rank in
        pieces[rank] > 0 ? (peers - 1, pieces[rank] * (peers - 1)) : (0, 0)
      }
    }
  }

  /// Everyone gives the last rank its array.
  static func serverReduce(words n: Int, peers: Int) -> ExchangeCost {
    let sent = n > 0 ? 1 : 0
    return ExchangeCost(
      peers, totalWords: n * (peers - 1), totalMessages: sent * (peers - 1), formula: "n(P-1)"
    ) { $0 < peers - 1 ? (sent, n) : (0, 0) }
  }

  /// The last rank gives everyone its array.
  static func serverBroadcast(words n: Int, peers: Int) -> ExchangeCost {
    let sent = n > 0 ? 1 : 0
    return ExchangeCost(
      peers, totalWords: n * (peers - 1), totalMessages: sent * (peers - 1), formula: "n(P-1)"
    ) { $0 < peers - 1 ? (0, 0) : (sent * (peers - 1), n * (peers - 1)) }
  }

  // MARK: - Parts

  private init(
    _ peers: Int, totalWords: Int, totalMessages: Int, formula: String, _ rank: (Int) -> (messages: Int, words: Int)
  ) {
    let ranks = (0..<peers).map(rank)
    messages = ranks.map(\.messages)
    words = ranks.map(\.words)
    self.totalWords = totalWords
    self.totalMessages = totalMessages
    self.formula = formula
  }

  private init(_ parts: [ExchangeCost], formula: String) {
    messages = parts[0].messages.indices.map { rank in parts.reduce(0) { $0 + $1.messages[rank] } }
    words = messages.indices.map { rank in parts.reduce(0) { $0 + $1.words[rank] } }
    totalWords = parts.reduce(0) { $0 + $1.totalWords }
    totalMessages = parts.reduce(0) { $0 + $1.totalMessages }
    self.formula = formula
  }

  /// One phase after another.
  private func then(_ next: ExchangeCost, formula: String = "2n(P-1)") -> ExchangeCost {
    ExchangeCost([self, next], formula: formula)
  }

  private static func pieces(_ n: Int, _ peers: Int) -> [Int] { (0..<peers).map { (0..<n).cut($0, of: peers).count } }

  /// n(P-1) words; every piece that is not empty travels P-1 times.
  private static func scattered(_ pieces: [Int], _ rank: (Int) -> (messages: Int, words: Int)) -> ExchangeCost {
    let peers = pieces.count
    return ExchangeCost(
      peers, totalWords: pieces.reduce(0, +) * (peers - 1), totalMessages: pieces.count { $0 > 0 } * (peers - 1),
      formula: "n(P-1)", rank)
  }

  /// Every rank passes on every piece but the one that it ends with.
  private static func ringReduceScatter(_ pieces: [Int], lead: Int) -> ExchangeCost {
    passingAllBut(pieces) { $0 + lead }
  }

  /// Every rank passes on every piece but the one that the next rank begins with.
  private static func ringAllGather(_ pieces: [Int], lead: Int) -> ExchangeCost {
    passingAllBut(pieces) { $0 + lead + 1 }
  }

  private static func passingAllBut(_ pieces: [Int], _ kept: (Int) -> Int) -> ExchangeCost {
    let (n, filled) = (pieces.reduce(0, +), pieces.count { $0 > 0 })
    return scattered(pieces) { rank in
      let own = pieces[kept(rank) % pieces.count]
      return pieces.count == 1 ? (0, 0) : (filled - (own > 0 ? 1 : 0), n - own)
    }
  }

  /// log2 Q rounds of pairs, n(Q-1) words: at distance d the two blocks of d places beside each other exchange, each place
  /// sending its partner's block (`sendsOwn` false) or its own.
  private static func rounds(
    _ folding: RankFolding, _ pieces: [Int], owned: [[Int]], sendsOwn: Bool
  ) -> ExchangeCost {
    let (n, size) = (pieces.reduce(0, +), folding.core.count)
    func words(_ place: Int, _ distance: Int) -> Int {
      folding.block(of: place, distance: distance).reduce(0) { $0 + owned[$1].reduce(0) { $0 + pieces[$1] } }
    }
    let peers = size + folding.extras.count
    // Each block of d places is sent d times.
    let messages = folding.distances.reduce(0) { sum, distance in
      sum + distance * stride(from: 0, to: size, by: distance).count { words($0, distance) > 0 }
    }
    return ExchangeCost(peers, totalWords: n * (size - 1), totalMessages: messages, formula: "n(P-1)") { rank in
      guard let place = folding.core.firstIndex(of: rank) else { return (0, 0) }
      let sizes = folding.distances.map {
        words(sendsOwn ? place : folding.partner(of: place, distance: $0), $0)
      }
      return (sizes.count { $0 > 0 }, sizes.reduce(0, +))
    }
  }

  /// What folded ranks give their hosts and get back.
  private static func folds(
    _ folding: RankFolding, sent: (Int) -> Int, back: (Int) -> Int
  ) -> ExchangeCost {
    let peers = folding.core.count + folding.extras.count
    let sizes = folding.extras.map { (rank: $0.rank, host: $0.host, sent: sent($0.rank), back: back($0.rank)) }
    return ExchangeCost(
      peers, totalWords: sizes.reduce(0) { $0 + $1.sent + $1.back },
      totalMessages: sizes.reduce(0) { $0 + ($1.sent > 0 ? 1 : 0) + ($1.back > 0 ? 1 : 0) }, formula: "2n(P-Q)"
    ) { rank in
      sizes.reduce((0, 0)) { sum, size in
        let words = size.rank == rank ? size.sent : size.host == rank ? size.back : 0
        return (sum.0 + (words > 0 ? 1 : 0), sum.1 + words)
      }
    }
  }
}
