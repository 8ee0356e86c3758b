import Screens

/// What lies over the panels and takes the keys.
public enum Overlay: Hashable, Sendable {
  /// The keys that count in the contexts below it.
  case help(HelpView)
  /// Commands by name.
  case palette(PaletteView)
  /// The scenes to choose from; the entry behind the last opens a file.
  case scenes(selection: Int)
  /// The kinds of layers to add.
  case layers(selection: Int)
  /// A file's name is typed.
  case path(PathPrompt)
  /// What limits the run.
  case analysis(AnalysisView)
  /// Something to read, such as why a run failed.
  case message(Notice)
  /// Something to decide, such as whether a file that exists is replaced.
  case question(Question)

  /// Whether letters are typed into a field.
  public var isTyping: Bool {
    switch self {
    case .palette, .path: true
    case .help(let view): view.isSearching
    case .scenes, .layers, .message, .analysis, .question: false
    }
  }
}

/// The help's search and scroll position.
public struct HelpView: Hashable, Sendable {
  public var filter = TextField(placeholder: "/ to search")
  public var isSearching = false
  public var scroll = 0

  public init() {}
}

/// What was typed into the palette, and which match is marked.
public struct PaletteView: Hashable, Sendable {
  public var field = TextField(placeholder: "name of a command, or q, w FILE, o SCENE, set path=value")
  public var selection = 0

  public init() {}

  /// Whether the text begins with one of the typed commands that take an argument.
  var isTypedCommand: Bool {
    let words = field.text.split(separator: " ", maxSplits: 1)
    return words.count == 2
      && ["w", "w!", "write", "save", "o", "o!", "open", "e", "e!", "edit", "set"].contains(words[0])
  }
}

/// What a file's name is asked for.
public struct PathPrompt: Hashable, Sendable {
  public enum Purpose: Hashable, Sendable {
    case open
    case save
  }

  public var purpose: Purpose
  public var field: TextField
  /// What is done when the scene is saved.
  public var then: [Effect] = []

  public init(_ purpose: Purpose, _ text: String = "") {
    self.purpose = purpose
    field = TextField(text, placeholder: "path of a scene file, ending in .yaml")
  }
}

/// A text in a dialog.
public struct Notice: Hashable, Sendable {
  public var title: String
  public var text: String
  /// Lines left out above.
  public var scroll = 0
  public var isError: Bool

  public init(_ title: String, _ text: String, isError: Bool = true) {
    self.title = title
    self.text = text
    self.isError = isError
  }
}
