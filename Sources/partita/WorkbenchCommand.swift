import ArgumentParser
import Diagnostics
import Foundation
import Scenes
import Screens

struct WorkbenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workbench", abstract: "Opens the workbench (the default).")

  @Argument(help: "A scene file, or the name of a scene that comes with the program.")
  var scene = SceneLibrary.standard

  @Flag(help: "Draw with ASCII characters alone.")
  var ascii = false

  @Flag(name: .customLong("no-color"), help: "Use no colours. The environment variable NO_COLOR does the same.")
  var noColour = false

  @Flag(help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Option(
    help: ArgumentHelp("How the screen looks: \(Theme.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var theme = Theme.dark.name

  @Option(help: "Whose time runs are told in: wall or virtual; without it what suits devices and cores.")
  var clock: ClockChoice?

  @Option(
    help: ArgumentHelp(
      "Press the keys of a script on a screen in memory and print the screens that it names ('-' reads the script from "
        + "standard input).", valueName: "file"))
  var script: String?

  @Option(help: ArgumentHelp("The size of the screen in memory.", valueName: "columnsxrows"))
  var size = "80x24"

  func validate() throws {
    guard Theme.all.contains(where: { $0.name == theme }) else {
      throw ValidationError("there is no theme '\(theme)'; themes: \(Theme.all.map(\.name).joined(separator: ", "))")
    }
    guard Size(size) != nil else { throw ValidationError("'\(size)' is no size; write it as 80x24") }
  }

  func run() throws {
    let scene = try SceneLibrary.scene(self.scene)
    let look = WorkbenchSession.Look(
      theme: Theme.all.first { $0.name == theme } ?? .dark, glyphs: ascii ? .ascii : nil, hasColours: !noColour,
      hasMouse: !noMouse, clock: clock?.clock)
    if let script {
      let text = try read(script)
      return try WorkbenchSession.play(text, scene: scene, size: Size(size) ?? Size(width: 80, height: 24), look: look)
    }
    let headless = "partita run \(self.scene)"
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Failure(
        .cannotRunHere,
        "error: the workbench needs a terminal, and this is none\n  hint: '\(headless)' trains without one")
    }
    try WorkbenchSession.open(scene, look: look, headless: headless)
  }

  private func read(_ path: String) throws -> String {
    let data: Data?
    if path == "-" {
      data = try FileHandle.standardInput.readToEnd()
    } else {
      data = FileManager.default.contents(atPath: path)
    }
    guard let data else { throw DiagnosticList("--script: cannot read '\(path)'") }
    return String(decoding: data, as: UTF8.self)
  }
}
