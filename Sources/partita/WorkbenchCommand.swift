import ArgumentParser
import Foundation
import Scenes

struct WorkbenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workbench", abstract: "Opens the workbench (the default).")

  @Argument(help: "A scene file, or the name of a scene that comes with the program.")
  var scene = SceneLibrary.standard

  func run() throws {
    let scene = try SceneLibrary.scene(self.scene)
    let headless = "partita run \(self.scene)"
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Failure(
        .cannotRunHere,
        "error: the workbench needs a terminal, and this is none\n  hint: '\(headless)' trains without one")
    }
    try WorkbenchSession.open(scene, headless: headless)
  }
}
