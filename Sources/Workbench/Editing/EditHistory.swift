import Scenes

/// The scenes before and after the one that is edited, for undo and redo.
public struct EditHistory: Sendable {
  /// What can be undone, newest last.
  public private(set) var past: [Scene] = []
  /// What can be redone, next last.
  public private(set) var future: [Scene] = []
  private let limit: Int

  public init(limit: Int = 200) { self.limit = limit }

  /// Remembers a scene that is about to be replaced.
  public mutating func record(_ scene: Scene) {
    past.append(scene)
    if past.count > limit { past.removeFirst() }
    future = []
  }

  /// The scene before `scene`.
  public mutating func undo(_ scene: Scene) -> Scene? {
    guard let last = past.popLast() else { return nil }
    future.append(scene)
    return last
  }

  /// The scene that was undone last.
  public mutating func redo(_ scene: Scene) -> Scene? {
    guard let next = future.popLast() else { return nil }
    past.append(scene)
    return next
  }
}
