extension Machine {
  /// The wires of the best way through a graph: the fewest links, then the most bandwidth at the narrowest of them, then
  /// devices of smaller numbers. Empty where there is no way.
  ///
  /// - Parameter link: what edges are that name no link; sharing memory, they count as links of unlimited bandwidth.
  static func path(_ edges: [Topology.Edge], _ from: Int, _ to: Int, _ devices: Int, _ link: Link) -> [Wire] {
    var neighbours: [Int: [(place: Int, link: Link)]] = [:]
    for edge in edges where edge.b < devices {
      neighbours[edge.a, default: []].append((edge.b, edge.link ?? link))
      neighbours[edge.b, default: []].append((edge.a, edge.link ?? link))
    }
    // Breadth first from the goal backwards: how many links are left from each device, and the bandwidth of the best way.
    var left = [to: 0]
    var width = [to: Double.infinity]
    var front = [to]
    while !front.isEmpty, left[from] == nil {
      var next: [Int: Double] = [:]
      for place in front {
        for neighbour in neighbours[place] ?? [] where left[neighbour.place] == nil {
          let narrowest = min(width[place]!, neighbour.link.bandwidth)
          next[neighbour.place] = max(next[neighbour.place] ?? 0, narrowest)
        }
      }
      for (place, best) in next {
        left[place] = left[front[0]]! + 1
        width[place] = best
      }
      front = next.keys.sorted()
    }
    guard left[from] != nil else { return [] }
    var wires: [Wire] = []
    var place = from
    while place != to {
      let onward = (neighbours[place] ?? []).filter { left[$0.place] == left[place]! - 1 }
      let choice = onward.max {
        let (a, b) = (min($0.link.bandwidth, width[$0.place]!), min($1.link.bandwidth, width[$1.place]!))
        return a < b || (a == b && $0.place > $1.place)
      }!
      if case .emulated(let latency, let rate) = choice.link {
        wires.append(
          Wire(
            .between(min(place, choice.place), max(place, choice.place)), isReverse: place > choice.place,
            latencyNanoseconds: latency, bytesPerSecond: rate))
      }
      place = choice.place
    }
    return wires
  }
}

extension Link {
  fileprivate var bandwidth: Double {
    if case .emulated(_, let rate) = self { rate } else { .infinity }
  }
}
