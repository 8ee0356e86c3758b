import Foundation

/// A folder of its own, removed with all that is in it.
final class Folder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("partita-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: self(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  func put(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: self(name))) }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: self(name), withDestinationPath: target)
  }

  func status(_ name: String) -> stat {
    var status = stat()
    lstat(self(name), &status)
    return status
  }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
