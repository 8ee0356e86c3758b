import Scenes

/// A scene that is to be written to a file.
public struct SaveOrder: Hashable, Sendable {
  public var scene: Scene
  public var path: String
  /// Whether a file of that name may be replaced.
  public var replaces = false
  /// What is done when it is written.
  public var then: [Effect] = []

  public init(_ scene: Scene, path: String, replaces: Bool = false, then: [Effect] = []) {
    self.scene = scene
    self.path = path
    self.replaces = replaces
    self.then = then
  }
}

/// Why a file is not replaced without asking.
public enum SaveObstacle: Hashable, Sendable {
  /// It is another one than the scene came from.
  case exists
  /// The scene came from it, but somebody has changed it since.
  case changed
  /// The scene came from it; its comments would be lost.
  case commented
}
