import Diagnostics
import Files
import Foundation

/// Standard output and standard error. A reader that went away is no error: the rest is not written.
enum Console {
  static func output(_ text: String) throws(Failure) {
    do { try DescriptorBytes.write(bytes(text), to: STDOUT_FILENO) } catch {
      throw Failure(.runFailed, "error: cannot write the output: \(error)")
    }
  }

  /// One block, with a line break at its end.
  static func error(_ text: String) {
    try? DescriptorBytes.write(bytes(text.hasSuffix("\n") ? text : text + "\n"), to: STDERR_FILENO)
  }

  /// Text over the line at hand, without a line break at its end.
  static func progress(_ text: String) {
    try? DescriptorBytes.write([UInt8(ascii: "\r")] + bytes(text), to: STDERR_FILENO)
  }

  /// Takes the places of standard streams that the program began without: a file that is opened for something else must not
  /// become one of them.
  static func claimStreams() {
    for (stream, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    where fcntl(stream, F_GETFD) < 0 {
      let descriptor = open("/dev/null", mode)
      if descriptor >= 0, descriptor != stream {
        dup2(descriptor, stream)
        close(descriptor)
      }
    }
  }

  /// True where a line on stderr can be drawn anew.
  static var hasProgress: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  static var errorColumns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Nothing but line breaks and tabs is hidden in what a terminal gets, wherever a text comes from.
  private static func bytes(_ text: String) -> [UInt8] { Array(text.visibleLines.utf8) }
}
