import Foundation

/// Why a file cannot be opened, read or written, in plain words.
public struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }

  /// What the system said last.
  static var ofSystem: FileFailure { FileFailure(String(cString: strerror(errno))) }
}

/// Where a path leads to when its links are followed, as opening it would.
enum PathEnd: Hashable {
  /// A file of this process that is open already, as `-` or `/dev/stdout`.
  case descriptor(Int32)
  /// A path whose last component is no link; there may be nothing at it.
  case path(String)

  private static let mostLinks = 40

  /// - Parameter dash: what `-` stands for; nil for a file of that name.
  /// - Throws: links that go in circles.
  init(of path: String, dash: Int32?) throws(FileFailure) {
    if path == "-", let dash {
      self = .descriptor(dash)
      return
    }
    var path = path
    for _ in 0...Self.mostLinks {
      let folder = Self.folder(of: path)
      let name = String(path[path.index(path.startIndex, offsetBy: path.count - Self.nameLength(path))...])
      if let number = Int32(name), let resolved = Self.resolved(folder), Self.holdsDescriptors(resolved) {
        self = .descriptor(number)
        return
      }
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else {
        self = .path(path)
        return
      }
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { throw .ofSystem }
      path = target.hasPrefix("/") ? target : "\(folder)/\(target)"
    }
    throw FileFailure("its links lead nowhere: they go in circles")
  }

  /// What stands before the last component, `.` where nothing does.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func nameLength(_ path: String) -> Int {
    path.lastIndex(of: "/").map { path.distance(from: $0, to: path.endIndex) - 1 } ?? path.count
  }

  /// The path without links; nil where there is nothing at it.
  private static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  /// Whether a folder is the one in which Linux shows this process's open files.
  private static func holdsDescriptors(_ folder: String) -> Bool {
    let parts = folder.split(separator: "/")
    return parts.count >= 3 && parts[0] == "proc" && parts[1] == "\(getpid())" && parts.last == "fd"
  }
}
