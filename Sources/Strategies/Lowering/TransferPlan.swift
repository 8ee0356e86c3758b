import Programs

/// A box that one device gives to another.
struct Transfer: Hashable {
  var from: Int
  var to: Int
  var box: Box
  /// Which part of the sender's layer the box is taken from.
  var part: Int
  /// For what: the place of the demand that it meets, or backward the part whose gradient it belongs to.
  var target: Int
  /// Which part of a sum the box is; 0 where the producer's output is whole.
  var summand = 0
}

/// The rule of the whole compiler: what a device needs and does not hold comes from the devices that hold it.
enum TransferPlan {
  /// The boxes by which each demand is met, the device's own part included (`from == to`).
  ///
  /// A demand prefers its own device; other holders are asked in the order of their distance behind it, so that replicas
  /// share the load. Every word comes from one holder; of partial sums, one word of each.
  static func forward(demands: [Holding], holdings: [Holding], devices: Int) -> [Transfer] {
    let summands = Dictionary(grouping: holdings, by: \.summand.index).sorted { $0.key < $1.key }
      .map { (number: $0.key, holdings: $0.value, index: BoxIndex($0.value.map(\.box))) }
    return demands.enumerated().flatMap { target, demand in
      summands.flatMap { summand in
        let near = summand.index.places(meeting: demand.box.n).map { summand.holdings[$0] }
        return meet(demand, target, by: near, summand: summand.number, devices: devices)
      }
    }
  }

  private static func meet(
    _ demand: Holding, _ target: Int, by holdings: [Holding], summand: Int, devices: Int
  ) -> [Transfer] {
    var missing = [demand.box]
    var transfers: [Transfer] = []
    for holding in holdings.byDistance(from: demand.device, of: devices) {
      if missing.isEmpty { break }
      var rest: [Box] = []
      for box in missing {
        let common = box.intersection(holding.box)
        if common.isEmpty {
          rest.append(box)
        } else {
          transfers.append(
            Transfer(
              from: holding.device, to: demand.device, box: common, part: holding.part, target: target,
              summand: summand))
          rest += box.subtracting(common)
        }
      }
      missing = rest
    }
    return transfers
  }

  /// The boxes of gradient that each holder of the producer's output receives, its own contribution included.
  ///
  /// Every part of the consumer contributes once to every holder: replicas of a part have the same gradient, and the
  /// nearest one gives it.
  static func backward(needs: [Holding], holdings: [Holding], devices: Int) -> [Transfer] {
    let index = BoxIndex(needs.map(\.box))
    let replicas = Dictionary(grouping: needs, by: \.part).mapValues { $0.sorted { $0.device < $1.device } }
    return holdings.flatMap { holding in
      Set(index.places(meeting: holding.box.n).map { needs[$0].part }).sorted().compactMap { part in
        let giver = replicas[part]!.nearest(to: holding.device)
        let common = giver.box.intersection(holding.box)
        return common.isEmpty
          ? nil
          : Transfer(from: giver.device, to: holding.device, box: common, part: giver.part, target: holding.part)
      }
    }
  }
}

extension [Holding] {
  /// The device itself first, then the others by their distance around the ring of device numbers.
  fileprivate func byDistance(from device: Int, of devices: Int) -> [Holding] {
    if count < 2 { return self }
    func distance(_ holding: Holding) -> Int { (holding.device - device + devices) % devices }
    return sorted { distance($0) < distance($1) }
  }

  /// The first of these by distance, in a list that is sorted by device and not empty.
  fileprivate func nearest(to device: Int) -> Holding {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].device >= device { high = middle } else { low = middle + 1 }
    }
    return self[low < count ? low : 0]
  }
}
