import Diagnostics
import Foundation
import Synchronization

/// A file that is written whole or not at all: its text goes to a neighbour that takes its place when all is written.
///
/// It is opened before the work begins, so that a path that cannot be written is reported before anything is lost.
final class OutputFile: TextOutputStream {
  private let path: String
  /// Nil where the path is no regular file (a terminal, a pipe): that is written directly.
  private let temporary: String?
  private let handle: FileHandle
  private var buffer: [UInt8] = []
  private var failure: String?
  private var isFinished = false

  /// Neighbours that have not taken their places yet.
  private static let unfinished = Mutex<Set<String>>([])

  /// - Throws: a path that cannot be written, naming the option.
  init(_ path: String, option: String) throws(DiagnosticList) {
    func refuse(_ reason: String) -> DiagnosticList { DiagnosticList("\(option): cannot write '\(path)': \(reason)") }
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    self.path = url.path
    var status = stat()
    let exists = stat(url.path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw refuse("it is a directory") }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      guard let handle = FileHandle(forWritingAtPath: url.path) else { throw refuse(String(cString: strerror(errno))) }
      temporary = nil
      self.handle = handle
      return
    }
    if exists, access(url.path, W_OK) != 0 { throw refuse(String(cString: strerror(errno))) }
    var template = Array((url.path + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw refuse(String(cString: strerror(errno))) }
    let mask = umask(0)
    umask(mask)
    fchmod(descriptor, exists ? status.st_mode & 0o777 : 0o666 & ~mask)
    temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    if let temporary { Self.unfinished.withLock { _ = $0.insert(temporary) } }
  }

  deinit {
    guard !isFinished, let temporary else { return }
    unlink(temporary)
    Self.unfinished.withLock { _ = $0.remove(temporary) }
  }

  /// Removes what no file will come of, when the program ends in the middle of its work.
  static func removeUnfinished() {
    unfinished.withLock { paths in
      for path in paths { unlink(path) }
      paths = []
    }
  }

  func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count > 1 << 16 { flush() }
  }

  func write(_ bytes: [UInt8]) {
    buffer.append(contentsOf: bytes)
    flush()
  }

  /// Puts the file in its place.
  ///
  /// - Throws: what could not be written.
  func finish() throws {
    flush()
    if failure == nil, let temporary, rename(temporary, path) != 0 { failure = String(cString: strerror(errno)) }
    if let failure { throw Failure(.runFailed, "error: cannot write '\(path)': \(failure)") }
    isFinished = true
    if let temporary { Self.unfinished.withLock { _ = $0.remove(temporary) } }
  }

  private func flush() {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard failure == nil else { return }
    do {
      try handle.write(contentsOf: Data(buffer))
    } catch {
      failure = error.localizedDescription
    }
  }
}
