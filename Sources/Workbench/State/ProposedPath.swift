extension WorkbenchState {
  /// The file that a save proposes: the one that the scene came from, or one in the working directory that is called like it.
  var proposedPath: String { path ?? Self.fileName(for: scene.name) }

  /// A name of a file for a scene, whatever the scene's name holds: letters, digits, `-`, `_` and dots inside stay, anything else
  /// between them is a hyphen. So it names no other directory, no hidden file and no option.
  static func fileName(for name: String) -> String {
    func isPlain(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || "_.".contains(character)
    }
    let words = name.split { !isPlain($0) }.map { word in
      word.drop { $0 == "." }.reversed().drop { $0 == "." }.reversed()
    }
    let plain = words.filter { !$0.isEmpty }.map { String($0) }.joined(separator: "-")
    // Most file systems end at 255 bytes.
    var short = plain.prefix(120)
    while short.utf8.count > 240 { short.removeLast() }
    return short.isEmpty ? "scene.yaml" : "\(short).yaml"
  }
}
