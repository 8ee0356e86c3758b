import Foundation
import Testing

/// The workbench in a real terminal, from outside.
@Suite struct WorkbenchTerminalTests {
  @Test func trainsAndLeavesTheTerminalAsItWas() throws {
    let terminal = try RealTerminal("digits-mlp", columns: 80, rows: 24)
    try terminal.wait(for: "READY")
    #expect(try terminal.isAlternate)
    try terminal.press("r")
    try terminal.wait(for: "FINISHED")
    try terminal.press("q")
    try terminal.wait(for: "exit=0")
    #expect(try !terminal.isAlternate)
  }

  @Test func aTinyWindowSaysWhatItNeedsAndRecovers() throws {
    let terminal = try RealTerminal("digits-mlp", columns: 80, rows: 24)
    try terminal.wait(for: "READY")
    try terminal.resize(columns: 20, rows: 5)
    try terminal.wait(for: "too small: 20x5")
    try terminal.resize(columns: 120, rows: 40)
    try terminal.wait(for: "Communication")
    try terminal.resize(columns: 20, rows: 5)
    try terminal.wait(for: "too small: 20x5")
    try terminal.press("q")
    try terminal.wait(for: "exit=0")
  }

  @Test(
    arguments: [
      (SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131), (SIGSEGV, 139), (SIGABRT, 134), (SIGBUS, 135),
    ] as [(Int32, Int)])
  func aSignalRestoresTheTerminal(signal: Int32, status: Int) throws {
    let terminal = try RealTerminal("digits-mlp", columns: 80, rows: 24)
    try terminal.wait(for: "READY")
    kill(try terminal.process, signal)
    try terminal.wait(for: "exit=\(status)")
    #expect(try !terminal.isAlternate)
  }

  /// Terminals that most windows are not: those that can show a screen do, the others say what to do.
  @Test func oddTerminalsShowTheScreenOrSayWhatToDo() throws {
    let workstation = try RealTerminal("digits-mlp", columns: 80, rows: 24, environment: "TERM=sun")
    try workstation.wait(for: "READY")
    let plain = try RealTerminal("digits-mlp", columns: 80, rows: 24, environment: "TERM=vt52")
    try plain.wait(for: "exit=4")
    let text = try plain.screen
    #expect(text.contains("TERM=xterm-256color") && text.contains("partita run digits-mlp"))
  }

  /// Through a real terminal: keys of the numeric keypad are digits, pastes are text and no commands, and a key whose bytes
  /// come apart is that key.
  @Test(arguments: ["tmux-256color", "xterm-256color", "vt100"])
  func keypadPastesAndTornKeys(terminal name: String) throws {
    let terminal = try RealTerminal("digits-mlp", columns: 80, rows: 24, environment: "TERM=\(name) ESCDELAY=5000")
    try terminal.wait(for: "READY")
    try terminal.paste("x\nq\nr\n")
    try terminal.wait(for: "pasted text goes into text fields: 6 characters left out")
    try terminal.press(":", "KP1", "KP2")
    try terminal.paste("3\nq\n")
    try terminal.wait(for: "123 q")
    try terminal.press("C-u")
    try terminal.press("Escape")
    try terminal.press("[", "D")
    try terminal.press("w", "Left", "o")
    try terminal.wait(for: "ow")
  }

  /// What was edited outlives the program, whatever ends it, and is offered by the next one.
  @Test(arguments: [SIGKILL, SIGTERM, SIGQUIT]) func editsOutliveTheProgram(signal: Int32) throws {
    let place = try Workplace()
    let environment = "XDG_STATE_HOME=\(place.path("state"))"
    let first = try RealTerminal("digits-mlp", columns: 100, rows: 24, environment: environment)
    try first.wait(for: "READY")
    try first.press("x")
    try first.wait(for: "digits-mlp*")
    let folder = place.folder.appending(path: "state/partita/unsaved")
    while try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy({ !$0.hasSuffix(".yaml") }) {}
    kill(try first.process, signal)
    try first.wait(for: "exit=\(128 + signal)")
    let second = try RealTerminal("bubble", columns: 100, rows: 24, environment: environment)
    try second.wait(for: "unsaved edits of digits-mlp were kept")
    try second.press("o", "Enter")
    try second.wait(for: "digits-mlp*")
    try second.press("q", "y")
    try second.wait(for: "exit=0")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  /// Tests that are killed leave no server and no workbench behind.
  @Test func theTerminalEndsWithItsOwner() throws {
    let owner = Process()
    owner.executableURL = URL(filePath: "/bin/cat")
    owner.standardInput = Pipe()
    owner.standardOutput = FileHandle.nullDevice
    try owner.run()
    let terminal = try RealTerminal("digits-mlp", columns: 80, rows: 24, owner: owner.processIdentifier)
    try terminal.wait(for: "READY")
    #expect(try terminal.isAlive)
    kill(owner.processIdentifier, SIGKILL)
    owner.waitUntilExit()
    var looks = 0
    while try terminal.isAlive, looks < 2000 { looks += 1 }
    #expect(try !terminal.isAlive, "the server, and with it the workbench, outlived its owner")
  }
}
