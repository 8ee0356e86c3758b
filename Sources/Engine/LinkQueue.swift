import Kernels
import Machines

/// One direction between two devices: messages of all its channels follow one another on the link.
///
/// `transfer start = max(ready, link free)`, `link free = transfer start + bytes / bandwidth`,
/// `readable = transfer start + latency + bytes / bandwidth`. Latency does not occupy the link.
struct LinkQueue: Hashable, Sendable {
  let link: Link
  /// When the last message has left the link.
  private(set) var freeAt: Int64 = 0

  init(_ link: Link) { self.link = link }

  /// Hands a message over at `now`, whose sender turned to it at `ready`.
  mutating func carry(bytes: Int, ready: Int64, now: Int64) -> MessageInstants {
    carry(occupancy: link.occupancyNanoseconds(bytes: bytes), ready: ready, now: now)
  }

  /// The same with the time that the message occupies the link known already.
  mutating func carry(occupancy: Int64, ready: Int64, now: Int64) -> MessageInstants {
    let start = max(now, freeAt)
    freeAt = start + occupancy
    return MessageInstants(
      senderReady: ready, transferStart: start, readableAt: start + link.latencyNanoseconds + occupancy)
  }
}
