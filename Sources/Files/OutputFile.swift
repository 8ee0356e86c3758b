import Diagnostics
import Foundation

/// A place to write to: a file, standard output (`-`), a pipe or a device.
///
/// A file appears whole or not at all: what is written goes to a neighbour that takes its place at the end. Links stay, and
/// the file that they lead to is written; a file keeps its mode, its owner and its other names. Pipes, devices and files that
/// are open already (`/dev/stdout`) are written as it comes. A name that ends in `.gz` asks for gzip.
///
/// It is opened before the work begins, so that a path that cannot be written is reported before anything is lost.
public final class OutputFile: TextOutputStream {
  /// As the user wrote it.
  public let name: String
  /// Nil where many may write.
  public let identity: FileIdentity?
  private let descriptor: Int32
  /// Nil where the path is no regular file.
  private let replacement: FileReplacement?
  private let compressor: GzipCompressor?
  private var buffer: [UInt8] = []
  private var failure: FileFailure?
  private var isFinished = false

  private static let bufferBytes = 1 << 16

  /// - Parameters:
  ///   - option: what diagnostics call the wish, as `-o`; nil where there is only one.
  ///   - dash: whether `-` stands for standard output.
  /// - Throws: a path that cannot be written.
  public init(_ name: String, option: String? = nil, dash: Bool = true) throws(DiagnosticList) {
    self.name = name
    do {
      let end = try PathEnd(of: name.withHome, dash: dash ? STDOUT_FILENO : nil)
      identity = FileIdentity(end)
      (descriptor, replacement) = try Self.open(end)
      compressor = name.lowercased().hasSuffix(".gz") ? GzipCompressor() : nil
    } catch {
      throw DiagnosticList((option.map { "\($0): " } ?? "") + "cannot write '\(name)': \(error)")
    }
  }

  deinit { if !isFinished { close(descriptor) } }

  /// Removes what no file will come of, when the program ends in the middle of its work.
  public static func removeUnfinished() { FileReplacement.removeUnfinished() }

  public func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count > Self.bufferBytes { flush() }
  }

  public func write(_ bytes: [UInt8]) {
    buffer.append(contentsOf: bytes)
    if buffer.count > Self.bufferBytes { flush() }
  }

  /// Puts the file in its place.
  ///
  /// - Throws: what could not be written.
  public func finish() throws(FileFailure) {
    flush(isLast: true)
    isFinished = true
    if failure == nil { noteFailure { () throws(FileFailure) in try replacement?.settle(descriptor) } }
    let closed = close(descriptor)
    if closed != 0, failure == nil { failure = .ofSystem }
    if failure == nil { noteFailure { () throws(FileFailure) in try replacement?.takePlace() } }
    if let failure { throw FileFailure("cannot write '\(name)': \(failure)") }
  }

  private func flush(isLast: Bool = false) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard failure == nil else { return }
    let bytes = compressor?.compress(buffer, isLast: isLast) ?? buffer
    noteFailure { () throws(FileFailure) in try DescriptorBytes.write(bytes, to: descriptor) }
  }

  private func noteFailure(_ work: () throws(FileFailure) -> Void) {
    do throws(FileFailure) { try work() } catch { failure = error }
  }

  private static func open(_ end: PathEnd) throws(FileFailure) -> (Int32, FileReplacement?) {
    switch end {
    case .descriptor(let number):
      let mode = fcntl(number, F_GETFL)
      guard mode >= 0 else { throw FileFailure(number == STDOUT_FILENO ? "standard output is closed" : "it is closed") }
      guard mode & O_ACCMODE != O_RDONLY else { throw FileFailure("it is open for reading alone") }
      let copy = dup(number)
      guard copy >= 0 else { throw .ofSystem }
      return (copy, nil)
    case .path(let path):
      var status = stat()
      let exists = stat(path, &status) == 0
      if exists, status.st_mode & S_IFMT == S_IFDIR { throw FileFailure("it is a directory") }
      if !exists, path.hasSuffix("/") { throw FileFailure("it names a directory") }
      guard exists, status.st_mode & S_IFMT != S_IFREG else {
        if exists, access(path, W_OK) != 0 { throw .ofSystem }
        return try FileReplacement.begin(path, status: exists ? status : nil)
      }
      let descriptor = Foundation.open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .ofSystem }
      return (descriptor, nil)
    }
  }
}
