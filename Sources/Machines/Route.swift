extension Machine {
  /// The wires that a message takes between two devices, in their order; none where both share memory.
  ///
  /// A slow link's latency and the time that a byte occupies it are multiplied by its factor.
  ///
  /// - Parameters:
  ///   - from: the sender, `0..<devices`.
  ///   - to: the receiver; another device.
  public func route(from: Int, to: Int) -> [Wire] {
    let wires = unperturbedRoute(from: from, to: to)
    guard !perturbation.slowLinks.isEmpty else { return wires }
    return wires.map { wire in
      var wire = wire
      for slow in perturbation.slowLinks where slow.link == wire.link {
        wire.latencyNanoseconds = WireTime.nanoseconds(Double(wire.latencyNanoseconds) * slow.factor)
        wire.bytesPerSecond = max(wire.bytesPerSecond / slow.factor, WireTime.lowestBandwidth)
      }
      return wire
    }
  }

  /// Whether the machine has a link of that name.
  public func has(_ name: LinkName) -> Bool {
    /// Two devices between which messages take the link, if there is such a link.
    let ends: (Int, Int)? =
      switch name {
      case .between(let a, let b): (a, b)
      case .bus: (0, 1)
      case .port(let device): (device, device == 0 ? 1 : 0)
      case .leaf(let leaf): first(inPart: leaf).map { ($0, $0 == 0 ? devices - 1 : 0) }
      case .host(let host): first(inPart: host).map { ($0, $0 == 0 ? devices - 1 : 0) }
      case .sockets(let a, let b): first(inPart: a).flatMap { one in first(inPart: b).map { (one, $0) } }
      }
    guard let (from, to) = ends, from != to, (0..<devices).contains(from), (0..<devices).contains(to) else {
      return false
    }
    return unperturbedRoute(from: from, to: to).contains { $0.link == name }
  }

  /// Names of links that the machine has, for hints: at most `limit` of them.
  public func someLinkNames(limit: Int = 8) -> [String] {
    var names: [LinkName] = []
    for (from, to) in [(0, 1), (0, devices - 1), (1, 2), (2, 3), (devices - 1, 0), (0, devices / 2)] {
      guard from != to, from < devices, to < devices, to >= 0 else { continue }
      for wire in unperturbedRoute(from: from, to: to) where !names.contains(wire.link) { names.append(wire.link) }
    }
    return names.prefix(limit).map(\.description)
  }

  /// How many devices a leaf, host or socket has; nil for topologies without such parts.
  private var partSize: Int? {
    switch topology {
    case .fatTree(let leaf, _): max(leaf, 1)
    case .sockets(let count, _): (devices + max(count, 1) - 1) / max(count, 1)
    case .hosts(let size, _): max(size, 1)
    default: nil
    }
  }

  private func first(inPart part: Int) -> Int? {
    guard let partSize, part < devices / partSize + 1, part * partSize < devices else { return nil }
    return part * partSize
  }

  private func unperturbedRoute(from: Int, to: Int) -> [Wire] {
    switch topology {
    case .crossbar: return own(link, from, to)
    case .bus: return [wire(.bus, link)].compactMap { $0 }
    case .ring: return walk(Self.ring(from, to, devices))
    case .torus(let rows):
      let rows = rows ?? Self.squarestRows(devices)
      let columns = max(devices / max(rows, 1), 1)
      let corner = from / columns * columns + to % columns
      let along = Self.ring(from % columns, to % columns, columns).map { from / columns * columns + $0 }
      let down = Self.ring(corner / columns, to / columns, rows).map { $0 * columns + to % columns }
      return walk(along + down.dropFirst())
    case .switched:
      return [wire(.port(from), link), wire(.port(to), link, isReverse: true)].compactMap { $0 }
    case .fatTree(let leaf, let oversubscription):
      var wires = [wire(.port(from), link)]
      let (a, b) = (from / max(leaf, 1), to / max(leaf, 1))
      if a != b {
        let up = link.scaled(bandwidth: Double(leaf) / oversubscription)
        wires += [wire(.leaf(a), up), wire(.leaf(b), up, isReverse: true)]
      }
      return (wires + [wire(.port(to), link, isReverse: true)]).compactMap { $0 }
    case .sockets(_, let inside):
      let (a, b) = (from / partSize!, to / partSize!)
      if a == b { return own(inside, from, to) }
      return [wire(.sockets(min(a, b), max(a, b)), link, isReverse: a > b)].compactMap { $0 }
    case .hosts(let size, let inside):
      let (a, b) = (from / max(size, 1), to / max(size, 1))
      if a == b { return own(inside, from, to) }
      // The network's latency is that of the whole way; it is counted once.
      return [wire(.host(a), link), wire(.host(b), link.withoutLatency, isReverse: true)].compactMap { $0 }
    case .graph(let edges): return Self.path(edges, from, to, devices, link).compactMap { $0 }
    }
  }

  private func own(_ link: Link, _ from: Int, _ to: Int) -> [Wire] {
    [wire(.between(min(from, to), max(from, to)), link, isReverse: from > to)].compactMap { $0 }
  }

  /// The links between devices that follow one another.
  private func walk(_ places: [Int]) -> [Wire] { zip(places, places.dropFirst()).flatMap { own(link, $0, $1) } }

  private func wire(_ name: LinkName, _ link: Link, isReverse: Bool = false) -> Wire? {
    guard case .emulated(let latency, let rate) = link else { return nil }
    return Wire(name, isReverse: isReverse, latencyNanoseconds: latency, bytesPerSecond: rate)
  }

  /// Places from one to another around a ring of `count`, both included.
  private static func ring(_ from: Int, _ to: Int, _ count: Int) -> [Int] {
    let up = (to - from + count) % count
    let direction = 2 * up <= count ? 1 : -1
    let hops = direction > 0 ? up : count - up
    return (0...hops).map { (from + direction * $0 + count) % count }
  }

  /// The largest divisor that is not above the square root.
  private static func squarestRows(_ devices: Int) -> Int {
    var rows = max(1, Int(Double(devices).squareRoot()))
    while devices % rows != 0 { rows -= 1 }
    return rows
  }
}

extension Link {
  /// The same latency with another bandwidth.
  func scaled(bandwidth factor: Double) -> Link {
    guard case .emulated(let latency, let rate) = self else { return self }
    return .emulated(latencyNanoseconds: latency, bytesPerSecond: rate * factor)
  }

  var withoutLatency: Link {
    guard case .emulated(_, let rate) = self else { return self }
    return .emulated(latencyNanoseconds: 0, bytesPerSecond: rate)
  }
}
