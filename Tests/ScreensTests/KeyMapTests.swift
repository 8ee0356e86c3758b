import Screens
import Testing

@Suite("Key map")
struct KeyMapTests {
  enum Command: String { case quit, zoomIn, close, help, pipe }

  let map = KeyMap<Command>([
    .init([.character("q"), .control("c")], .quit, "quit", help: "leave the program", context: "everywhere"),
    .init([.character("?"), .function(1)], .help, "help", context: "everywhere"),
    .init([.character("w"), .character("+")], .zoomIn, "zoom in", context: "timeline"),
    .init([.escape, .character("q")], .close, "close", context: "dialog"),
    .init([.character("|")], .pipe, "pipe", context: "timeline", footer: false),
  ])

  @Test("The innermost context that binds a key decides")
  func lookup() {
    #expect(map.command(for: .character("q"), in: ["dialog", "everywhere"]) == .close)
    #expect(map.command(for: .character("q"), in: ["timeline", "everywhere"]) == .quit)
    #expect(map.command(for: .character("w"), in: ["everywhere"]) == nil)
    #expect(map.keys(for: .zoomIn) == [.character("w"), .character("+")])
    #expect(map.binding(for: .help)?.title == "help")
  }

  @Test("The footer leaves out what an inner context has taken")
  func footer() {
    let footer = map.footer(in: ["dialog", "everywhere"])
    #expect(Sample.drawn(footer, 60, 1).glyphRows == ["Esc close  Ctrl-C quit  ? help"])
    #expect(map.footer(in: ["timeline"]).entries.map(\.title) == ["zoom in"])
  }

  @Test("The help has a section for each active context and can be narrowed")
  func help() {
    var overlay = HelpOverlay(sections: map.help(in: ["timeline", "everywhere"]))
    #expect(overlay.sections.map(\.title) == ["timeline", "everywhere"])
    #expect(overlay.lines().map(\.text).contains("  q Ctrl-C            leave the program"))
    overlay.filter = TextField("ZOOM")
    #expect(overlay.lines().map(\.text) == ["timeline", "  w +                 zoom in"])
    #expect(overlay.lines(width: 39).map(\.text) == ["timeline", "  w +                 zoom in"])
    overlay.filter = TextField("leave")
    #expect(
      overlay.lines(width: 38).map(\.text) == [
        "everywhere", "  q Ctrl-C            leave the", "                      program",
      ])
    overlay.filter = TextField("nothing like it")
    #expect(overlay.lines().map(\.text) == ["no key does that"])
  }

  @Test("The table prints as Markdown")
  func markdown() {
    #expect(
      KeyMap<Command>(Array(map.bindings.suffix(2))).markdown() == """
        ### dialog

        | Keys | What they do |
        | --- | --- |
        | `Esc` `q` | close |

        ### timeline

        | Keys | What they do |
        | --- | --- |
        | `\\|` | pipe |

        """)
  }

  @Test("Keys bound twice are found")
  func conflicts() {
    #expect(map.conflicts.isEmpty)
    var broken = map
    broken.bindings.append(.init([.function(1)], .quit, "quit", context: "everywhere"))
    #expect(broken.conflicts == ["everywhere: f1"])
  }
}
