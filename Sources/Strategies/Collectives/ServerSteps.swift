import Programs

/// One rank, the last, that all others give to and take from.
extension CollectiveSteps {
  /// The last rank's array becomes the sum of the others' in rank order; what it held before is overwritten. One piece.
  func serverReduce(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let all = array.all
    let server = devices.count - 1
    let parcels = (0..<server).map {
      Parcel(from: $0, to: server, buffer: pack(all, of: array, rank: $0, &lowering))
    }
    for (rank, buffer) in carry(parcels, &lowering).enumerated() {
      if rank == 0 {
        store(buffer, in: all, of: &array, rank: server, &lowering)
      } else {
        add(buffer, to: all, of: array, rank: server, &lowering)
      }
    }
  }

  /// Everyone gets the last rank's array.
  func serverBroadcast(_ array: inout ExchangeArray, _ lowering: inout ProgramLowering) {
    let all = array.all
    let server = devices.count - 1
    let parcels = (0..<server).map {
      Parcel(from: server, to: $0, buffer: pack(all, of: array, rank: server, &lowering))
    }
    for (rank, buffer) in carry(parcels, &lowering).enumerated() {
      store(buffer, in: all, of: &array, rank: rank, &lowering)
    }
  }
}
