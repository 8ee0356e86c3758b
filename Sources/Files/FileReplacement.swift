import Foundation
import Synchronization

/// What is written in a file's stead until all of it is there.
final class FileReplacement {
  private let path: String
  private let temporary: String
  /// True where the file itself has to be kept: it has other names or another owner, or its folder takes no neighbours.
  private let keepsFile: Bool

  /// Files that have not taken their places yet.
  private static let unfinished = Mutex<Set<String>>([])

  private init(_ path: String, temporary: String, keepsFile: Bool) {
    self.path = path
    self.temporary = temporary
    self.keepsFile = keepsFile
    Self.unfinished.withLock { _ = $0.insert(temporary) }
  }

  deinit { remove() }

  /// - Parameter status: of the file that is there already.
  /// - Returns: where to write to.
  /// - Throws: why nothing can be written there.
  static func begin(_ path: String, status: stat?) throws(FileFailure) -> (Int32, FileReplacement) {
    let folder = PathEnd.folder(of: path)
    var made = temporaryFile(in: folder)
    var keepsFile = status.map { $0.st_nlink > 1 || $0.st_uid != geteuid() } ?? false
    if made == nil, status != nil {
      keepsFile = true
      made = temporaryFile(in: FileManager.default.temporaryDirectory.path)
    }
    guard let (descriptor, temporary) = made else { throw .ofSystem }
    let mask = umask(0)
    umask(mask)
    fchmod(descriptor, status.map { $0.st_mode & 0o777 } ?? 0o666 & ~mask)
    return (descriptor, FileReplacement(path, temporary: temporary, keepsFile: keepsFile))
  }

  static func removeUnfinished() {
    unfinished.withLock { paths in
      for path in paths { unlink(path) }
      paths = []
    }
  }

  /// Before the replacement is closed: what takes the place of something is safe on the disk first.
  func settle(_ descriptor: Int32) throws(FileFailure) {
    if access(path, F_OK) == 0, fsync(descriptor) != 0, errno != EINVAL { throw .ofSystem }
  }

  /// - Throws: why the file could not be replaced.
  func takePlace() throws(FileFailure) {
    if keepsFile {
      try overwrite()
    } else if rename(temporary, path) != 0 {
      // A file that is mounted by itself cannot be replaced, but written.
      guard errno == EBUSY || errno == EXDEV else { throw .ofSystem }
      try overwrite()
    } else {
      Self.unfinished.withLock { _ = $0.remove(temporary) }
    }
  }

  private func overwrite() throws(FileFailure) {
    let source = open(temporary, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw .ofSystem }
    defer { close(source) }
    let target = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard target >= 0 else { throw .ofSystem }
    defer { close(target) }
    while true {
      let bytes = try DescriptorBytes.read(source)
      if bytes.isEmpty { break }
      try DescriptorBytes.write(Array(bytes), to: target)
    }
    remove()
  }

  private func remove() {
    let isLeft = Self.unfinished.withLock { $0.remove(temporary) != nil }
    if isLeft { unlink(temporary) }
  }

  private static func temporaryFile(in folder: String) -> (Int32, String)? {
    var template = Array((folder + "/.partita-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return (descriptor, String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
