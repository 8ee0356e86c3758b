import Foundation

/// Which file a path names, whatever its spelling: two paths of one file have the same identity.
public enum FileIdentity: Hashable, Sendable {
  case file(device: UInt64, number: UInt64)
  /// What is not there yet: a name in a folder.
  case entry(device: UInt64, folder: UInt64, name: String)
  /// A pipe, a terminal or a device that is open already.
  case stream(Int32)

  /// Nil for what many may write to, as a terminal or `/dev/null`, and for what cannot be.
  ///
  /// - Parameter dash: what `-` stands for; nil for a file of that name.
  public init?(_ path: String, dash: Int32? = nil) {
    guard let end = try? PathEnd(of: path, dash: dash) else { return nil }
    self.init(end)
  }

  /// The file behind standard output.
  public static var standardOutput: FileIdentity? { FileIdentity(.descriptor(STDOUT_FILENO)) }

  init?(_ end: PathEnd) {
    var status = stat()
    switch end {
    case .descriptor(let number):
      guard fstat(number, &status) == 0 else { return nil }
      self =
        status.st_mode & S_IFMT == S_IFREG
        ? .file(device: UInt64(status.st_dev), number: UInt64(status.st_ino)) : .stream(number)
    case .path(let path):
      if stat(path, &status) == 0 {
        guard status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFIFO else { return nil }
        self = .file(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
      } else {
        guard stat(PathEnd.folder(of: path), &status) == 0 else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        self = .entry(device: UInt64(status.st_dev), folder: UInt64(status.st_ino), name: name)
      }
    }
  }
}
