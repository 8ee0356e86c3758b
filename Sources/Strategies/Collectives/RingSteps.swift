import Programs

/// Pieces travel around the ranks (Patarasuk and Yuan 2009). A buffer that arrived is passed on itself, so a piece is packed
/// once and never copied between hops.
extension CollectiveSteps {
  /// Adds up the pieces of all ranks; a rank adds its own piece to the partial sum that arrived and passes that on.
  ///
  /// - Parameter lead: Rank i ends with piece i + lead.
  /// - Returns: the sum of each rank's piece, packed.
  func ringReduceScatter(
    _ array: ExchangeArray, lead: Int = 0, _ lowering: inout ProgramLowering
  ) -> [Index<Buffer>?] {
    var travelling = ranks.map { pack([around($0 + lead - 1)], of: array, rank: $0, &lowering) }
    for hop in 1..<devices.count {
      travelling = shift(travelling, &lowering)
      for rank in ranks {
        add([around(rank + lead - 1 - hop)], of: array, to: travelling[rank], rank: rank, &lowering)
      }
    }
    return travelling
  }

  /// Gives every rank the pieces of all others.
  ///
  /// - Parameters:
  ///   - own: Each rank's piece i + lead, packed; it stands in the array already.
  func ringAllGather(
    _ array: inout ExchangeArray, own: [Index<Buffer>?], lead: Int = 0, _ lowering: inout ProgramLowering
  ) {
    var travelling = own
    for hop in 1..<devices.count {
      travelling = shift(travelling, &lowering)
      for rank in ranks {
        store(travelling[rank], in: [around(rank + lead - hop)], of: &array, rank: rank, &lowering)
      }
    }
  }

  /// Reduce-scatter, then all-gather. Rank i has the sum of piece i + 1 between the two.
  func ringAllReduce(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let sums = ringReduceScatter(array, lead: 1, &lowering)
    for rank in ranks { store(sums[rank], in: [around(rank + 1)], of: &array, rank: rank, &lowering) }
    ringAllGather(&array, own: sums, lead: 1, &lowering)
  }
}
