import Programs

/// Everyone to everyone, and sums in rank order.
extension CollectiveSteps {
  /// Every rank sends its array to every other and adds all in rank order, so all end with the same bits. One piece.
  func directAllReduce(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let all = array.all
    let arrived = sendToAll(array, &lowering) { _, _ in all }
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
    let arrived = sendToAll(array, &lowering) { _, receiver in [receiver] }
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
    let arrived = sendToAll(array, &lowering) { sender, _ in [sender] }
    for rank in ranks {
      for distance in 1..<devices.count {
        let sender = around(rank - distance)
        store(arrived[rank][sender], in: [sender], of: &array, rank: rank, &lowering)
      }
    }
  }

  /// Every rank sends every other the pieces that `choose` names for the two. All messages leave before anyone waits for one, so
  /// that they travel at the same time; each rank begins with the one behind it, so that no rank is everybody's first.
  ///
  /// - Returns: per receiver and sender what arrived; nil for itself.
  private func sendToAll(
    _ array: ExchangeArray, _ lowering: inout ProgramLowering, choose: (_ sender: Int, _ receiver: Int) -> [Int]
  ) -> [[Index<Buffer>?]] {
    var messages: [[Index<Message>?]] = []
    for distance in 1..<devices.count {
      messages.append(
        ranks.map { rank in
          let receiver = around(rank + distance)
          let packed = pack(choose(rank, receiver), of: array, rank: rank, &lowering)
          return send(Parcel(from: rank, to: receiver, buffer: packed), &lowering)
        })
    }
    var arrived = ranks.map { _ in [Index<Buffer>?](repeating: nil, count: devices.count) }
    for (place, sent) in messages.enumerated() {
      for rank in ranks {
        let sender = around(rank - place - 1)
        arrived[rank][sender] = receive(sent[sender], &lowering)
      }
    }
    return arrived
  }
}
