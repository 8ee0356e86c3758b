import ArgumentParser
import Diagnostics
import Files
import Foundation
import Scenes
import Screens

struct WorkbenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workbench", abstract: "Opens the workbench (the default).")

  @Argument(help: "A scene file, or the name of a scene that comes with the program.")
  var scene = SceneLibrary.standard

  @OptionGroup var replacements: SceneReplacements

  @Flag(help: "Draw with ASCII characters alone.")
  var ascii = false

  @Flag(name: .customLong("no-color"), help: "Use no colours. The environment variable NO_COLOR does the same.")
  var noColour = false

  @Flag(help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Option(
    help: ArgumentHelp("How the screen looks: \(Theme.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var theme = Theme.dark.name

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
    let scene = try replacements.load(self.scene)
    let path = SceneLibrary.isPath(self.scene) && self.scene != "-" ? self.scene : nil
    let look = WorkbenchSession.Look(
      theme: Theme.all.first { $0.name == theme } ?? .dark, glyphs: ascii ? .ascii : nil, hasColours: !noColour,
      hasMouse: !noMouse, clock: replacements.clock?.clock)
    if let script {
      let text = try read(script)
      return try WorkbenchSession.play(
        text, scene: scene, path: path, size: Size(size) ?? Size(width: 80, height: 24), look: look)
    }
    let headless = "partita run \(self.scene)"
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Failure(
        .cannotRunHere,
        "error: the workbench needs a terminal, and this is none\n  hint: '\(headless)' trains without one")
    }
    try WorkbenchSession.open(scene, path: path, look: look, headless: headless)
  }

  private func read(_ path: String) throws(DiagnosticList) -> String {
    do { return String(decoding: try InputFile.read(path, dash: true), as: UTF8.self) } catch {
      throw DiagnosticList(error.all.map { Diagnostic("--script: \($0.message)", hint: $0.hint) })
    }
  }
}
