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
    let url = URL(fileURLWithPath: path)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw DiagnosticList("there is no file '\(path)'", hint: "looked for \(url.standardizedFileURL.path)")
    }
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Data(contentsOf: url))
    } catch {
      throw DiagnosticList("cannot read '\(path)': \(error.localizedDescription)")
    }
    return try decode(bytes, file: path)
  }
}
