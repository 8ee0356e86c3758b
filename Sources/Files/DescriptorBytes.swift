import Foundation

/// Reading and writing of open files, whatever they are, with the system's own errors.
public enum DescriptorBytes {
  /// What is read or written at once.
  static let piece = 1 << 18

  /// Writes all bytes. A reader that went away is no error: the rest is not written.
  ///
  /// - Throws: what the system said.
  public static func write(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(piece))
      let written = Foundation.write(descriptor, part, part.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno == EPIPE {
        return
      } else {
        try wait(for: descriptor, to: POLLOUT)
      }
    }
  }

  /// The next bytes, as many as come at once; none at the end.
  ///
  /// - Throws: what the system said.
  static func read(_ descriptor: Int32, atMost most: Int = piece) throws(FileFailure) -> ArraySlice<UInt8> {
    var bytes = [UInt8](repeating: 0, count: most)
    while true {
      let count = Foundation.read(descriptor, &bytes, most)
      if count >= 0 { return bytes[..<count] }
      try wait(for: descriptor, to: POLLIN)
    }
  }

  /// After a call that came to nothing: returns when it is worth another one.
  ///
  /// - Throws: an error that stays.
  private static func wait(for descriptor: Int32, to event: Int32) throws(FileFailure) {
    if errno == EINTR { return }
    guard errno == EAGAIN else { throw .ofSystem }
    var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    _ = poll(&request, 1, -1)
  }
}
