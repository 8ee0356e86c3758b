import Dispatch
import Foundation
import Scenes
import Synchronization
import Workbench

/// Unsaved edits of workbenches, each in a file of its own below the user's state directory. A workbench that is ended from
/// outside, or crashes, leaves its file; one that is left in the regular way removes it.
///
/// Beside each file lies another that its workbench has locked for as long as it lives: who can lock it knows that it was left.
final class KeptEditsFolder: Sendable {
  private struct Latest: Sendable {
    var text: String?
    var isWaiting = false
  }

  private let folder: URL
  private let id: String
  private let lock: Int32
  private let queue = DispatchQueue(label: "partita.kept-edits")
  private let latest = Mutex(Latest())

  /// Left files beyond this many are deleted, the oldest first.
  private static let most = 20
  private static let remark = "# unsaved edits, of "

  /// The folder in `$XDG_STATE_HOME`, or in `~/.local/state`.
  ///
  /// - Returns: nil where nothing can be kept there.
  convenience init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let base =
      environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
      ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".local/state")
    self.init(base.appending(path: "partita/unsaved"))
  }

  init?(_ folder: URL) {
    self.folder = folder
    id = "\(ProcessInfo.processInfo.processIdentifier)-\(Int(Date().timeIntervalSince1970))"
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      return nil
    }
    lock = open(Self.lockPath(id, in: folder), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { return nil }
    _ = flock(lock, LOCK_EX | LOCK_NB)
  }

  private static func lockPath(_ id: String, in folder: URL) -> String { folder.appending(path: "\(id).lock").path }
  private func file(_ id: String) -> URL { folder.appending(path: "\(id).yaml") }

  /// What earlier workbenches left, the newest first.
  func left() -> [KeptEdits] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let all = names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.filter(isLeft).map { id in
      (id: id, date: (try? file(id).resourceValues(forKeys: [.contentModificationDateKey]))?.contentModificationDate)
    }.sorted { ($0.date ?? .distantPast) > ($1.date ?? .distantPast) }
    for old in all.dropFirst(Self.most) { remove(old.id) }
    for name in names where name.hasSuffix(".lock") {
      let id = String(name.dropLast(5))
      if !names.contains("\(id).yaml"), isLeft(id) { remove(id) }
    }
    let format = DateFormatter()
    format.dateFormat = "yyyy-MM-dd HH:mm"
    return all.prefix(Self.most).map { left in
      let name = (try? read(left.id))?.scene.name
      return KeptEdits(
        id: left.id, name: name ?? left.id, date: left.date.map { format.string(from: $0) } ?? "at an unknown time")
    }
  }

  private func isLeft(_ id: String) -> Bool {
    let descriptor = open(Self.lockPath(id, in: folder), O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  /// Keeps edits, or removes what was kept; comes back at once.
  func keep(_ scene: Scene?, path: String?) {
    let isNew = latest.withLock { latest in
      latest.text = scene.map { Self.text($0, path) }
      defer { latest.isWaiting = true }
      return !latest.isWaiting
    }
    if isNew { queue.async { [self] in write() } }
  }

  /// Returns when what was to be kept is; nothing is kept any more then, and what is there was left.
  func finish() {
    queue.sync {
      unlink(Self.lockPath(id, in: folder))
      close(lock)
    }
  }

  private func write() {
    let text = latest.withLock { latest in
      latest.isWaiting = false
      return latest.text
    }
    guard let text else { return remove(id, keepingLock: true) }
    // Whole or not at all: the program may be killed here.
    let new = folder.appending(path: "\(id).new")
    let contents = Data(text.utf8)
    guard FileManager.default.createFile(atPath: new.path, contents: contents, attributes: [.posixPermissions: 0o600])
    else { return }
    rename(new.path, file(id).path)
  }

  private static func text(_ scene: Scene, _ path: String?) -> String {
    let path = path.map { URL(fileURLWithPath: $0).path }
    let name = (try? JSONEncoder().encode(path)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    return "\(remark)\(name)\n\(scene.yaml)"
  }

  /// Reads what was left, with the path of the file that the scene came from.
  func read(_ id: String) throws -> (scene: Scene, path: String?) {
    let text = String(decoding: try Data(contentsOf: file(id)), as: UTF8.self)
    let remark = text.prefix { $0 != "\n" }
    let path = try? JSONDecoder().decode(String?.self, from: Data(remark.dropFirst(Self.remark.count).utf8))
    return (try Scene(draft: text, file: file(id).path), path ?? nil)
  }

  /// Removes what was left.
  func discard(_ id: String) { queue.async { [self] in remove(id) } }

  private func remove(_ id: String, keepingLock: Bool = false) {
    unlink(file(id).path)
    unlink(folder.appending(path: "\(id).new").path)
    if !keepingLock { unlink(Self.lockPath(id, in: folder)) }
  }
}
