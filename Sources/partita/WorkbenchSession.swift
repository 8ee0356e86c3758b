import CursesTerminal
import Scenes

/// Where terminal, workbench and engine meet.
enum WorkbenchSession {
  /// Takes the screen and runs the workbench until its user quits.
  ///
  /// - Throws: why there is no screen to take, naming the headless command.
  static func open(_ scene: Scene, headless: String) throws {
    let terminal: CursesTerminal
    do {
      terminal = try CursesTerminal()
    } catch {
      throw Failure(.cannotRunHere, "error: \(error)\n  hint: '\(headless)' trains without a screen")
    }
    terminal.close()
  }
}
