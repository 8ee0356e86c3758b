import CZlib

/// gzip (RFC 1952) by zlib, a piece at a time: what is inflated is never larger than what is asked for.
final class Inflater {
  static let magic: [UInt8] = [0x1f, 0x8b]

  struct Failure: Error {
    var message: String
  }

  /// Whether all members and all of the file have been read.
  private(set) var isAtEnd = false
  // zlib keeps a pointer to it.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var input: [UInt8]
  private var position = 0
  /// Bytes of the file in earlier pieces.
  private var earlier = 0
  private var isFileAtEnd = false
  private var isBetweenMembers = false
  private static let outputBytes = 1 << 18

  /// - Parameter start: the first bytes of the file.
  init(_ start: [UInt8]) throws(Failure) {
    input = start
    stream.initialize(to: z_stream())
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Failure(message: "zlib cannot start")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The next bytes of the file; none at its end.
  func feed(_ bytes: [UInt8]) {
    earlier += input.count
    input = bytes
    position = 0
    isFileAtEnd = bytes.isEmpty
  }

  /// What follows in the contents; none where the file's next bytes are needed, or at the end.
  ///
  /// - Throws: truncated or damaged data.
  func next() throws(Failure) -> [UInt8] {
    if isBetweenMembers {
      guard position < input.count else {
        isAtEnd = isFileAtEnd
        return []
      }
      guard input[position] == Self.magic[0] else {
        throw Failure(message: "bytes that are not compressed follow the gzip data, at byte \(earlier + position)")
      }
      inflateReset(stream)
      isBetweenMembers = false
    }
    guard position < input.count else {
      if isFileAtEnd { throw Failure(message: "the gzip data end early, after \(earlier) bytes") }
      return []
    }
    var output = [UInt8](repeating: 0, count: Self.outputBytes)
    let available = input.count - position
    let (status, taken, made) = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.pointee.next_in = source.baseAddress! + position
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(target.count)
        let status = inflate(stream, Z_NO_FLUSH)
        return (status, available - Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
      }
    }
    position += taken
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
      throw Failure(message: "the gzip data are damaged near byte \(earlier + position): \(reason)")
    }
    isBetweenMembers = status == Z_STREAM_END
    return Array(output[..<made])
  }
}
