import Programs

/// Pairs at half the distance of the round before exchange half of what they still share (Rabenseifner 2004).
extension CollectiveSteps {
  /// Adds up in place until each core rank's own pieces are complete.
  ///
  /// - Parameter owned: The pieces of each place.
  private func halve(
    _ array: ExchangeArray, _ folding: RankFolding, owned: [[Int]], _ lowering: inout ProgramLowering
  ) {
    for distance in folding.distances {
      let arrivals = exchangePairs(array, folding, distance, &lowering) { _, partner in
        folding.block(of: partner, distance: distance).flatMap { owned[$0] }
      }
      for arrival in arrivals {
        add(arrival.buffer, to: arrival.pieces, of: array, rank: arrival.rank, &lowering)
      }
    }
  }

  /// Gives each core rank the pieces of all others, from the nearest to the farthest.
  private func double(
    _ array: inout ExchangeArray, _ folding: RankFolding, owned: [[Int]], _ lowering: inout ProgramLowering
  ) {
    for distance in folding.distances.reversed() {
      let arrivals = exchangePairs(array, folding, distance, &lowering) { place, _ in
        folding.block(of: place, distance: distance).flatMap { owned[$0] }
      }
      for arrival in arrivals {
        store(arrival.buffer, in: arrival.pieces, of: &array, rank: arrival.rank, &lowering)
      }
    }
  }

  /// One round: every place sends its partner the pieces that `choose` names for the two.
  private func exchangePairs(
    _ array: ExchangeArray, _ folding: RankFolding, _ distance: Int, _ lowering: inout ProgramLowering,
    choose: (_ place: Int, _ partner: Int) -> [Int]
  ) -> [(rank: Int, pieces: [Int], buffer: Index<Buffer>?)] {
    let parcels = folding.core.indices.map { place in
      let partner = folding.partner(of: place, distance: distance)
      let buffer = pack(choose(place, partner), of: array, rank: folding.core[place], &lowering)
      return Parcel(from: folding.core[place], to: folding.core[partner], buffer: buffer)
    }
    let arrived = carry(parcels, &lowering)
    return folding.core.indices.map { place in
      let partner = folding.partner(of: place, distance: distance)
      return (folding.core[place], choose(partner, place), arrived[partner])
    }
  }

  /// Every extra rank sends pieces to its host, or with `back` its host to it.
  private func fold(
    _ folding: RankFolding, back: Bool = false, _ array: ExchangeArray, _ lowering: inout ProgramLowering,
    pieces: (_ extra: Int) -> [Int]
  ) -> [Index<Buffer>?] {
    let parcels = folding.extras.map { extra, host in
      let (from, to) = back ? (host, extra) : (extra, host)
      return Parcel(from: from, to: to, buffer: pack(pieces(extra), of: array, rank: from, &lowering))
    }
    return carry(parcels, &lowering)
  }

  /// Sums in place and leaves the sum everywhere. The array has one piece per core rank.
  func halvingDoublingAllReduce(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let folding = RankFolding(peers: devices.count)
    let owned = folding.core.indices.map { [$0] }
    let all = array.all
    let folded = fold(folding, array, &lowering) { _ in all }
    for (arrived, extra) in zip(folded, folding.extras) {
      add(arrived, to: all, of: array, rank: extra.host, &lowering)
    }
    halve(array, folding, owned: owned, &lowering)
    double(&array, folding, owned: owned, &lowering)
    let back = fold(folding, back: true, array, &lowering) { _ in all }
    for (arrived, extra) in zip(back, folding.extras) {
      store(arrived, in: all, of: &array, rank: extra.rank, &lowering)
    }
  }

  /// Adds up one piece per rank, using the arrays for partial sums.
  ///
  /// A folded rank keeps its own piece back and adds it last: so no word travels twice.
  ///
  /// - Returns: the sum of each rank's piece, packed.
  func halvingReduceScatter(_ array: ExchangeArray, _ lowering: inout ProgramLowering) -> [Index<Buffer>?] {
    let folding = RankFolding(peers: devices.count)
    func others(_ rank: Int) -> [Int] { array.all.filter { $0 != rank } }
    let folded = fold(folding, array, &lowering, pieces: others)
    for (arrived, extra) in zip(folded, folding.extras) {
      add(arrived, to: others(extra.rank), of: array, rank: extra.host, &lowering)
    }
    halve(array, folding, owned: folding.core.indices.map(folding.ranks), &lowering)
    var sums = [Index<Buffer>?](repeating: nil, count: devices.count)
    for rank in folding.core { sums[rank] = pack([rank], of: array, rank: rank, &lowering) }
    let back = fold(folding, back: true, array, &lowering) { [$0] }
    for (arrived, extra) in zip(back, folding.extras) {
      add([extra.rank], of: array, to: arrived, rank: extra.rank, &lowering)
      sums[extra.rank] = arrived
    }
    return sums
  }

  /// Gives every rank the pieces of all others; each rank's own piece stands in its array.
  func doublingAllGather(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let folding = RankFolding(peers: devices.count)
    let all = array.all
    let folded = fold(folding, array, &lowering) { [$0] }
    for (arrived, extra) in zip(folded, folding.extras) {
      store(arrived, in: [extra.rank], of: &array, rank: extra.host, &lowering)
    }
    double(&array, folding, owned: folding.core.indices.map(folding.ranks), &lowering)
    let back = fold(folding, back: true, array, &lowering) { extra in all.filter { $0 != extra } }
    for (arrived, extra) in zip(back, folding.extras) {
      store(arrived, in: all.filter { $0 != extra.rank }, of: &array, rank: extra.rank, &lowering)
    }
  }

  /// Pairs exchange whole arrays and add: both add the same two numbers, so both have the same bits. One piece.
  func recursiveDoublingAllReduce(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let folding = RankFolding(peers: devices.count)
    let all = array.all
    let folded = fold(folding, array, &lowering) { _ in all }
    for (arrived, extra) in zip(folded, folding.extras) {
      add(arrived, to: all, of: array, rank: extra.host, &lowering)
    }
    for distance in folding.distances.reversed() {
      let arrivals = exchangePairs(array, folding, distance, &lowering) { _, _ in all }
      for arrival in arrivals { add(arrival.buffer, to: all, of: array, rank: arrival.rank, &lowering) }
    }
    let back = fold(folding, back: true, array, &lowering) { _ in all }
    for (arrived, extra) in zip(back, folding.extras) {
      store(arrived, in: all, of: &array, rank: extra.rank, &lowering)
    }
  }
}
