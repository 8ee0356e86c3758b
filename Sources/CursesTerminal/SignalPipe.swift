import CNcurses
import Foundation

/// Signals as bytes in a pipe, so that a program that waits for keys wakes up and handles them in its loop.
final class SignalPipe {
  private static let handled: [Int32] = [SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]

  /// The writing end for the handler; -1 while there is none.
  nonisolated(unsafe) private static let target: UnsafeMutablePointer<Int32> = {
    let target = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    target.initialize(to: -1)
    return target
  }()

  /// How many of each signal have come since they were last read. Who does not read for three wishes to leave is
  /// stuck, and the third does what it would do without a handler.
  nonisolated(unsafe) private static let unread: UnsafeMutablePointer<sig_atomic_t> = {
    let counts = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 65)
    counts.initialize(repeating: 0, count: 65)
    return counts
  }()

  private static let arrived: cn_handler = { number, _, _ in
    let saved = errno
    SignalPipe.unread[Int(number)] += 1
    let leaves = number == SIGTERM || number == SIGHUP || number == SIGINT
    if leaves && SignalPipe.unread[Int(number)] >= 3 {
      Restoration.restore()
      cn_default(number)
      raise(number)
    }
    var byte = UInt8(number)
    _ = write(SignalPipe.target.pointee, &byte, 1)
    errno = saved
  }

  /// The reading end, for `poll`.
  let descriptor: Int32
  private let writer: Int32
  private var previous: [(number: Int32, action: sigaction)] = []

  /// Takes note of the handlers in force; call before curses installs its own.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    descriptor = ends[0]
    writer = ends[1]
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    for number in Self.handled {
      var action = sigaction()
      sigaction(number, nil, &action)
      previous.append((number, action))
    }
  }

  /// Installs the handlers over those of curses. What was ignored before, as under `nohup`, stays ignored; what a parent
  /// left blocked is let through, or no resize would ever be noticed.
  func install() {
    Self.target.pointee = writer
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for number in Self.handled { sigaddset(&wanted, number) }
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    for (number, action) in previous {
      Self.unread[Int(number)] = 0
      var action = action
      if cn_is_ignored(&action), number != SIGWINCH, number != SIGCONT { cn_ignore(number) } else { handle(number) }
    }
  }

  /// Handles one signal (again).
  func handle(_ number: Int32) { _ = cn_handle(number, Self.arrived) }

  /// The next signal's number, or nil.
  func next() -> Int32? {
    var byte: UInt8 = 0
    guard read(descriptor, &byte, 1) == 1 else { return nil }
    Self.unread[Int(byte)] = 0
    return Int32(byte)
  }

  /// Puts back the handlers that were in force.
  func close() {
    for (number, action) in previous {
      var action = action
      sigaction(number, &action, nil)
    }
    Self.target.pointee = -1
    _ = Foundation.close(descriptor)
    _ = Foundation.close(writer)
  }
}
