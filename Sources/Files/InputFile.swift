import Diagnostics
import Foundation
import Synchronization

/// A file that is read from its start to its end: a regular one, a pipe, what a shell substitutes for a process, or standard
/// input.
public final class InputFile {
  /// As the user wrote it.
  public let name: String
  /// Bytes of a regular file; nil for everything that comes as it comes.
  public let size: Int?
  private let descriptor: Int32

  /// What this process has read, by its names: outputs of the same command keep off it.
  public static var all: [(name: String, identity: FileIdentity)] { record.withLock { $0 } }
  private static let record = Mutex<[(name: String, identity: FileIdentity)]>([])
  /// Whether standard input was read: it comes once.
  private static let hasReadStandardInput = Mutex(false)

  /// - Parameter dash: whether `-` stands for standard input.
  /// - Throws: what is not there or cannot be read.
  public init(_ name: String, dash: Bool = false) throws(DiagnosticList) {
    self.name = name
    do {
      let end = try PathEnd(of: name.withHome, dash: dash ? STDIN_FILENO : nil)
      switch end {
      case .descriptor(let number):
        if number == STDIN_FILENO { try Self.takeStandardInput() }
        // A file that is open already is read where it stands, as every program does that reads its standard input.
        descriptor = dup(number)
      case .path(let path):
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
      }
      guard descriptor >= 0 else {
        guard errno == ENOENT else { throw FileFailure.ofSystem }
        let place = URL(fileURLWithPath: name.withHome).standardizedFileURL.path
        throw DiagnosticList("there is no file '\(name)'", hint: "looked for \(place)")
      }
      var status = stat()
      fstat(descriptor, &status)
      size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
      if status.st_mode & S_IFMT == S_IFDIR {
        close(descriptor)
        throw DiagnosticList("'\(name)' is a directory", hint: "name a file in it")
      }
      if let identity = FileIdentity(end) { Self.record.withLock { $0.append((name, identity)) } }
    } catch let failure as FileFailure {
      throw DiagnosticList("cannot read '\(name)': \(failure)")
    } catch let problems as DiagnosticList {
      throw problems
    } catch {
      throw DiagnosticList("cannot read '\(name)': \(error)")
    }
  }

  deinit { close(descriptor) }

  /// Whether a look into a file leaves it as it was: what a pipe has given is gone.
  public static func canBeReadTwice(_ name: String) -> Bool {
    var status = stat()
    return stat(name.withHome, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The next bytes, as many as come at once; none at the end.
  ///
  /// - Throws: what the system says of a file that cannot be read on.
  public func next() throws(DiagnosticList) -> ArraySlice<UInt8> { try piece(atMost: DescriptorBytes.piece) }

  /// The next `count` bytes, fewer only at the end.
  ///
  /// - Throws: what the system says of a file that cannot be read on.
  public func next(_ count: Int) throws(DiagnosticList) -> [UInt8] {
    var result: [UInt8] = []
    while result.count < count {
      let bytes = try piece(atMost: min(DescriptorBytes.piece, count - result.count))
      if bytes.isEmpty { break }
      result += bytes
    }
    return result
  }

  private func piece(atMost count: Int) throws(DiagnosticList) -> ArraySlice<UInt8> {
    do { return try DescriptorBytes.read(descriptor, atMost: count) } catch {
      throw DiagnosticList("cannot read '\(name)': \(error)")
    }
  }

  /// The bytes of a whole file, or more than `limit` of a longer one.
  ///
  /// - Throws: what is not there or cannot be read.
  public static func read(_ name: String, dash: Bool = false, limit: Int = .max) throws(DiagnosticList) -> [UInt8] {
    let file = try InputFile(name, dash: dash)
    var result: [UInt8] = []
    while result.count <= limit {
      let piece = try file.next()
      if piece.isEmpty { break }
      result += piece
    }
    return result
  }

  private static func takeStandardInput() throws(DiagnosticList) {
    let isSecond = hasReadStandardInput.withLock { hasRead in
      defer { hasRead = true }
      return hasRead
    }
    if isSecond { throw DiagnosticList("standard input is named twice, but comes once") }
  }
}
