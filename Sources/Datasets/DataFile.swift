import CZlib
import Diagnostics
import Foundation

/// A file of samples in memory, inflated if it was compressed.
struct DataFile {
  /// As the user wrote it.
  let name: String
  /// The scene's field that names it, as `data.images`.
  let path: String
  let bytes: [UInt8]

  /// - Throws: a missing, unreadable, empty or damaged file.
  init(_ name: String, field: String) throws(DiagnosticList) {
    self.name = name
    path = "data.\(field)"
    let url = URL(fileURLWithPath: name)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw DiagnosticList("there is no file '\(name)'", path: path, hint: "looked for \(url.standardizedFileURL.path)")
    }
    if isDirectory.boolValue {
      throw DiagnosticList("'\(name)' is a directory", path: path, hint: "name a file in it")
    }
    let raw: [UInt8]
    do {
      raw = [UInt8](try Data(contentsOf: url))
    } catch {
      throw DiagnosticList("cannot read '\(name)': \(error.localizedDescription)", path: path)
    }
    if raw.starts(with: Gzip.magic) {
      do throws(Gzip.Failure) {
        bytes = try Gzip.inflate(raw)
      } catch {
        throw DiagnosticList("'\(name)': \(error.message)", path: path, hint: "fetch or compress the file again")
      }
    } else {
      bytes = raw
    }
    if bytes.isEmpty { throw DiagnosticList("'\(name)' is empty", path: path) }
  }

  /// A problem with this file.
  func refuse(_ message: String, hint: String? = nil) -> DiagnosticList {
    DiagnosticList("'\(name)': \(message)", path: path, hint: hint)
  }
}

/// gzip (RFC 1952) by zlib.
enum Gzip {
  static let magic: [UInt8] = [0x1f, 0x8b]

  struct Failure: Error {
    var message: String
  }

  /// The contents of one or more gzip members.
  ///
  /// - Throws: truncated or damaged input, or contents over 4 GiB.
  static func inflate(_ input: [UInt8]) throws(Failure) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    repeat {
      position += try inflateMember(input, from: position, to: &output)
    } while input[position...].starts(with: magic)
    guard position == input.count else {
      throw Failure(message: "\(input.count - position) bytes follow the gzip data")
    }
    return output
  }

  /// Appends one member's contents; returns how many bytes of input it took.
  private static func inflateMember(
    _ input: [UInt8], from start: Int, to output: inout [UInt8]
  ) throws(Failure) -> Int {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Failure(message: "zlib cannot start")
    }
    defer { inflateEnd(&stream) }
    // zlib counts in 32 bits: both sides go piece by piece.
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var consumed = start
    while true {
      let available = min(input.count - consumed, 1 << 20)
      let (status, taken, made) = input.withUnsafeBufferPointer { source in
        chunk.withUnsafeMutableBufferPointer { target in
          stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress! + consumed)
          stream.avail_in = UInt32(available)
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          let status = CZlib.inflate(&stream, Z_NO_FLUSH)
          return (status, available - Int(stream.avail_in), target.count - Int(stream.avail_out))
        }
      }
      consumed += taken
      output += chunk[..<made]
      if status == Z_STREAM_END { return consumed - start }
      if status == Z_BUF_ERROR || (status == Z_OK && taken == 0 && made == 0) {
        throw Failure(message: "the gzip data end early, after \(input.count) bytes")
      }
      guard status == Z_OK else {
        let reason = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        throw Failure(message: "the gzip data are damaged near byte \(consumed): \(reason)")
      }
      if output.count > 1 << 32 { throw Failure(message: "the contents are larger than 4 GiB") }
    }
  }
}
