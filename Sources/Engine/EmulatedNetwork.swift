import Kernels
import Machines
import Programs
import Synchronization

/// Links on which a message's instants are not known when it is handed over: those that several pairs of devices share beside
/// others of their routes, and all where some messages overtake others.
///
/// Each takes messages in the order in which they arrive there (``Machines/WireNetwork``). No thread waits for that: whoever
/// wants to know when a message is readable decides what the links have taken up to now, under a short lock.
final class EmulatedNetwork: Sendable {
  /// A message that its last link has not taken.
  private struct UnderWay {
    var channel: Int
    var senderReady: Int64
    var transferStart: Int64 = 0
  }

  private struct State {
    var network: WireNetwork
    var underWay: [Int: UnderWay] = [:]
    var count = 0
    /// Messages that have passed their links and that nobody has received, by channel, in order.
    var passed: [Int: [MessageInstants]] = [:]
  }

  private let map: LinkMap
  private let state: Mutex<State>

  init(_ map: LinkMap) {
    self.map = map
    state = Mutex(State(network: map.network))
  }

  /// Hands a message over at `now`, whose sender turned to it at `ready`.
  func append(channel: Int, bytes: Int, ready: Int64, now: Int64) {
    state.withLock { state in
      state.underWay[state.count] = UnderWay(channel: channel, senderReady: ready)
      state.network.handOver(
        state.count, route: channel, bytes: bytes, priority: map.channels[channel].priority, at: now)
      state.count += 1
    }
  }

  /// The instants of a channel's next message, as far as the links have taken it by `now`.
  ///
  /// - Returns: where they have not, nil and before when it cannot be readable.
  func next(_ channel: Int, at now: Int64) -> (instants: MessageInstants?, after: Int64) {
    state.withLock { state in
      while state.network.next <= now { pass(&state) }
      return (state.passed[channel]?.first, state.network.next)
    }
  }

  /// Forgets a message that was received.
  func remove(_ channel: Int) { state.withLock { _ = $0.passed[channel]?.removeFirst() } }

  private func pass(_ state: inout State) {
    state.network.round()
    for passage in state.network.passages {
      if passage.isFirst { state.underWay[passage.message]?.transferStart = passage.start }
      guard let left = passage.left, let message = state.underWay.removeValue(forKey: passage.message) else { continue }
      state.passed[message.channel, default: []].append(
        MessageInstants(
          senderReady: message.senderReady, transferStart: message.transferStart,
          readableAt: WireTime.instant(left, after: map.latencyNanoseconds(of: message.channel))))
    }
  }
}
