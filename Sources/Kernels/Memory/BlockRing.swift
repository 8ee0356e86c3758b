/// The instants of a message on its way, in nanoseconds since the run's start.
public struct MessageInstants: Hashable, Sendable {
  /// The sender turned to sending it.
  public var senderReady: Int64
  /// The link took it up.
  public var transferStart: Int64
  /// The receiver may read it.
  public var readableAt: Int64

  public init(senderReady: Int64, transferStart: Int64, readableAt: Int64) {
    self.senderReady = senderReady
    self.transferStart = transferStart
    self.readableAt = readableAt
  }
}

/// Room for a fixed number of blocks on their way from one thread to another: the storage of a channel, which orders
/// the accesses. Positions count messages from the beginning and wrap around the room there is.
public final class BlockRing: @unchecked Sendable {
  // Sendable: a place belongs to the sender until the channel publishes it and to the receiver until it is given back.

  /// Messages that find room at once.
  public let capacity: Int
  private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<BlockHeader>?>
  private let times: UnsafeMutablePointer<MessageInstants>

  /// An empty ring; `capacity` is at least 1.
  public init(capacity: Int) {
    precondition(capacity > 0, "a ring has room for at least one block")
    self.capacity = capacity
    blocks = .allocate(capacity: capacity)
    blocks.initialize(repeating: nil, count: capacity)
    times = .allocate(capacity: capacity)
    times.initialize(repeating: MessageInstants(senderReady: 0, transferStart: 0, readableAt: 0), count: capacity)
  }

  deinit {
    for place in 0..<capacity { if let header = blocks[place] { BlockPool.bringHome(header) } }
    blocks.deallocate()
    times.deallocate()
  }

  /// Puts message number `position` into its place, which is empty.
  public func put(_ block: consuming Block, instants: MessageInstants, at position: Int) {
    let place = position % capacity
    precondition(blocks[place] == nil, "the ring's place \(place) is taken")
    blocks[place] = block.release()
    times[place] = instants
  }

  /// Takes message number `position`, which was put there.
  public func take(at position: Int) -> Block {
    let place = position % capacity
    guard let header = blocks[place] else { preconditionFailure("the ring's place \(place) is empty") }
    blocks[place] = nil
    return Block(owning: header)
  }

  /// The instants of message number `position`, which was put there.
  public func instants(at position: Int) -> MessageInstants { times[position % capacity] }
}
