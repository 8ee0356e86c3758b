import Scenes
import Screens

/// A value that is being typed. What can be read takes effect at once, so that errors show while typing; leaving
/// without accepting brings the scene from before back.
public struct ValueEditor: Hashable, Sendable {
  /// The field's key.
  public var key: String
  public var field: TextField
  /// Why the text cannot be taken, while it cannot.
  public var problem: String?
  /// The scene when typing began.
  public var original: Scene

  public init(_ field: SettingField, scene: Scene) {
    key = field.key
    self.field = TextField(field.value, placeholder: field.hint)
    original = scene
  }
}

/// The open form of a layer: its place, the marked field and what is typed.
public struct LayerForm: Hashable, Sendable {
  public var layer: Int
  public var selection = 0

  public init(layer: Int) { self.layer = layer }
}
