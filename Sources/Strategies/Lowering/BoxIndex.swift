import Programs

/// Finds boxes that may meet a given one, by their samples: devices that divide a batch have disjoint samples, so each box meets
/// few others however many there are.
struct BoxIndex {
  private let samples: [Range<Int>]
  /// Places of the boxes in the order of their first samples.
  private let order: [Int]
  /// Of the boxes up to each one in that order, where the last one ends.
  private let reach: [Int]

  init(_ boxes: [Box]) {
    samples = boxes.map(\.n)
    order = boxes.indices.sorted { (boxes[$0].n.lowerBound, $0) < (boxes[$1].n.lowerBound, $1) }
    var end = 0
    reach = order.map { [samples] place in
      end = max(end, samples[place].upperBound)
      return end
    }
  }

  /// The places of the boxes that have samples of `range`, ascending.
  func places(meeting range: Range<Int>) -> [Int] {
    guard !range.isEmpty else { return [] }
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if reach[middle] > range.lowerBound { high = middle } else { low = middle + 1 }
    }
    var found: [Int] = []
    for place in order[low...] {
      guard samples[place].lowerBound < range.upperBound else { break }
      if samples[place].overlaps(range) { found.append(place) }
    }
    return found.sorted()
  }
}
