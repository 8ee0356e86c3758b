import Programs

/// A binomial tree: in round j the ranks that are multiples of 2^(j+1) have a child 2^j further on.
extension CollectiveSteps {
  /// Sums towards rank 0, then the result back to everyone. The array is one piece.
  func treeAllReduce(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let all = array.all
    let rounds = Self.treeRounds(peers: devices.count)
    for edges in rounds {
      let parcels = edges.map {
        Parcel(from: $0.child, to: $0.parent, buffer: pack(all, of: array, rank: $0.child, &lowering))
      }
      for (arrived, edge) in zip(carry(parcels, &lowering), edges) {
        add(arrived, to: all, of: array, rank: edge.parent, &lowering)
      }
    }
    for edges in rounds.reversed() {
      let parcels = edges.map {
        Parcel(from: $0.parent, to: $0.child, buffer: pack(all, of: array, rank: $0.parent, &lowering))
      }
      for (arrived, edge) in zip(carry(parcels, &lowering), edges) {
        store(arrived, in: all, of: &array, rank: edge.child, &lowering)
      }
    }
  }

  /// The edges of each round of the sum.
  static func treeRounds(peers: Int) -> [[(child: Int, parent: Int)]] {
    var rounds: [[(child: Int, parent: Int)]] = []
    var distance = 1
    while distance < peers {
      rounds.append(stride(from: distance, to: peers, by: 2 * distance).map { ($0, $0 - distance) })
      distance *= 2
    }
    return rounds
  }
}
