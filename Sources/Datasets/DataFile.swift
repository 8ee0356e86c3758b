import Diagnostics
import Foundation

/// A file of samples, read from its start to its end and inflated on the way where it is compressed. Pipes and devices are
/// read like files.
final class DataFile {
  /// As the user wrote it.
  let name: String
  /// The scene's field that names it, as `data.images`.
  let path: String
  /// Bytes of the contents, where that is known before they are read: of a regular file that is not compressed.
  private(set) var size: Int?

  private let handle: FileHandle
  private var inflater: Inflater?
  /// Contents that were read from the file and not yet asked for.
  private var piece: ArraySlice<UInt8> = []
  private static let pieceBytes = 1 << 20

  /// - Throws: a missing, unreadable, empty or damaged file.
  init(_ name: String, field: String) throws(DiagnosticList) {
    self.name = name
    path = "data.\(field)"
    let url = URL(fileURLWithPath: name)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw DiagnosticList("there is no file '\(name)'", path: path, hint: "looked for \(url.standardizedFileURL.path)")
    }
    if isDirectory.boolValue {
      throw DiagnosticList("'\(name)' is a directory", path: path, hint: "name a file in it")
    }
    do {
      handle = try FileHandle(forReadingFrom: url)
    } catch {
      throw DiagnosticList("cannot read '\(name)': \(error.localizedDescription)", path: path)
    }
    size = Self.regularSize(url)
    let start = try raw()
    if start.starts(with: Inflater.magic) {
      size = nil
      inflater = try inflating { () throws(Inflater.Failure) in try Inflater(start) }
    } else {
      piece = start[...]
    }
    if piece.isEmpty { piece = try next() }
    if piece.isEmpty { throw DiagnosticList("'\(name)' is empty", path: path) }
  }

  deinit { try? handle.close() }

  /// Whether a look into the file leaves it as it was: what a pipe has given is gone.
  static func canBeReadTwice(_ name: String) -> Bool { regularSize(URL(fileURLWithPath: name)) != nil }

  /// The next `count` bytes of the contents, fewer only at their end.
  ///
  /// - Throws: a file that cannot be read or whose compressed data are damaged.
  func read(_ count: Int) throws(DiagnosticList) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      if piece.isEmpty { piece = try next() }
      if piece.isEmpty { break }
      let part = piece.prefix(count - bytes.count)
      bytes += part
      piece = piece[part.endIndex...]
    }
    return bytes
  }

  /// The next bytes of the contents, as many as come at once; none at their end.
  func readPiece() throws(DiagnosticList) -> ArraySlice<UInt8> {
    if piece.isEmpty { piece = try next() }
    defer { piece = [] }
    return piece
  }

  /// A problem with this file.
  func refuse(_ message: String, hint: String? = nil) -> DiagnosticList {
    DiagnosticList("'\(name)': \(message)", path: path, hint: hint)
  }

  private func next() throws(DiagnosticList) -> ArraySlice<UInt8> {
    guard let inflater else { return try raw()[...] }
    while true {
      let made = try inflating { () throws(Inflater.Failure) in try inflater.next() }
      if !made.isEmpty || inflater.isAtEnd { return made[...] }
      try inflater.feed(raw())
    }
  }

  private func raw() throws(DiagnosticList) -> [UInt8] {
    do {
      return [UInt8](try handle.read(upToCount: Self.pieceBytes) ?? Data())
    } catch {
      throw DiagnosticList("cannot read '\(name)': \(error.localizedDescription)", path: path)
    }
  }

  private func inflating<Value>(_ body: () throws(Inflater.Failure) -> Value) throws(DiagnosticList) -> Value {
    do {
      return try body()
    } catch {
      throw refuse(error.message, hint: "fetch or compress the file again")
    }
  }

  private static func regularSize(_ url: URL) -> Int? {
    let file = url.resolvingSymlinksInPath()
    guard let facts = try? FileManager.default.attributesOfItem(atPath: file.path),
      facts[.type] as? FileAttributeType == .typeRegular
    else { return nil }
    return facts[.size] as? Int
  }
}
