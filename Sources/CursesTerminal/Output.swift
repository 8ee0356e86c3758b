import Foundation

/// Bytes for the terminal that curses does not know of.
enum Output {
  /// Writes them at once. Async-signal-safe.
  static func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while start < bytes.count, let base = bytes.baseAddress {
      let written = Foundation.write(STDOUT_FILENO, base + start, bytes.count - start)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      start += written
    }
  }

  static func write(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { write($0) } }
}
