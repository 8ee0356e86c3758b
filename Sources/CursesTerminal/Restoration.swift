import CNcurses
import Foundation

/// Gives the terminal back when the program ends in a way that runs no Swift code: a crash or `exit`.
///
/// Everything a handler touches is prepared before the handler is installed and stays in place until the process
/// ends: handlers allocate nothing, take no lock and call `write`, `tcsetattr` and `sigaction` only.
enum Restoration {
  /// What the handlers need.
  private struct Memory {
    /// 1 while the screen is taken.
    var isActive: sig_atomic_t = 0
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var settings = termios()
    /// What was in force before, by position in `crashes`.
    var previous: UnsafeMutablePointer<sigaction>
  }

  /// What ends the program at once, SIGQUIT from elsewhere included.
  private static let crashes: [Int32] = [SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS]

  nonisolated(unsafe) private static let memory: UnsafeMutablePointer<Memory> = {
    let memory = UnsafeMutablePointer<Memory>.allocate(capacity: 1)
    let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    previous.initialize(repeating: sigaction(), count: 65)
    memory.initialize(to: Memory(previous: previous))
    return memory
  }()

  /// Runs at `exit`; registered once.
  private static let atExit: Void = {
    atexit { Restoration.restore() }
  }()

  /// A stack for handlers, so that a stack overflow of this thread can be answered too.
  private static let stack: Void = {
    let size = 64 * 1024
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = .init(size)
    sigaltstack(&stack, nil)
  }()

  /// Takes note of the terminal's settings; call before curses changes them.
  static func saveSettings() {
    tcgetattr(STDIN_FILENO, &memory.pointee.settings)
  }

  /// From now on crashes and `exit` write these bytes and restore the saved settings.
  static func arm(_ bytes: [UInt8]) {
    _ = atExit
    _ = stack
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
    copy.initialize(from: bytes, count: bytes.count)
    let old = memory.pointee.bytes
    memory.pointee.bytes = copy
    memory.pointee.count = bytes.count
    old?.deallocate()
    rearm()
  }

  /// As armed before, after a ``disarm()``.
  static func rearm() {
    memory.pointee.isActive = 1
    for number in crashes {
      sigaction(number, nil, memory.pointee.previous + Int(number))
      _ = cn_handle(number, crashed)
      // What a parent left blocked would never arrive.
      cn_unblock(number)
    }
  }

  /// The screen has been given back in the regular way.
  static func disarm() {
    guard memory.pointee.isActive == 1 else { return }
    memory.pointee.isActive = 0
    for number in crashes { sigaction(number, memory.pointee.previous + Int(number), nil) }
  }

  /// Writes the bytes and restores the settings if the screen is taken. Async-signal-safe.
  static func restore() {
    guard memory.pointee.isActive == 1 else { return }
    memory.pointee.isActive = 0
    Output.write(UnsafeBufferPointer(start: memory.pointee.bytes, count: memory.pointee.count))
    // In the background the change would stop the process instead.
    cn_ignore(SIGTTOU)
    tcsetattr(STDIN_FILENO, TCSANOW, &memory.pointee.settings)
  }

  /// Restores the terminal, then lets the signal do what it does by itself. Whoever had a handler before wanted to talk to a user
  /// about the crash; nobody would see the question.
  private static let crashed: cn_handler = { number, _, _ in
    Restoration.restore()
    cn_default(number)
    raise(number)
    cn_unblock(number)
  }
}
