import Scenes

/// How the workbench reads and writes scenes; tests use others than the disk.
public struct SceneFiles {
  /// Reads a preset by name, or a file by path; tells the path where it is a file.
  public var load: (String) throws -> (scene: Scene, path: String?)
  /// Writes a scene; returns why not where the file exists and is not to be replaced unasked.
  public var save: (SaveOrder) throws -> SaveObstacle?
  /// Keeps edits for the case that the program is ended from outside; nil where there are none to lose. Comes back at once.
  public var keep: (_ unsaved: Scene?, _ path: String?) -> Void
  /// Reads edits that were kept. They stay kept until their new owner's are.
  public var recover: (_ id: String) throws -> (scene: Scene, path: String?)
  /// Deletes edits that were kept.
  public var discard: (_ id: String) -> Void

  public init(
    load: @escaping (String) throws -> (scene: Scene, path: String?),
    save: @escaping (SaveOrder) throws -> SaveObstacle?,
    keep: @escaping (_ unsaved: Scene?, _ path: String?) -> Void = { _, _ in },
    recover: @escaping (_ id: String) throws -> (scene: Scene, path: String?) = { id in throw NothingKept(id: id) },
    discard: @escaping (_ id: String) -> Void = { _ in }
  ) {
    self.load = load
    self.save = save
    self.keep = keep
    self.recover = recover
    self.discard = discard
  }

  /// Nobody keeps edits.
  public struct NothingKept: Error, Hashable, Sendable, CustomStringConvertible {
    public var id: String
    public init(id: String) { self.id = id }
    public var description: String { "no edits are kept under '\(id)'" }
  }
}
