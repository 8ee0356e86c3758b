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

  @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int)])
  func aSignalRestoresTheTerminal(signal: Int32, status: Int) throws {
    let terminal = try RealTerminal("digits-mlp", columns: 80, rows: 24)
    try terminal.wait(for: "READY")
    kill(try terminal.process, signal)
    try terminal.wait(for: "exit=\(status)")
    #expect(try !terminal.isAlternate)
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
