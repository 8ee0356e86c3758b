import Diagnostics
import Files
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
    let file = try OutputFile(path, dash: false)
    file.write(bytes)
    do { try file.finish() } catch { throw DiagnosticList("\(error)") }
  }

  /// Reads a file.
  ///
  /// - Throws: a missing or unreadable file, or what ``decode(_:file:)`` refuses.
  public static func read(_ path: String) throws(DiagnosticList) -> Checkpoint {
    let subject = "'\(path)'"
    let file = try InputFile(path)
    // As much as the header promises is read, and one byte more to see that nothing follows.
    let length = try headerLength(try file.next(8), of: subject)
    let table = try TensorTable(header: try file.next(length)[...], length: length, of: subject)
    guard UInt64(clamping: table.dataBytes) <= ProcessInfo.processInfo.physicalMemory / 4 else {
      throw DiagnosticList(
        "\(subject) promises \(table.dataBytes) bytes of parameters, more than this machine can hold twice",
        hint: "this is probably no file of this network's parameters")
    }
    return try table.checkpoint(try file.next(table.dataBytes + 1)[...])
  }
}
