import Programs

/// Everyone to everyone, and sums in rank order.
extension CollectiveSteps {
  /// Every rank sends its array to every other and adds all in rank order, so all end with the same bits. One piece.
  func directAllReduce(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let all = array.all
    let arrived = scatter(array, &lowering) { _ in all }
    for rank in ranks.dropFirst() {
      let sum = arrived[rank][0]
      for other in ranks.dropFirst() {
        if other == rank {
          add(all, of: array, to: sum, rank: rank, &lowering)
        } else {
          add(arrived[rank][other], to: sum, rank: rank, &lowering)
        }
      }
      store(sum, in: all, of: &array, rank: rank, &lowering)
    }
    for other in ranks.dropFirst() { add(arrived[0][other], to: all, of: array, rank: 0, &lowering) }
  }

  /// Every rank receives its piece from every other and adds all in rank order.
  ///
  /// - Returns: the sum of each rank's piece, packed.
  func directReduceScatter(_ array: ExchangeArray, _ lowering: inout ProgramLowering) -> [Index<Buffer>?] {
    let arrived = scatter(array, &lowering) { [$0] }
    return ranks.map { rank in
      let sum = rank == 0 ? pack([0], of: array, rank: 0, &lowering) : arrived[rank][0]
      for other in ranks.dropFirst() {
        if other == rank {
          add([rank], of: array, to: sum, rank: rank, &lowering)
        } else {
          add(arrived[rank][other], to: sum, rank: rank, &lowering)
        }
      }
      return sum
    }
  }

  /// Every rank sends its own piece, which stands in its array, to every other.
  func directAllGather(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    for distance in 1..<devices.count {
      let packed = ranks.map { pack([$0], of: array, rank: $0, &lowering) }
      for (rank, buffer) in shift(packed, by: distance, &lowering).enumerated() {
        store(buffer, in: [around(rank - distance)], of: &array, rank: rank, &lowering)
      }
    }
  }

  /// Every rank sends every other the pieces that `choose` names for the receiver.
  ///
  /// - Returns: per receiver and sender what arrived; nil for itself.
  private func scatter(
    _ array: ExchangeArray, _ lowering: inout ProgramLowering, choose: (_ receiver: Int) -> [Int]
  ) -> [[Index<Buffer>?]] {
    var arrived = ranks.map { _ in [Index<Buffer>?](repeating: nil, count: devices.count) }
    for distance in 1..<devices.count {
      let packed = ranks.map { pack(choose(around($0 + distance)), of: array, rank: $0, &lowering) }
      for (rank, buffer) in shift(packed, by: distance, &lowering).enumerated() {
        arrived[rank][around(rank - distance)] = buffer
      }
    }
    return arrived
  }
}
