import Diagnostics
import Files

/// A file of samples, read from its start to its end and inflated on the way where it is compressed. Pipes and devices are
/// read like files.
final class DataFile {
  /// As the user wrote it.
  let name: String
  /// The scene's field that names it, as `data.images`.
  let path: String
  /// Bytes of the contents, where that is known before they are read: of a regular file that is not compressed.
  private(set) var size: Int?

  private let file: InputFile
  private var inflater: Inflater?
  /// Contents that were read from the file and not yet asked for.
  private var piece: ArraySlice<UInt8> = []

  /// - Throws: a missing, unreadable, empty or damaged file.
  init(_ name: String, field: String) throws(DiagnosticList) {
    self.name = name
    path = "data.\(field)"
    do {
      file = try InputFile(name)
    } catch {
      throw error.at("data.\(field)")
    }
    size = file.size
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
    do { return Array(try file.next()) } catch { throw error.at(path) }
  }

  private func inflating<Value>(_ body: () throws(Inflater.Failure) -> Value) throws(DiagnosticList) -> Value {
    do {
      return try body()
    } catch {
      throw refuse(error.message, hint: "fetch or compress the file again")
    }
  }
}

extension DiagnosticList {
  /// The same problems at a place of the scene.
  fileprivate func at(_ path: String) -> DiagnosticList {
    DiagnosticList(all.map { Diagnostic($0.message, path: path, location: $0.location, hint: $0.hint) })
  }
}
