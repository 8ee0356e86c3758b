import Screens
import Testing

@Suite("Headless terminal")
struct HeadlessTerminalTests {
  /// A program that shows what it was told: the loop that real programs have.
  private func run(_ terminal: HeadlessTerminal, onTurn: (Int) -> String = { _ in "" }) -> [Event] {
    var events: [Event] = []
    var turns = 0
    while true {
      var surface = Surface(terminal.size, glyphs: terminal.glyphs)
      surface.text(events.last.map { "\($0)" } ?? "begin", x: 0, y: 0)
      surface.text(onTurn(turns), x: 0, y: 1)
      terminal.draw(surface)
      turns += 1
      guard let event = terminal.nextEvent(timeoutMilliseconds: 33) else { continue }
      if event == .endOfInput { return events }
      events.append(event)
      if event == .signal(.suspend) { terminal.suspend() }
    }
  }

  private func terminal(_ script: String) throws -> HeadlessTerminal {
    HeadlessTerminal(script: try TerminalScript(script), size: Size(width: 40, height: 3), turnMilliseconds: 0)
  }

  @Test("A script presses keys, types, clicks, resizes and sends signals")
  func events() throws {
    let terminal = try terminal(
      """
      # a comment
      keys j ctrl-c F5

      type a b
      mouse wheelUp 3 4
      resize 30x2
      signal suspend
      """)
    let expected: [Event] = [
      .key(.character("j")), .key(.control("c")), .key(.function(5)), .key(.character("a")), .key(.space),
      .key(.character("b")), .mouse(Mouse(.wheelUp, at: Point(x: 3, y: 4))), .resize(Size(width: 30, height: 2)),
      .signal(.suspend), .signal(.resume),
    ]
    #expect(run(terminal) == expected)
    #expect(terminal.size == Size(width: 30, height: 2))
    #expect(terminal.suspensions == 1)
    #expect(terminal.failures.isEmpty)
  }

  @Test("A screen shows what was drawn in answer to the lines before")
  func screens() throws {
    let terminal = try terminal("screen first\nkeys x\nscreen second")
    _ = run(terminal)
    #expect(terminal.captures.map(\.name) == ["first", "second"])
    #expect(terminal.captures[0].surface.shows("begin"))
    #expect(terminal.captures[1].surface.shows("key(x)"))
    #expect(terminal.transcript.hasPrefix("== first 40x3 no cursor\nbegin\n"))
  }

  @Test("Waiting lets turns pass until the screen shows a text or a condition holds")
  func waits() throws {
    let terminal = try terminal("wait 2\nuntil turn 7\nkeys a\nwait ready\nscreen end")
    var asked = 0
    terminal.condition = { name in
      asked += 1
      return name == "ready" && asked == 4
    }
    var drawnAtKey: Int?
    let events = run(terminal) { turn in
      if turn == 7 { drawnAtKey = turn }
      return "turn \(turn)"
    }
    #expect(events == [.key(.character("a"))])
    #expect(drawnAtKey == 7)
    // Seven turns until the text, one for the key, three in which the condition did not hold.
    #expect(terminal.drawCount == 12)
    #expect(terminal.captures[0].surface.shows("turn 11"))
  }

  @Test("A wait that does not come true ends the script with its line")
  func bounded() throws {
    let terminal = try terminal("limit 5\nuntil never\nkeys a")
    #expect(run(terminal).isEmpty)
    #expect(terminal.failures == ["line 2: `never` was not on the screen within 5 turns"])
    let unknown = try self.terminal("wait finished")
    #expect(run(unknown).isEmpty)
    #expect(unknown.failures == ["line 1: nothing can tell whether `finished` holds"])
  }

  @Test("A closed terminal has no more events")
  func closed() throws {
    let terminal = try terminal("keys a b")
    terminal.close()
    #expect(terminal.isClosed)
  }

  @Test(
    "A line that cannot be read is named",
    arguments: [
      ("keys a\nkeys hyper", 2, "no key is named `hyper`"), ("dance", 1, "no command is named `dance`"),
      ("\n\nresize 80", 3, "`resize 80` cannot be read"), ("until", 1, "`until ` cannot be read"),
      ("mouse left 1", 1, "`mouse left 1` cannot be read"), ("signal 9", 1, "`signal 9` cannot be read"),
      ("limit 0", 1, "`limit 0` cannot be read"),
    ])
  func unreadable(script: String, line: Int, message: String) {
    do {
      _ = try TerminalScript(script)
      Issue.record("read without complaint")
    } catch {
      #expect(error.line == line)
      #expect(error.message == message)
      #expect(!error.hint.isEmpty)
    }
  }
}
