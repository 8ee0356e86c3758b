import Kernels
import Synchronization

/// Messages in front of an emulated link on which some overtake others.
///
/// The link takes the first by priority whenever it is free. No thread waits for that: whoever wants to know when a message is
/// readable decides what the link has taken up to now. A short lock guards the queue, which only runs have whose channels have
/// priorities.
final class PriorityQueue: Sendable {
  private struct Waiting {
    var channel: Int
    var priority: Int
    var bytes: Int
    var ready: Int64
    var sentAt: Int64
  }

  private struct State {
    /// In the order of sending.
    var waiting: [Waiting] = []
    /// Messages that the link has taken and nobody has received, by channel, in order.
    var taken: [Int: [MessageInstants]] = [:]
  }

  private let wire: EmulatedWire
  private let state = Mutex(State())

  /// - Parameter wire: The first that messages pass.
  init(_ wire: EmulatedWire) { self.wire = wire }

  /// Adds a message that was handed over at `now`.
  func append(channel: Int, priority: Int, bytes: Int, ready: Int64, now: Int64) {
    state.withLock {
      $0.waiting.append(Waiting(channel: channel, priority: priority, bytes: bytes, ready: ready, sentAt: now))
    }
  }

  /// The instants of a channel's next message, as far as the link has taken it by `now`.
  ///
  /// - Parameter route: The wires of every channel.
  /// - Returns: where it has not been taken, nil and before when it cannot be readable.
  func next(
    _ channel: Int, at now: Int64, _ route: (Int) -> EmulatedLinks.Route
  ) -> (instants: MessageInstants?, after: Int64) {
    state.withLock { state in
      var after = now
      while let first = state.waiting.map(\.sentAt).min() {
        let free = max(wire.free, first)
        after = free
        if free > now { break }
        take(&state, at: free, route)
      }
      return (state.taken[channel]?.first, after)
    }
  }

  /// Forgets a message that was received.
  func remove(_ channel: Int) { state.withLock { _ = $0.taken[channel]?.removeFirst() } }

  private func take(_ state: inout State, at now: Int64, _ route: (Int) -> EmulatedLinks.Route) {
    var best: Int?
    for place in state.waiting.indices where state.waiting[place].sentAt <= now {
      if best == nil || state.waiting[place].priority < state.waiting[best!].priority { best = place }
    }
    guard let best else { return }
    let message = state.waiting.remove(at: best)
    let path = route(message.channel)
    let (start, left) = path.pass(from: now, bytes: message.bytes)
    state.taken[message.channel, default: []].append(
      MessageInstants(
        senderReady: message.ready, transferStart: start, readableAt: left + path.latencyNanoseconds))
  }
}
