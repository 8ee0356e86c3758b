import Programs

/// Which steps an algorithm takes.
extension CollectiveSteps {
  /// Leaves the sum of `buffers`, one of `words` words per rank, in all of them.
  func allReduce(
    _ algorithm: ExchangeAlgorithm, buffers: [Index<Buffer>], words: Int, _ lowering: inout ProgramLowering
  ) {
    func array(pieces: Int) -> ExchangeArray {
      ExchangeArray(buffers: buffers, cuts: (0..<pieces).map { (0..<words).cut($0, of: pieces) })
    }
    switch algorithm {
    case .ring:
      var cut = array(pieces: devices.count)
      ringAllReduce(&cut, &lowering)
    case .halvingDoubling:
      var cut = array(pieces: RankFolding(peers: devices.count).core.count)
      halvingDoublingAllReduce(&cut, &lowering)
    case .recursiveDoubling:
      var whole = array(pieces: 1)
      recursiveDoublingAllReduce(&whole, &lowering)
    case .tree:
      var whole = array(pieces: 1)
      treeAllReduce(&whole, &lowering)
    case .direct:
      var whole = array(pieces: 1)
      directAllReduce(&whole, &lowering)
    case .server, .shardedServer:
      preconditionFailure("servers update between sum and distribution")
    }
  }

  /// Adds up one piece per rank; the arrays may be used for partial sums.
  ///
  /// - Returns: the sum of each rank's piece, packed; nil for an empty piece.
  func reduceScatter(
    _ algorithm: ScatterAlgorithm, _ array: ExchangeArray, _ lowering: inout ProgramLowering
  ) -> [Index<Buffer>?] {
    switch algorithm {
    case .ring: ringReduceScatter(array, &lowering)
    case .halvingDoubling: halvingReduceScatter(array, &lowering)
    case .direct: directReduceScatter(array, &lowering)
    }
  }

  /// Gives every rank the pieces of all others; each rank's own piece stands in its array.
  func allGather(_ algorithm: ScatterAlgorithm, _ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    switch algorithm {
    case .ring:
      let own = ranks.map { [array] in pack([$0], of: array, rank: $0, &lowering) }
      ringAllGather(&array, own: own, &lowering)
    case .halvingDoubling: doublingAllGather(&array, &lowering)
    case .direct: directAllGather(&array, &lowering)
    }
  }
}
