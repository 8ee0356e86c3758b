import CThreads
import Dispatch
import Foundation

/// An operating-system thread with a name, to be joined.
final class NamedThread: Sendable {
  /// Room for what kernels keep on the stack.
  static let stackBytes = 8 << 20

  private let done = DispatchSemaphore(value: 0)

  /// Starts `body` on a thread of its own.
  init(name: String, _ body: @escaping @Sendable () -> Void) {
    let done = done
    let thread = Thread {
      Self.setName(name)
      body()
      done.signal()
    }
    thread.stackSize = Self.stackBytes
    thread.start()
  }

  /// Waits for the body's end; once.
  func join() { done.wait() }

  /// Names the calling thread for debuggers and `top`. The thread does it itself: before it has begun, its name may be
  /// lost.
  static func setName(_ name: String) {
    #if os(Linux)
      tell("/proc/thread-self/comm", name)
    #else
      Thread.current.name = name
    #endif
  }

  /// Keeps the calling thread on one of the processors that the process may use, counted from 0, if that is possible.
  static func bind(toProcessor number: Int) { _ = threads_bind(Int32(number)) }

  /// Asks that the calling thread's timed waits end when they should: a Linux thread's may end 50 µs late by default.
  static func setPreciseTimers() {
    #if os(Linux)
      guard let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"),
        let number = own.split(separator: "/").last
      else { return }
      tell("/proc/\(number)/timerslack_ns", "1000")
    #endif
  }

  #if os(Linux)
    /// Writes to one of the kernel's files; where that is not allowed the thread stays as it is.
    private static func tell(_ path: String, _ text: String) {
      guard let file = FileHandle(forWritingAtPath: path) else { return }
      try? file.write(contentsOf: Data(text.utf8))
      try? file.close()
    }
  #endif
}
