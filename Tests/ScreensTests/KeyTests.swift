import Screens
import Testing

@Suite("Keys")
struct KeyTests {
  static let all: [Key] =
    [
      .enter, .escape, .tab, .backTab, .space, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .backspace,
      .delete, .insert, .control("c"), .control("\\"), .control("@"), .character("q"), .character("G"), .character("-"),
      .character("é"), .character("漢"), .character("#"),
    ] + (1...63).map(Key.function)

  @Test("Names print and parse back", arguments: all)
  func roundTrip(key: Key) {
    #expect(Key(key.description) == key)
    #expect(!key.label().isEmpty)
  }

  @Test(
    "Other names are understood",
    arguments: [
      ("Esc", .escape), ("ESCAPE", .escape), ("return", .enter), ("Ctrl-C", .control("c")), ("F5", .function(5)),
      ("pgdn", .pageDown), ("backtab", .backTab), (" ", .space), ("f", .character("f")),
    ] as [(String, Key)])
  func aliases(name: String, key: Key) { #expect(Key(name) == key) }

  @Test(
    "What is no key is refused",
    arguments: ["", "ctrl-", "ctrl-ab", "f0", "f64", "f05", "hyper-x", "\u{1b}", "\u{301}"])
  func refused(name: String) { #expect(Key(name) == nil) }

  @Test("A text field edits")
  func textField() {
    var field = TextField("conv")
    for key in ["left", "left", "x", "home", "delete", "C", "end", "backspace", "space", "!"].compactMap({ Key($0) }) {
      let isUnderstood = field.handle(key)
      #expect(isUnderstood)
    }
    #expect(field.text == "Coxn !")
    #expect(field.cursor == 6)
    let isEnterUnderstood = field.handle(.enter)
    #expect(!isEnterUnderstood)
    field.handle(.control("w"))
    #expect(field.text == "Coxn ")
    field.handle(.left)
    field.handle(.control("k"))
    #expect(field.text == "Coxn")
    field.handle(.left)
    field.handle(.control("u"))
    #expect(field.text == "n" && field.cursor == 0)
    for key: Key in [.left, .backspace, .delete, .delete, .right] { field.handle(key) }
    #expect(field.text.isEmpty && field.cursor == 0)
  }

  @Test("A long text shows the part before the cursor")
  func longText() {
    var field = TextField("abcdefghij")
    #expect(Sample.drawn(field, 5, 1).glyphRows == ["ghij"])
    #expect(Sample.drawn(field, 5, 1).cursor == Point(x: 4, y: 0))
    field.handle(.home)
    #expect(Sample.drawn(field, 5, 1).glyphRows == ["abcde"])
    #expect(Sample.drawn(field, 5, 1).cursor == Point(x: 0, y: 0))
  }
}
