import Networks
import Programs
import Testing

@testable import Strategies

/// Collectives by themselves: right sums, equal bits everywhere, and exactly the messages and words of the closed forms.
@Suite struct ExchangeTests {
  static let sizes = [1, 2, 3, 5, 7, 8, 9, 16, 23]
  static let summing: [ExchangeAlgorithm] = [.ring, .halvingDoubling, .recursiveDoubling, .tree, .direct]

  private func values(_ peers: Int, _ words: Int, seed: UInt64) -> [[Float]] {
    let stream = CounterRandom(seed: seed, stream: "values")
    return (0..<peers).map { rank in (0..<words).map { stream.uniform(rank * words + $0) - 0.5 } }
  }

  private func sum(_ values: [[Float]], _ index: Int) -> Double { values.reduce(0) { $0 + Double($1[index]) } }

  @Test(arguments: summing, 2...9) func everyoneGetsTheSameSum(algorithm: ExchangeAlgorithm, peers: Int) throws {
    for words in Self.sizes {
      var rig = try CollectiveRig(peers: peers)
      let values = values(peers, words, seed: UInt64(words))
      let buffers = rig.arrays(values)
      rig.lower { $0.allReduce(algorithm, buffers: buffers, words: words, &$1) }
      let ends = rig.run()
      #expect(ends, "\(algorithm) of \(words) words on \(peers) does not end")
      let first = rig.values(buffers[0], on: 0)
      for rank in 0..<peers { #expect(rig.values(buffers[rank], on: rank) == first, "rank \(rank) has other bits") }
      for index in 0..<words { #expect(abs(Double(first[index]) - sum(values, index)) < 1e-5) }
      check(rig, .allReduce(algorithm, words: words, peers: peers), "\(algorithm) \(words) \(peers)")
    }
  }

  @Test(arguments: ScatterAlgorithm.allCases, 2...9)
  func scatteredSumsAreRight(algorithm: ScatterAlgorithm, peers: Int) throws {
    for words in Self.sizes {
      for cuts in cuts(words, peers) {
        var rig = try CollectiveRig(peers: peers)
        let values = values(peers, words, seed: UInt64(words))
        let array = ExchangeArray(buffers: rig.arrays(values), cuts: cuts)
        let sums = rig.lower { $0.reduceScatter(algorithm, array, &$1) }
        let ends = rig.run()
        #expect(ends, "\(algorithm) of \(words) words on \(peers) does not end")
        for (rank, cut) in cuts.enumerated() {
          #expect((sums[rank] == nil) == cut.isEmpty)
          guard let buffer = sums[rank] else { continue }
          let result = rig.values(buffer, on: rank)
          #expect(result.count == cut.count)
          for (index, value) in zip(cut, result) { #expect(abs(Double(value) - sum(values, index)) < 1e-5) }
        }
        check(rig, .reduceScatter(algorithm, pieces: cuts.map(\.count)), "\(algorithm) \(cuts)")
      }
    }
  }

  @Test(arguments: ScatterAlgorithm.allCases, 2...9)
  func gatheredPiecesAreTheWhole(algorithm: ScatterAlgorithm, peers: Int) throws {
    for words in Self.sizes {
      for cuts in cuts(words, peers) {
        var rig = try CollectiveRig(peers: peers)
        let whole = values(1, words, seed: 3)[0]
        let start = cuts.map { cut in (0..<words).map { cut.contains($0) ? whole[$0] : .nan } }
        let buffers = rig.arrays(start)
        rig.lower {
          var array = ExchangeArray(buffers: buffers, cuts: cuts)
          $0.allGather(algorithm, &array, &$1)
        }
        let ends = rig.run()
        #expect(ends, "\(algorithm) of \(words) words on \(peers) does not end")
        for rank in 0..<peers { #expect(rig.values(buffers[rank], on: rank) == whole) }
        check(rig, .allGather(algorithm, pieces: cuts.map(\.count)), "\(algorithm) \(cuts)")
      }
    }
  }

  /// Pieces that are boxes of different sizes, out of arrays that are defined by what arrives.
  @Test(arguments: ScatterAlgorithm.allCases, 2...9)
  func boxesAreGathered(algorithm: ScatterAlgorithm, peers: Int) throws {
    let whole = Box(n: 0..<3, k: 0..<7, h: 0..<2, w: 0..<5)
    let boxes = (0..<peers).map { rank in
      var box = whole
      box.k = whole.k.cut(rank, of: peers)
      return box
    }
    let values = values(1, whole.count, seed: 8)[0]
    var rig = try CollectiveRig(peers: peers)
    let own = rig.arrays(boxes.map { $0.words(of: values, in: whole) })
    let targets = rig.lower { steps, lowering in
      let targets = steps.ranks.map { lowering.devices[$0].buffer("whole", .activations, words: whole.count) }
      var array = ExchangeArray(
        buffers: targets, wholes: Array(repeating: whole, count: peers), boxes: boxes)
      for rank in steps.ranks {
        array.undefine(rank: rank)
        if !boxes[rank].isEmpty { steps.store(own[rank], in: [rank], of: &array, rank: rank, &lowering) }
      }
      steps.allGather(algorithm, &array, &lowering)
      return targets
    }
    let ends = rig.run()
    #expect(ends)
    for rank in 0..<peers { #expect(rig.values(targets[rank], on: rank) == values) }
    check(rig, .allGather(algorithm, pieces: boxes.map(\.count)), "\(algorithm) on \(peers)")
  }

  @Test(arguments: 2...9) func theServerHasTheSumOfItsWorkersAndGivesItBack(peers: Int) throws {
    for words in Self.sizes {
      var rig = try CollectiveRig(peers: peers)
      let values = values(peers, words, seed: UInt64(words))
      let buffers = rig.arrays(values)
      rig.lower {
        var array = ExchangeArray(buffers: buffers, cuts: [0..<words])
        $0.serverReduce(&array, &$1)
        $0.serverBroadcast(&array, &$1)
      }
      let ends = rig.run()
      #expect(ends)
      let expected = (0..<words).map { index in
        values.dropLast().dropFirst().reduce(values[0][index]) { $0 + $1[index] }
      }
      for rank in 0..<peers { #expect(rig.values(buffers[rank], on: rank) == expected) }
      check(rig, .allReduce(.server, words: words, peers: peers), "server \(words) \(peers)")
    }
  }

  /// The figures of the cost table for sizes that every P divides.
  @Test func costsAreThoseOfTheTable() {
    let n = 9 * 8 * 7 * 5
    for peers in 2...9 {
      let ring = ExchangeCost.allReduce(.ring, words: n, peers: peers)
      #expect(ring.messages.allSatisfy { $0 == 2 * (peers - 1) })
      #expect(ring.words.allSatisfy { $0 == 2 * n * (peers - 1) / peers })
      let sharded = ExchangeCost.allReduce(.shardedServer, words: n, peers: peers)
      #expect(sharded.messages == ring.messages)
      #expect(sharded.words == ring.words)
      let server = ExchangeCost.allReduce(.server, words: n, peers: peers)
      #expect(server.words == Array(repeating: n, count: peers - 1) + [n * (peers - 1)])
      #expect(ExchangeCost.allReduce(.direct, words: n, peers: peers).words.allSatisfy { $0 == n * (peers - 1) })
    }
    for rounds in 1...3 {
      let peers = 1 << rounds
      let halving = ExchangeCost.allReduce(.halvingDoubling, words: n, peers: peers)
      #expect(halving.messages.allSatisfy { $0 == 2 * rounds })
      #expect(halving.words.allSatisfy { $0 == 2 * n * (peers - 1) / peers })
      let doubling = ExchangeCost.allReduce(.recursiveDoubling, words: n, peers: peers)
      #expect(doubling.messages.allSatisfy { $0 == rounds })
      #expect(doubling.words.allSatisfy { $0 == n * rounds })
      #expect(ExchangeCost.allReduce(.tree, words: n, peers: peers).words[0] == n * rounds)
    }
  }

  @Test(arguments: ExchangeAlgorithm.allCases) func nothingIsSentAloneOrWithoutWords(algorithm: ExchangeAlgorithm) {
    let alone = ExchangeCost.allReduce(algorithm, words: 12, peers: 1)
    #expect(alone.totalWords == 0 && alone.totalMessages == 0 && alone.messages == [0])
    let empty = ExchangeCost.allReduce(algorithm, words: 0, peers: 5)
    #expect(empty.totalWords == 0 && empty.totalMessages == 0 && empty.messages.allSatisfy { $0 == 0 })
  }

  private func check(_ rig: CollectiveRig, _ cost: ExchangeCost, _ what: String) {
    let sent = rig.sent
    #expect(sent.messages == cost.messages, "\(what): messages by rank")
    #expect(sent.words == cost.words, "\(what): words by rank")
    #expect(sent.messages.reduce(0, +) == cost.totalMessages, "\(what)")
    #expect(sent.words.reduce(0, +) == cost.totalWords, "\(what)")
    #expect(rig.lowering.messages.entries.allSatisfy { $0.words > 0 })
  }

  /// Equal pieces as far as that goes, and pieces of arbitrary sizes.
  private func cuts(_ words: Int, _ peers: Int) -> [[Range<Int>]] {
    let stream = CounterRandom(seed: UInt64(words * 10 + peers), stream: "cuts")
    let ends = (1..<peers).map { Int(stream.bits($0) % UInt64(words + 1)) }.sorted()
    let odd = zip([0] + ends, ends + [words]).map { $0..<$1 }
    return [(0..<peers).map { (0..<words).cut($0, of: peers) }, odd]
  }
}

extension Box {
  /// The words of this box out of an array that holds `whole`.
  fileprivate func words(of values: [Float], in whole: Box) -> [Float] {
    n.flatMap { n in
      k.flatMap { k in
        h.flatMap { h in
          w.map { w in
            values[((n * whole.k.count + k) * whole.h.count + h) * whole.w.count + w]
          }
        }
      }
    }
  }
}
