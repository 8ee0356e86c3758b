import Machines

/// The wires of a simulated machine, with the messages that wait for them.
///
/// A message of `n` bytes passes its wires 1…k one behind the other, and its first byte does not wait for its last
/// (virtual cut-through, Kermani and Kleinrock 1979):
///
///     sᵢ = max(sᵢ₋₁, freeᵢ)   freeᵢ = sᵢ + n/βᵢ   eᵢ = max(eᵢ₋₁, sᵢ + n/βᵢ)   readable = eₖ + α₁ + … + αₖ
///
/// with s₀ = e₀ = the instant of sending. A wire serves messages in the order in which they were sent. Where channels have
/// priorities, messages wait in front of their first wire, which takes the first by priority whenever it is free; s₀ = e₀ = that
/// instant.
struct WireQueues {
  /// A message that waits in front of its first wire.
  struct Waiting {
    var priority: Int32
    var message: Int
    var channel: Int
    /// Which of the channel's messages it is.
    var number: Int
    var senderReady: Int64
  }

  /// An ordered pair of devices that has channels.
  private struct Pair {
    /// The only wire; -1 where there is none or more than one.
    var wire: Int32
    /// Where its wires stand in ``hops``.
    var firstHop: Int32
    var lastHop: Int32
    var latency: Int64
  }

  private struct Hop {
    var wire: Int32
    var link: LinkModel
  }

  private var pairs = ContiguousArray<Pair>()
  private var hops = ContiguousArray<Hop>()
  /// How long each message occupies the first wire of its route.
  private let occupancy: ContiguousArray<Int64>
  private let bytes: ContiguousArray<Int>
  /// When each wire has sent its last message.
  private(set) var freeAt: ContiguousArray<Int64>
  /// Per wire, in the order of sending.
  private var waiting: ContiguousArray<[Waiting]>

  init(_ flat: FlatProgram, _ model: MachineModel) {
    var ends = [(from: Int, to: Int)](repeating: (0, 0), count: flat.links)
    for channel in flat.channels { ends[Int(channel.link)] = (Int(channel.from), Int(channel.to)) }
    var count = 0
    switch model.carrier {
    case .uniform(let plain):
      let link = plain.faster(model.messageSpeed)
      for number in ends.indices { Self.add([(Int32(number), link)], to: &pairs, &hops) }
      count = ends.count
    case .routed(let machine):
      var numbers: [Wire: Int32] = [:]
      for (from, to) in ends {
        let route = machine.route(from: from, to: to).map { wire -> (Int32, LinkModel) in
          let number = numbers[wire] ?? Int32(numbers.count)
          numbers[wire] = number
          return (
            number,
            LinkModel(
              .emulated(latencyNanoseconds: wire.latencyNanoseconds, bytesPerSecond: wire.bytesPerSecond)
            ).faster(model.messageSpeed)
          )
        }
        Self.add(route, to: &pairs, &hops)
      }
      count = numbers.count
    }
    freeAt = ContiguousArray(repeating: 0, count: count)
    waiting = ContiguousArray(repeating: [], count: count)
    bytes = flat.messageBytes
    if case .uniform(let plain) = model.carrier {
      let link = plain.faster(model.messageSpeed)
      occupancy = ContiguousArray(bytes.map { link.occupancyPicoseconds(bytes: $0) })
      return
    }
    var occupancy = ContiguousArray<Int64>(repeating: 0, count: bytes.count)
    for instruction in flat.instructions where instruction.kind == .send {
      let pair = pairs[Int(flat.channels[Int(instruction.channel)].link)]
      guard pair.firstHop < pair.lastHop else { continue }
      let message = Int(instruction.message)
      occupancy[message] = hops[Int(pair.firstHop)].link.occupancyPicoseconds(bytes: bytes[message])
    }
    self.occupancy = occupancy
  }

  private static func add(
    _ route: [(wire: Int32, link: LinkModel)], to pairs: inout ContiguousArray<Pair>,
    _ hops: inout ContiguousArray<Hop>
  ) {
    let first = Int32(hops.count)
    hops += route.map { Hop(wire: $0.wire, link: $0.link) }
    let latency = route.reduce(Int64(0)) { sum, hop in
      min(sum + min(max(hop.link.latencyPicoseconds, 0), SimulatedTime.longest), SimulatedTime.longest)
    }
    pairs.append(
      Pair(
        wire: route.count == 1 ? route[0].wire : -1, firstHop: first, lastHop: Int32(hops.count), latency: latency))
  }

  /// The first wire between two devices; nil where words need none.
  func firstWire(of number: Int) -> Int? {
    let pair = pairs[number]
    return pair.firstHop < pair.lastHop ? Int(hops[Int(pair.firstHop)].wire) : nil
  }

  /// Puts a message behind those that wait for a wire; true where none did.
  mutating func wait(_ message: Waiting, before wire: Int) -> Bool {
    waiting[wire].append(message)
    return waiting[wire].count == 1
  }

  /// The message that a wire takes next, which leaves the queue; the first sent of those with the best priority.
  mutating func next(before wire: Int) -> Waiting? {
    var best: Int?
    for place in waiting[wire].indices
    where best == nil || waiting[wire][place].priority < waiting[wire][best!].priority {
      best = place
    }
    return best.map { waiting[wire].remove(at: $0) }
  }

  func isAwaited(_ wire: Int) -> Bool { !waiting[wire].isEmpty }

  /// Puts a message on its way at `now`: when its first wire took it up, when its last byte left the last wire, and when it
  /// is readable.
  @inline(__always)
  mutating func carry(_ message: Int, pair number: Int, now: Int64) -> (start: Int64, left: Int64, readable: Int64) {
    let pair = pairs[number]
    guard pair.wire >= 0 else { return carry(message, along: pair, now: now) }
    let wire = Int(pair.wire)
    let start = max(now, freeAt[wire])
    let left = start + occupancy[message]
    freeAt[wire] = left
    return (start, left, left + pair.latency)
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
      freeAt[Int(hop.wire)] = head + occupied
      tail = max(tail, head + occupied)
      if tail > SimulatedTime.limit { break }
    }
    return (first, tail, tail + pair.latency)
  }
}
