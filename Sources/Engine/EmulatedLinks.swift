import Kernels
import Machines
import Programs
import Synchronization

/// One direction of an emulated link, on which the messages of any number of devices queue.
final class EmulatedWire: Sendable {
  let wire: Wire
  /// When the last message has left the wire, in nanoseconds of the run's clock.
  private let freeAt = Atomic<Int64>(0)

  init(_ wire: Wire) { self.wire = wire }

  /// Occupies the wire for `occupancy` from `earliest` on or, where it is busy, behind all that have asked before; returns
  /// when that begins.
  func occupy(from earliest: Int64, for occupancy: Int64) -> Int64 {
    var free = freeAt.load(ordering: .relaxed)
    while true {
      let start = max(earliest, free)
      let (isMine, seen) = freeAt.weakCompareExchange(
        expected: free, desired: WireTime.instant(start, after: occupancy), ordering: .relaxed)
      if isMine { return start }
      free = seen
    }
  }
}

/// The links of a run: for every channel of its program the wires that its messages pass. No thread waits here and no core is
/// burnt: a message is given the instant at which it becomes readable, and its receiver sleeps until then.
///
/// The wires' formula is that of the simulator (`s = max(s, free)`, `free = s + n/β`, `e = max(e, s + n/β)`,
/// `readable = e + Σα`), and each takes messages in the order in which they arrive; which of two messages of one instant comes
/// first is decided by whose thread is first. Where that order is the order of sending, wires are atomic counters; all other
/// messages go through an ``EmulatedNetwork``.
final class EmulatedLinks: Sendable {
  /// The wires of one channel.
  private struct Route: Sendable {
    var wires: [EmulatedWire] = []
    var latencyNanoseconds: Int64 = 0
    var isInNetwork = false

    /// Occupies the wires one behind the other from `now` on: when the first takes the message up, and when its last byte has
    /// left the last one.
    func pass(from now: Int64, bytes: Int) -> (start: Int64, left: Int64) {
      var (start, head, tail) = (now, now, now)
      for (place, wire) in wires.enumerated() {
        let occupancy = wire.wire.occupancyNanoseconds(bytes: bytes)
        head = wire.occupy(from: head, for: occupancy)
        if place == 0 { start = head }
        tail = max(tail, WireTime.instant(head, after: occupancy))
      }
      return (start, tail)
    }
  }

  /// By channel number.
  private let routes: ContiguousArray<Route>
  private let network: EmulatedNetwork?
  /// False where all devices share memory and nothing is added to any message.
  let isEmulated: Bool

  init(_ machine: Machine, channels: [Channel]) {
    let map = LinkMap(channels, on: machine)
    let wires = map.wires.map { EmulatedWire($0) }
    let areInOrder = map.areInOrderOfSending
    routes = ContiguousArray(
      map.routes.indices.map { channel in
        Route(
          wires: map.routes[channel].map { wires[$0] }, latencyNanoseconds: map.latencyNanoseconds(of: channel),
          isInNetwork: !areInOrder[channel])
      })
    network = areInOrder.allSatisfy { $0 } ? nil : EmulatedNetwork(map)
    isEmulated = !wires.isEmpty
  }

  /// Hands a message over at `now`, whose sender turned to it at `ready`.
  func carry(bytes: Int, channel: Int, ready: Int64, now: Int64) -> MessageInstants {
    let route = routes[channel]
    if route.isInNetwork, let network {
      network.append(channel: channel, bytes: bytes, ready: ready, now: now)
      return MessageInstants(senderReady: ready, transferStart: now, readableAt: .max)
    }
    let (start, left) = route.pass(from: now, bytes: bytes)
    return MessageInstants(
      senderReady: ready, transferStart: start, readableAt: WireTime.instant(left, after: route.latencyNanoseconds))
  }

  /// When a channel's next message, whose instants are as ``carry(bytes:channel:ready:now:)`` gave them, is readable; where its
  /// links have not taken it by `now`, before when it cannot be.
  func arrival(_ instants: MessageInstants, channel: Int, now: Int64) -> (isKnown: Bool, time: Int64) {
    guard instants.readableAt == .max, let network else { return (true, instants.readableAt) }
    let next = network.next(channel, at: now)
    return next.instants.map { (true, $0.readableAt) } ?? (false, next.after)
  }

  /// The instants of a message that is received at `now`.
  func receive(_ instants: MessageInstants, channel: Int, now: Int64) -> MessageInstants {
    guard instants.readableAt == .max, let network else { return instants }
    let next = network.next(channel, at: now)
    network.remove(channel)
    return next.instants ?? instants
  }
}

extension LinkMap {
  /// Of each channel whether its messages pass every wire in the order of sending, so that all their instants are known when they
  /// are handed over: no message overtakes another, and its wires are those of one pair of devices, or one that is the only wire
  /// of whoever passes it.
  fileprivate var areInOrderOfSending: [Bool] {
    if channels.havePriorities { return routes.map(\.isEmpty) }
    struct User: Hashable {
      var from: Int
      var to: Int
      var wires: Int
    }
    var users = [Set<User>](repeating: [], count: wires.count)
    for (channel, route) in zip(channels, routes) {
      for wire in route { users[wire].insert(User(from: channel.from, to: channel.to, wires: route.count)) }
    }
    return routes.map { route in
      route.allSatisfy { wire in users[wire].count == 1 || users[wire].allSatisfy { $0.wires == 1 } }
    }
  }
}
