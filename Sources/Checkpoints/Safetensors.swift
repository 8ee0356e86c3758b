import Diagnostics
import Foundation

/// The file format of Hugging Face's safetensors, float32 only: 8 bytes of little-endian header length, a JSON object from
/// names to `dtype`, `shape` and `data_offsets`, then the numbers, little-endian and without holes.
public enum Safetensors {
  /// Bytes that a header may have; the reference implementation's limit.
  static let longestHeader = 100_000_000
  static let metadataKey = "__metadata__"

  /// Writes a file that appears whole or not at all.
  ///
  /// - Throws: tensors that cannot be encoded, see ``encode(_:)``, or a path that cannot be written.
  public static func write(_ checkpoint: Checkpoint, to path: String) throws(DiagnosticList) {
    let bytes = try encode(checkpoint)
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw DiagnosticList(
        "cannot write '\(path)': \(error.localizedDescription)", hint: "the directory has to exist and to be writable")
    }
  }

  /// Reads a file.
  ///
  /// - Throws: a missing or unreadable file, or what ``decode(_:file:)`` refuses.
  public static func read(_ path: String) throws(DiagnosticList) -> Checkpoint {
    let url = URL(fileURLWithPath: path.withHome)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw DiagnosticList("there is no file '\(path)'", hint: "looked for \(url.standardizedFileURL.path)")
    }
    guard !isDirectory.boolValue else { throw DiagnosticList("'\(path)' is a directory", hint: "name a file in it") }
    let subject = "'\(path)'"
    func reading<Value>(_ body: () throws -> Value) throws(DiagnosticList) -> Value {
      do {
        return try body()
      } catch {
        throw DiagnosticList("cannot read \(subject): \(error.localizedDescription)")
      }
    }
    let file = try reading { try FileHandle(forReadingFrom: url) }
    defer { try? file.close() }
    func bytes(_ count: Int) throws(DiagnosticList) -> [UInt8] {
      [UInt8](try reading { try file.read(upToCount: count) ?? Data() })
    }
    // As much as the header promises is read, and one byte more to see that nothing follows.
    let length = try headerLength(try bytes(8), of: subject)
    let table = try TensorTable(header: try bytes(length)[...], length: length, of: subject)
    guard UInt64(clamping: table.dataBytes) <= ProcessInfo.processInfo.physicalMemory / 4 else {
      throw DiagnosticList(
        "\(subject) promises \(table.dataBytes) bytes of parameters, more than this machine can hold twice",
        hint: "this is probably no file of this network's parameters")
    }
    return try table.checkpoint(try bytes(table.dataBytes + 1)[...])
  }
}
