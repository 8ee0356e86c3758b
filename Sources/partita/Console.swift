import Foundation

/// Standard output and standard error. A reader that went away is no error: the rest is not written.
enum Console {
  static func output(_ text: String) throws { try write(text, to: STDOUT_FILENO) }

  /// One block, with a line break at its end.
  static func error(_ text: String) { try? write(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO) }

  /// Text without a line break at its end.
  static func progress(_ text: String) { try? write(text, to: STDERR_FILENO) }

  /// True where a line on stderr can be drawn anew.
  static var hasProgress: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  static var errorColumns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private static func write(_ text: String, to descriptor: Int32) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = Foundation.write(descriptor, Array(bytes.prefix(1 << 16)), min(bytes.count, 1 << 16))
      if written >= 0 {
        bytes = bytes.dropFirst(written)
      } else if errno == EPIPE {
        return
      } else if errno != EINTR && errno != EAGAIN {
        throw Failure(.runFailed, "error: cannot write the output: \(String(cString: strerror(errno)))")
      }
    }
  }
}
