import Programs

/// How many words a junction moves, from boxes alone and not from the messages that were made: what the messages are
/// checked against.
struct TransferVolume {
  let whole: Box
  let kind: Collective.Kind
  /// Words that all devices together send.
  let words: Int
  let formula: String

  /// - Parameters:
  ///   - needs: Forward the demands, without repetition; backward the needs of every part.
  init(needs: [Holding], holdings: [Holding], whole: Box, isBackward: Bool) {
    self.whole = whole
    let volume = isBackward ? Self.backward(needs, holdings) : Self.forward(needs, holdings)
    let shape = Self.collective(needs, holdings, whole, isBackward: isBackward)
    kind = shape ?? .exchange
    switch shape {
    case .allGather, .reduceScatter: (words, formula) = (whole.count * (needs.count - 1), "n(P-1)")
    case .allReduce: (words, formula) = (whole.count * needs.count * (needs.count - 1), "nP(P-1)")
    default: (words, formula) = (volume, "needed minus held")
    }
  }

  /// Every need minus what its device holds, once for each part of a sum.
  private static func forward(_ needs: [Holding], _ holdings: [Holding]) -> Int {
    let summands = Set(holdings.map(\.summand.index)).count
    let held = Dictionary(grouping: holdings, by: \.device)
    return needs.reduce(0) { total, need in
      let own = (held[need.device] ?? []).reduce(0) { $0 + $1.box.intersection(need.box).count }
      return total + summands * need.box.count - own
    }
  }

  /// Every holding's share of each consumer part that its own device does not compute.
  private static func backward(_ needs: [Holding], _ holdings: [Holding]) -> Int {
    let parts = Dictionary(grouping: needs, by: \.part).values.map { $0[0] }
    let index = BoxIndex(parts.map(\.box))
    struct Place: Hashable {
      var part: Int
      var device: Int
    }
    let computed = Set(needs.map { Place(part: $0.part, device: $0.device) })
    return holdings.reduce(0) { total, holding in
      index.places(meeting: holding.box.n).reduce(total) { sum, place in
        computed.contains(Place(part: parts[place].part, device: holding.device))
          ? sum : sum + parts[place].box.intersection(holding.box).count
      }
    }
  }

  /// The known collective that the boxes describe; nil where they are none.
  private static func collective(
    _ needs: [Holding], _ holdings: [Holding], _ whole: Box, isBackward: Bool
  ) -> Collective.Kind? {
    let readers = Set(needs.map(\.device))
    let holders = Set(holdings.map(\.device))
    guard needs.count > 1, readers.count == needs.count, holders.count == holdings.count, holders.isSubset(of: readers)
    else { return nil }
    func areWhole(_ side: [Holding]) -> Bool { side.allSatisfy { $0.box == whole } }
    func arePartition(_ side: [Holding]) -> Bool {
      side.reduce(0) { $0 + $1.box.count } == whole.count && Set(side.map(\.part)).count == side.count
    }
    let partsDiffer = Set(needs.map(\.part)).count == needs.count
    let isSum = holdings.allSatisfy { $0.summand.count == needs.count } && holdings.count == needs.count
    switch isBackward {
    case false where areWhole(needs) && arePartition(holdings): return .allGather
    case false where isSum && areWhole(holdings) && arePartition(needs): return .reduceScatter
    case false where isSum && areWhole(holdings) && areWhole(needs): return .allReduce
    case true where areWhole(needs) && partsDiffer && arePartition(holdings): return .reduceScatter
    case true where isSum && areWhole(holdings) && arePartition(needs): return .allGather
    // Whoever has the output, a part of the sum or a copy, gets the sum of all consumers' gradients.
    case true where areWhole(needs) && partsDiffer && areWhole(holdings) && holders == readers: return .allReduce
    default: return nil
    }
  }
}
