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

  /// When the last message will have left the wire.
  var free: Int64 { freeAt.load(ordering: .relaxed) }

  /// Occupies the wire for `occupancy` from `earliest` on or, where it is busy, behind all that have asked before; returns
  /// when that begins.
  func occupy(from earliest: Int64, for occupancy: Int64) -> Int64 {
    var free = freeAt.load(ordering: .relaxed)
    while true {
      let start = max(earliest, free)
      let (isMine, seen) = freeAt.weakCompareExchange(
        expected: free, desired: start + occupancy, ordering: .relaxed)
      if isMine { return start }
      free = seen
    }
  }
}

/// The links of a run: for every channel of its program the wires that its messages pass. No thread waits here and no core is
/// burnt: a message is given the instant at which it becomes readable, and its receiver sleeps until then.
///
/// The wires' formula is that of the simulator (`s = max(s, free)`, `free = s + n/β`, `e = max(e, s + n/β)`,
/// `readable = e + Σα`); which of two messages of one instant comes first is decided by whose thread is first.
final class EmulatedLinks: Sendable {
  /// The wires of one channel.
  struct Route: Sendable {
    var wires: [EmulatedWire] = []
    var latencyNanoseconds: Int64 = 0
    /// In front of the first wire, where some messages overtake others.
    var queue: PriorityQueue?
    var priority = 0

    /// Occupies the wires one behind the other from `now` on: when the first takes the message up, and when its last byte has
    /// left the last one.
    func pass(from now: Int64, bytes: Int) -> (start: Int64, left: Int64) {
      var (start, head, tail) = (now, now, now)
      for (place, wire) in wires.enumerated() {
        let occupancy = wire.wire.occupancyNanoseconds(bytes: bytes)
        head = wire.occupy(from: head, for: occupancy)
        if place == 0 { start = head }
        tail = max(tail, head + occupancy)
      }
      return (start, tail)
    }
  }

  /// By channel number.
  let routes: ContiguousArray<Route>
  /// False where all devices share memory and nothing is added to any message.
  let isEmulated: Bool

  init(_ machine: Machine, channels: [Channel]) {
    var wires: [Wire: EmulatedWire] = [:]
    var queues: [Wire: PriorityQueue] = [:]
    let havePriorities = channels.havePriorities
    routes = ContiguousArray(
      channels.map { channel in
        var route = Route()
        for wire in machine.route(from: channel.from, to: channel.to) {
          let queue = wires[wire] ?? EmulatedWire(wire)
          wires[wire] = queue
          route.wires.append(queue)
          route.latencyNanoseconds += wire.latencyNanoseconds
        }
        if havePriorities, let first = route.wires.first {
          let queue = queues[first.wire] ?? PriorityQueue(first)
          queues[first.wire] = queue
          (route.queue, route.priority) = (queue, channel.priority)
        }
        return route
      })
    isEmulated = !wires.isEmpty
  }

  /// Hands a message over at `now`, whose sender turned to it at `ready`.
  func carry(bytes: Int, channel: Int, ready: Int64, now: Int64) -> MessageInstants {
    let route = routes[channel]
    if let queue = route.queue {
      queue.append(channel: channel, priority: route.priority, bytes: bytes, ready: ready, now: now)
      return MessageInstants(senderReady: ready, transferStart: now, readableAt: .max)
    }
    let (start, left) = route.pass(from: now, bytes: bytes)
    return MessageInstants(
      senderReady: ready, transferStart: start, readableAt: left + route.latencyNanoseconds)
  }

  /// When a channel's next message, whose instants are as ``carry(bytes:channel:ready:now:)`` gave them, is readable; where its
  /// link has not taken it by `now`, before when it cannot be.
  func arrival(_ instants: MessageInstants, channel: Int, now: Int64) -> (isKnown: Bool, time: Int64) {
    guard instants.readableAt == .max, let queue = routes[channel].queue else { return (true, instants.readableAt) }
    let next = queue.next(channel, at: now) { routes[$0] }
    return next.instants.map { (true, $0.readableAt) } ?? (false, next.after)
  }

  /// The instants of a message that is received at `now`.
  func receive(_ instants: MessageInstants, channel: Int, now: Int64) -> MessageInstants {
    guard instants.readableAt == .max, let queue = routes[channel].queue else { return instants }
    let next = queue.next(channel, at: now) { routes[$0] }
    queue.remove(channel)
    return next.instants ?? instants
  }
}
