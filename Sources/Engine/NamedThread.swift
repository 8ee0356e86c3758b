import Dispatch
import Foundation

/// An operating-system thread with a name, to be joined.
final class NamedThread: Sendable {
  private let done = DispatchSemaphore(value: 0)

  /// Starts `body` on a thread of its own.
  init(name: String, _ body: @escaping @Sendable () -> Void) {
    let done = done
    let thread = Thread {
      Self.setName(name)
      body()
      done.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Waits for the body's end; once.
  func join() { done.wait() }

  /// Names the calling thread for debuggers and `top`; done on the thread itself, where every system accepts it.
  static func setName(_ name: String) { Thread.current.name = name }
}
