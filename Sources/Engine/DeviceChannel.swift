import Kernels
import Synchronization

/// Why a channel was closed.
enum Closing: Hashable, Sendable {
  /// The run ended, by itself or by its user.
  case ended
  /// A device failed.
  case failed(device: Int)

  init?(code: Int) {
    switch code {
    case 0: return nil
    case 1: self = .ended
    default: self = .failed(device: code - 2)
    }
  }

  var code: Int {
    switch self {
    case .ended: 1
    case .failed(let device): device + 2
    }
  }
}

/// A bounded queue of blocks from one device's thread to another's, with room set aside from the beginning. Blocks
/// move; the channel copies nothing, locks nothing and sleeps nowhere: who finds it empty or full parks at its own
/// ``Parker``.
final class DeviceChannel: Sendable {
  /// Its number in the program.
  let number: Int
  private let ring: BlockRing
  private let sender: Parker
  private let receiver: Parker
  /// Messages sent and received since the beginning; each is written by one side alone.
  private let sent = Atomic<Int>(0)
  private let received = Atomic<Int>(0)
  /// Bytes sent since the beginning; written by the sender alone.
  private let sentBytes = Atomic<Int>(0)
  private let closing = Atomic<Int>(0)

  init(number: Int, capacity: Int, sender: Parker, receiver: Parker) {
    self.number = number
    self.sender = sender
    self.receiver = receiver
    ring = BlockRing(capacity: capacity)
  }

  /// Messages that a sender need not wait for.
  var capacity: Int { ring.capacity }

  // MARK: - Sender's side

  /// True while a message would find room.
  var hasRoom: Bool {
    sent.load(ordering: .relaxed) - received.load(ordering: .sequentiallyConsistent) < ring.capacity
  }

  /// Moves a block into the channel, which has room, and wakes a receiver that waits for it.
  func send(_ block: consuming Block, instants: MessageInstants) {
    let position = sent.load(ordering: .relaxed)
    sentBytes.store(sentBytes.load(ordering: .relaxed) + 4 * block.words, ordering: .relaxed)
    ring.put(block, instants: instants, at: position)
    sent.store(position + 1, ordering: .sequentiallyConsistent)
    receiver.wake(.arrival(channel: number))
  }

  // MARK: - Receiver's side

  /// The instants of the next message; nil while there is none.
  var next: MessageInstants? {
    let position = received.load(ordering: .relaxed)
    return sent.load(ordering: .sequentiallyConsistent) > position ? ring.instants(at: position) : nil
  }

  /// Moves the next block, which is there, out of the channel and wakes a sender that waits for room.
  func receive() -> Block {
    let position = received.load(ordering: .relaxed)
    let block = ring.take(at: position)
    received.store(position + 1, ordering: .sequentiallyConsistent)
    sender.wake(.room(channel: number))
    return block
  }

  // MARK: - Anybody's

  /// Closes the channel for good and wakes both ends; the first reason stays.
  func close(_ reason: Closing) {
    _ = closing.compareExchange(expected: 0, desired: reason.code, ordering: .sequentiallyConsistent)
    sender.wake()
    receiver.wake()
  }

  /// Why the channel was closed; nil while it is open.
  var closed: Closing? { Closing(code: closing.load(ordering: .sequentiallyConsistent)) }

  /// What the channel was given since the beginning, as far as an onlooker can tell.
  var carried: (messages: Int, bytes: Int) { (sent.load(ordering: .relaxed), sentBytes.load(ordering: .relaxed)) }

  /// Messages that are on their way, as far as an onlooker can tell.
  var underWay: Int { max(0, sent.load(ordering: .relaxed) - received.load(ordering: .relaxed)) }
}
