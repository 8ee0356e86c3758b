import Diagnostics
import Foundation

@testable import Datasets

/// A directory of its own for one test, removed with the value.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("partita-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file and returns its path.
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }

  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }
}

/// What is wrong with a set; empty if it loads.
func problems(_ source: DataSource) -> [Diagnostic] {
  do throws(DiagnosticList) {
    _ = try source.load(seed: 1)
    return []
  } catch {
    return error.all
  }
}

/// An IDX file of unsigned bytes.
func idx(_ extents: [Int], _ content: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = [0, 0, 8, UInt8(extents.count)]
  for extent in extents {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: extent >> shift)) }
  }
  return bytes + content
}
