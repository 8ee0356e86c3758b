import Machines

/// The wires of a simulated machine, and the messages on them.
///
/// Where nobody else uses a pair's wires, and no message overtakes another, it is known at the instant of sending when a message
/// is readable. All others go through a ``Machines/WireNetwork``, where each wire takes them in the order in which they arrive.
struct WireQueues {
  /// An ordered pair of devices that has channels.
  private struct Pair {
    /// Where its wires stand in ``hops``.
    var firstHop: Int32
    var lastHop: Int32
    var latency: Int64
    /// Its number among the routes of ``network``; -1 where its messages need none.
    var route: Int32
  }

  private struct Hop {
    var wire: Int32
    var link: LinkModel
  }

  private var pairs = ContiguousArray<Pair>()
  private var hops = ContiguousArray<Hop>()
  /// How long each message occupies the first wire of its route.
  private var occupancy: ContiguousArray<Int64> = []
  private let bytes: ContiguousArray<Int>
  /// When each wire has sent its last message; of those that one pair has to itself.
  private var freeAt: ContiguousArray<Int64> = []
  /// Nil where every pair has wires of its own.
  private var network: WireNetwork?

  init(_ flat: FlatProgram, _ model: MachineModel) {
    bytes = flat.messageBytes
    var ends = [(from: Int, to: Int)](repeating: (0, 0), count: flat.links)
    for channel in flat.channels { ends[Int(channel.link)] = (Int(channel.from), Int(channel.to)) }
    let routes = model.routes(between: ends)
    let wires = routes.joined().reduce(0) { max($0, $1.wire + 1) }
    let alone = WireNetwork.areAlone(routes.map { $0.map(\.wire) }, wires: wires)
    var shared: [WireNetwork.Route] = []
    var rates = [Double](repeating: .infinity, count: wires)
    for (number, route) in routes.enumerated() {
      let needsNetwork = !route.isEmpty && (flat.hasPriorities || !alone[number])
      add(route, number: needsNetwork ? shared.count : nil)
      guard needsNetwork else { continue }
      for hop in route { rates[hop.wire] = hop.link.bytesPerSecond }
      shared.append(WireNetwork.Route(from: ends[number].from, to: ends[number].to, wires: route.map(\.wire)))
    }
    if !shared.isEmpty {
      network = WireNetwork(
        routes: shared, devices: flat.devices.count, bytesPerSecond: rates, ticksPerSecond: SimulatedTime.perSecond)
    }
    freeAt = ContiguousArray(repeating: 0, count: wires)
    if case .uniform(let plain) = model.carrier {
      let link = plain.faster(model.messageSpeed)
      occupancy = ContiguousArray(bytes.map { link.occupancyPicoseconds(bytes: $0) })
      return
    }
    occupancy = ContiguousArray(repeating: 0, count: bytes.count)
    for instruction in flat.instructions where instruction.kind == .send {
      let pair = pairs[Int(flat.channels[Int(instruction.channel)].link)]
      guard pair.firstHop < pair.lastHop else { continue }
      let message = Int(instruction.message)
      occupancy[message] = hops[Int(pair.firstHop)].link.occupancyPicoseconds(bytes: bytes[message])
    }
  }

  private mutating func add(_ route: [(wire: Int, link: LinkModel)], number: Int?) {
    let first = Int32(hops.count)
    hops += route.map { Hop(wire: Int32($0.wire), link: $0.link) }
    let latency = route.reduce(Int64(0)) { sum, hop in
      min(sum + max(hop.link.latencyPicoseconds, 0), SimulatedTime.longest)
    }
    pairs.append(
      Pair(firstHop: first, lastHop: Int32(hops.count), latency: latency, route: number.map { Int32($0) } ?? -1))
  }

  /// Whether messages of a pair have to wait and see when their wires take them.
  @inline(__always) func isShared(_ number: Int) -> Bool { pairs[number].route >= 0 }

  func latency(_ number: Int) -> Int64 { pairs[number].latency }

  // MARK: - Wires of one pair

  /// Puts a message on its way at `now`: when its first wire took it up, when its last byte left the last wire, and when it
  /// is readable.
  @inline(__always)
  mutating func carry(_ message: Int, pair number: Int, now: Int64) -> (start: Int64, left: Int64, readable: Int64) {
    let pair = pairs[number]
    guard pair.lastHop - pair.firstHop == 1 else { return carry(message, along: pair, now: now) }
    let wire = Int(hops[Int(pair.firstHop)].wire)
    let start = max(now, freeAt[wire])
    let left = SimulatedTime.instant(start, after: occupancy[message])
    freeAt[wire] = left
    return (start, left, SimulatedTime.instant(left, after: pair.latency))
  }

  private mutating func carry(
    _ message: Int, along pair: Pair, now: Int64
  ) -> (start: Int64, left: Int64, readable: Int64) {
    var (head, tail) = (now, now)
    var first = now
    for place in Int(pair.firstHop)..<Int(pair.lastHop) {
      let hop = hops[place]
      let isFirst = place == Int(pair.firstHop)
      let occupied = isFirst ? occupancy[message] : hop.link.occupancyPicoseconds(bytes: bytes[message])
      head = max(head, freeAt[Int(hop.wire)])
      if isFirst { first = head }
      let end = SimulatedTime.instant(head, after: occupied)
      freeAt[Int(hop.wire)] = end
      tail = max(tail, end)
      if tail > SimulatedTime.limit { break }
    }
    return (first, tail, SimulatedTime.instant(tail, after: pair.latency))
  }

  // MARK: - Wires of several pairs

  /// Lets a message wait for its first wire.
  ///
  /// - Parameter token: what ``takeNext()`` will call it.
  mutating func wait(_ token: Int, message: Int, pair number: Int, priority: Int32, now: Int64) {
    network?.handOver(
      token, route: Int(pairs[number].route), bytes: bytes[message], priority: Int(priority), at: now)
  }

  /// When the next wire takes a message; never, where none waits.
  @inline(__always) var next: Int64 { network?.next ?? .max }

  /// Lets the wires take what they can at ``next``.
  mutating func takeNext() -> [WireNetwork.Passage] {
    network?.round()
    return network?.passages ?? []
  }
}

extension MachineModel {
  /// The wires between pairs of devices, each with its number and what it is; none between devices that share memory.
  fileprivate func routes(between ends: [(from: Int, to: Int)]) -> [[(wire: Int, link: LinkModel)]] {
    switch carrier {
    case .uniform(let plain):
      let link = plain.faster(messageSpeed)
      return ends.indices.map { [($0, link)] }
    case .routed(let machine):
      var numbers: [Wire: Int] = [:]
      return ends.map { from, to in
        machine.route(from: from, to: to).map { wire in
          let number = numbers[wire] ?? numbers.count
          numbers[wire] = number
          let link = LinkModel(
            .emulated(latencyNanoseconds: wire.latencyNanoseconds, bytesPerSecond: wire.bytesPerSecond))
          return (number, link.faster(messageSpeed))
        }
      }
    }
  }
}
