import Diagnostics
import Files
import Foundation
import Scenes
import Workbench

/// The scenes of the workbench on disk: presets by name, and files.
final class WorkbenchFiles {
  /// What the files held that scenes were read from or written to here, by path.
  private var known: [String: Data] = [:]
  private let kept: KeptEditsFolder?

  /// - Parameter kept: where edits are kept for the case that the program is ended from outside; nil where they are not.
  init(kept: KeptEditsFolder?) { self.kept = kept }

  var files: SceneFiles {
    SceneFiles(
      load: { [self] in try load($0) }, save: { [self] in try save($0) },
      keep: { [kept] scene, path in kept?.keep(scene, path: path) },
      recover: { [kept] id in
        guard let kept else { throw SceneFiles.NothingKept(id: id) }
        return try kept.read(id)
      }, discard: { [kept] id in kept?.discard(id) })
  }

  private func load(_ name: String) throws -> (scene: Scene, path: String?) {
    let scene = try SceneLibrary.scene(name)
    guard SceneLibrary.isPath(name), name != "-" else { return (scene, nil) }
    note(name)
    return (scene, name)
  }

  /// A scene was read from a file. What came out of a pipe is gone, and is no file that could be saved over unseen.
  func note(_ path: String) {
    guard InputFile.canBeReadTwice(path) else { return }
    known[key(path)] = FileManager.default.contents(atPath: path.withHome)
  }

  private func save(_ order: SaveOrder) throws -> SaveObstacle? {
    if !order.replaces, let obstacle = obstacle(at: order.path) { return obstacle }
    let data = Data(order.scene.yaml.utf8)
    // The screen has standard output.
    let file = try OutputFile(order.path, dash: false)
    file.write(order.scene.yaml)
    try file.finish()
    known[key(order.path)] = data
    return nil
  }

  private func obstacle(at path: String) -> SaveObstacle? {
    guard FileManager.default.fileExists(atPath: path.withHome) else { return nil }
    guard let before = known[key(path)] else { return .exists }
    guard FileManager.default.contents(atPath: path.withHome) == before else { return .changed }
    return Self.hasComments(before) ? .commented : nil
  }

  /// Whether a line of a scene is a comment, or ends in one. A `#` in a text that is written in quotes counts too: asking once too
  /// often loses nothing.
  private static func hasComments(_ data: Data) -> Bool {
    String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).contains { line in
      line.first { $0 != " " && $0 != "\t" } == "#" || line.contains(" #") || line.contains("\t#")
    }
  }

  /// One file under all its names.
  private func key(_ path: String) -> String { URL(fileURLWithPath: path.withHome).resolvingSymlinksInPath().path }
}
