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
  }

  /// By channel number.
  let routes: ContiguousArray<Route>
  /// False where all devices share memory and nothing is added to any message.
  let isEmulated: Bool

  init(_ machine: Machine, channels: [Channel]) {
    var wires: [Wire: EmulatedWire] = [:]
    routes = ContiguousArray(
      channels.map { channel in
        var route = Route()
        for wire in machine.route(from: channel.from, to: channel.to) {
          let queue = wires[wire] ?? EmulatedWire(wire)
          wires[wire] = queue
          route.wires.append(queue)
          route.latencyNanoseconds += wire.latencyNanoseconds
        }
        return route
      })
    isEmulated = !wires.isEmpty
  }

  /// Hands a message over at `now`, whose sender turned to it at `ready`.
  func carry(bytes: Int, channel: Int, ready: Int64, now: Int64) -> MessageInstants {
    var (start, head, tail) = (now, now, now)
    let route = routes[channel]
    for (place, wire) in route.wires.enumerated() {
      let occupancy = wire.wire.occupancyNanoseconds(bytes: bytes)
      head = wire.occupy(from: head, for: occupancy)
      if place == 0 { start = head }
      tail = max(tail, head + occupancy)
    }
    return MessageInstants(senderReady: ready, transferStart: start, readableAt: tail + route.latencyNanoseconds)
  }
}
