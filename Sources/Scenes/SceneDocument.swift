import Diagnostics

/// A scene's text as a tree of nodes, before anything is known about their meaning.
struct SceneDocument {
  var root: YAMLNode
  let file: String?
  let text: String
  /// What was set from outside: path in the document and the option's text.
  var overrides: [(path: String, option: String)] = []

  /// - Throws: the place and the reason where the text is not YAML.
  init(text: String, file: String?) throws(DiagnosticList) {
    let text = text.withLineFeeds
    self.file = file
    self.text = text
    guard let root = try YAMLComposer.compose(text, file: file) else {
      throw DiagnosticList(
        "the scene is empty", location: SourceLocation(file: file, line: 1, column: 1),
        hint: "a scene has the keys \(Scene.keys.joined(separator: ", "))")
    }
    self.root = root
  }
}
