import CZlib

/// Compresses a stream of bytes as gzip (RFC 1952), piece by piece. The same bytes give the same file: no time stands in it.
final class GzipCompressor {
  private var stream = z_stream()
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)

  /// Nil where zlib cannot start.
  init?() {
    let gzip: Int32 = 15 + 16
    let status = deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return nil }
  }

  deinit { deflateEnd(&stream) }

  /// What of the file is certain after these bytes; with `isLast` all the rest of it.
  func compress(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    var output: [UInt8] = []
    var input = bytes
    input.withUnsafeMutableBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      repeat {
        let made = chunk.withUnsafeMutableBufferPointer { target in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
          return target.count - Int(stream.avail_out)
        }
        output += chunk[..<made]
      } while stream.avail_out == 0
    }
    return output
  }
}
