import Dispatch
import Foundation
import Synchronization

/// Questions that take their time, answered on a thread. A newer question takes the place of the one before, whose answer nobody
/// gets any more.
final class LatestAnswer<Answer: Sendable>: Sendable {
  /// One question's right to answer.
  final class Ticket: Sendable {
    private let withdrawn = Atomic(false)
    /// Whether nobody wants the answer any more.
    var isWithdrawn: Bool { withdrawn.load(ordering: .relaxed) }
    fileprivate func withdraw() { withdrawn.store(true, ordering: .relaxed) }
  }

  private struct Desk: Sendable {
    var ticket: Ticket?
    var answer: Answer?
  }

  private let desk = Mutex(Desk())

  /// Asks.
  ///
  /// - Parameters:
  ///   - patience: how long to wait for the answer here; nil for as long as it takes.
  ///   - work: answers, or gives up with nil; may do so as soon as its ticket is withdrawn.
  func ask(patience: DispatchTimeInterval?, _ work: @escaping @Sendable (Ticket) -> Answer?) {
    let ticket = Ticket()
    desk.withLock { desk in
      desk.ticket?.withdraw()
      desk = Desk(ticket: ticket)
    }
    let done = DispatchSemaphore(value: 0)
    let thread = Thread { [self] in
      let answer = work(ticket)
      desk.withLock { desk in
        if desk.ticket === ticket { desk.answer = answer }
      }
      done.signal()
    }
    // Graphs are walked by recursion.
    thread.stackSize = 8 << 20
    thread.start()
    _ = done.wait(timeout: patience.map { .now() + $0 } ?? .distantFuture)
  }

  /// Nobody wants an answer any more.
  func withdraw() {
    desk.withLock { desk in
      desk.ticket?.withdraw()
      desk = Desk()
    }
  }

  /// The answer to the last question, once.
  func take() -> Answer? {
    desk.withLock { desk in
      defer { desk.answer = nil }
      return desk.answer
    }
  }
}
