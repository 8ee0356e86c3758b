import Scenes
import Screens

/// Edits that an earlier workbench left unsaved when it was ended from outside.
public struct KeptEdits: Hashable, Sendable {
  /// What tells them from others.
  public var id: String
  /// The scene's name.
  public var name: String
  /// When they were made, for people.
  public var date: String

  public init(id: String, name: String, date: String) {
    self.id = id
    self.name = name
    self.date = date
  }
}

extension WorkbenchState {
  /// Whether the scene differs from the one that was opened or saved.
  public var isEdited: Bool { savedScene != scene }

  /// The scene where it would be lost with the program.
  public var unsavedScene: Scene? { isEdited ? scene : nil }

  /// Shows edits that were kept; they are as unsaved as they were.
  mutating func recover(_ scene: Scene, path: String?, id: String) -> [Effect] {
    keptEdits.removeAll { $0.id == id }
    let effects = show(scene, path: path)
    savedScene = nil
    note = Line("these edits of \(scene.name) are not saved yet", role: .warning)
    return effects
  }

  /// A word about kept edits; nil where there are none.
  var keptEditsNote: Line? {
    guard let first = keptEdits.first else { return nil }
    let more = keptEdits.count > 1 ? ", and \(keptEdits.count - 1) more" : ""
    return Line("unsaved edits of \(first.name) were kept (\(first.date)\(more)): o offers them", role: .warning)
  }
}
