import Foundation
import Testing

/// The built program in a real terminal: a pane of a tmux server of its own, with a shell around the program that tells its
/// exit code.
///
/// The server's socket lies in the test's folder, and a watcher in the pane ends the server when its owner is gone, also where
/// that was killed: no server is left behind.
final class RealTerminal {
  private let place = try! Workplace()
  private var socket: String { place.path("tmux") }

  /// - Parameters:
  ///   - environment: Variables for the program, as `TERM=vt100`.
  ///   - owner: The process without which the terminal has no reason to be.
  init(
    _ arguments: String, columns: Int, rows: Int, environment: String = "",
    owner: Int32 = ProcessInfo.processInfo.processIdentifier
  ) throws {
    let watcher = "(while kill -0 \(owner) 2>/dev/null; do sleep 0.2; done; tmux -S \(socket) kill-session) &"
    let program =
      "echo $$ > pid; exec env XDG_STATE_HOME=\"$PWD/state\" \(environment) \"\(Running.binary.path)\" \(arguments)"
    let shell = "\(watcher) sh -c '\(program)'; echo exit=$?; exec cat"
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "-c", place.folder.path, shell)
  }

  /// A server ends with its only session. `kill-server` is a signal to itself, which threads that start processes have blocked
  /// and hand down so.
  deinit { _ = try? tmux("kill-session") }

  /// Whether the tmux server answers.
  var isAlive: Bool { get throws { try tmux("display-message", "-p", "alive").hasPrefix("alive") } }

  /// The process id of the program.
  var process: Int32 {
    get throws {
      try #require(Int32(place.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    }
  }

  var screen: String { get throws { try tmux("capture-pane", "-p") } }

  /// Whether a full-screen program has the terminal.
  var isAlternate: Bool { get throws { try tmux("display-message", "-p", "#{alternate_on}").hasPrefix("1") } }

  func press(_ keys: String...) throws { for key in keys { try tmux("send-keys", key) } }

  /// Pastes a text as a terminal does that marks pastes where the program asks for it.
  func paste(_ text: String) throws {
    try tmux("set-buffer", "--", text)
    try tmux("paste-buffer", "-p")
  }

  func resize(columns: Int, rows: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// Looks at the screen until it shows a text; a program that never does fails the test after many looks.
  func wait(for text: String, _ location: SourceLocation = #_sourceLocation) throws {
    var last = ""
    for _ in 0..<2000 {
      last = try screen
      if last.contains(text) { return }
    }
    Issue.record("the screen never showed '\(text)':\n\(last)", sourceLocation: location)
    throw CancellationError()
  }

  @discardableResult private func tmux(_ arguments: String...) throws -> String {
    let process = Process()
    // The server stays after its first command. It must not keep what `Process` hands down to learn of the command's end.
    let closing = "for fd in /proc/self/fd/*; do fd=${fd##*/}; if [ $fd -gt 2 ]; then eval \"exec $fd>&-\"; fi; done"
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "\(closing); exec tmux \"$@\"", "bash", "-S", socket] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
    process.environment?["TMUX"] = nil
    try place.write("", to: "answer")
    let output = try FileHandle(forWritingTo: place.folder.appending(path: "answer"))
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try output.close()
    return try place.read("answer")
  }
}
