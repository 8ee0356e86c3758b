import Screens
import Testing

@Suite("Surface")
struct SurfaceTests {
  @Test("Text is clipped on all sides")
  func clipping() {
    var surface = Surface(width: 5, height: 2)
    surface.text("abcdefgh", x: -2, y: 0)
    surface.text("xyz", x: 4, y: 1)
    surface.text("never", x: 0, y: 2)
    surface.text("never", x: 0, y: -1)
    #expect(surface.glyphRows == ["cdefg", "    x"])
  }

  @Test("Clips nest and end")
  func nestedClips() {
    var surface = Surface(width: 6, height: 3)
    surface.withClip(Rect(x: 1, y: 0, width: 4, height: 2)) { surface in
      surface.withClip(Rect(x: 3, y: 1, width: 9, height: 9)) { surface in
        surface.fill(surface.bounds, "#")
        #expect(surface.clip == Rect(x: 3, y: 1, width: 2, height: 1))
      }
      surface.text("abcdef", x: 0, y: 0)
    }
    #expect(surface.glyphRows == [" bcde", "   ##", ""])
    #expect(surface.clip == surface.bounds)
  }

  @Test("A wide scalar takes two cells, and half of one leaves a blank")
  func wideScalars() {
    var surface = Surface(width: 6, height: 1)
    let used = surface.text("漢字x", x: 0, y: 0)
    #expect(used == 5)
    #expect(surface[1, 0].isRightHalf && surface[3, 0].isRightHalf)
    #expect(surface.glyphRows == ["漢字x"])
    surface.put("a", x: 1, y: 0)
    #expect(surface.glyphRows == [" a字x"])
    surface.put("b", x: 2, y: 0)
    #expect(surface.glyphRows == [" ab x"])
    surface.text("漢", x: 5, y: 0)
    #expect(surface[5, 0].scalar == " ")
    surface.text("漢", x: 4, y: 0)
    surface.text("漢", x: 3, y: 0)
    #expect(surface.glyphRows == [" ab漢"])
    #expect(surface[5, 0] == .blank)
  }

  @Test("Control and combining scalars draw nothing, so no text carries an escape sequence")
  func controls() {
    var surface = Surface(width: 12, height: 1)
    let used = surface.text("a\u{1b}[2Jb\u{7}e\u{301}\u{9b}c\td\ne", x: 0, y: 0)
    #expect(used == 11)
    #expect(surface.glyphRows == ["a[2Jbec d e"])
  }

  @Test(
    "Text beyond its limit ends in an ellipsis",
    arguments: [
      (0, ""), (1, "…"), (3, "ab…"), (5, "abcd…"), (6, "abcdef"), (9, "abcdef"),
    ])
  func ellipsis(limit: Int, expected: String) {
    var surface = Surface(width: 10, height: 1)
    let used = surface.text("abcdef", x: 0, y: 0, limit: limit)
    #expect(surface.glyphRows == [expected])
    #expect(used == expected.count)
  }

  @Test("A wide scalar that the limit would cut gives way to the ellipsis")
  func wideEllipsis() {
    var surface = Surface(width: 10, height: 1)
    let used = surface.text("漢字漢", x: 0, y: 0, limit: 4)
    #expect(used == 3)
    #expect(surface.glyphRows == ["漢…"])
  }

  @Test("A box has a title, a note and room inside")
  func box() {
    var surface = Surface(width: 24, height: 3)
    let inside = surface.box(surface.bounds, title: "Loss", note: "step 7", focused: true)
    #expect(
      surface.described(name: "box") == """
        == box 24x3 no cursor
        ┌ ▸ Loss ────── step 7 ┐
        │                      │
        └──────────────────────┘
        -- roles
        =aaaaaaaa======,,,,,,,,=
        =......................=
        ========================
        -- legend: . text, , dim, = focusedBorder, a accent

        """)
    #expect(inside == Rect(x: 1, y: 1, width: 22, height: 1))
  }

  @Test("ASCII glyphs fold text to one column of ASCII each")
  func ascii() {
    var surface = Surface(width: 30, height: 1, glyphs: .ascii)
    let used = surface.text("3 µs × 2 → é 漢 …", x: 0, y: 0)
    #expect(used == 16)
    #expect(surface.glyphRows == ["3 us x 2 > e ? ~"])
  }

  @Test("Extents are kept within bounds")
  func extents() {
    #expect(Surface(width: -3, height: 4).cells.isEmpty)
    #expect(Surface(width: Int.max, height: 1).width == Surface.largest)
    #expect(Surface(width: 3, height: 2)[7, -1] == .blank)
  }

  @Test("Tint keeps the glyphs")
  func tint() {
    var surface = Surface(width: 3, height: 1)
    surface.text("abc", x: 0, y: 0)
    surface.tint(Rect(x: 1, y: 0, width: 9, height: 9), role: .selection, adding: .bold)
    #expect(surface.glyphRows == ["abc"])
    #expect(surface.roleRows == [".##"])
    #expect(surface.attributeRows == [".bb"])
  }

  @Test(
    "Columns of scalars",
    arguments: [
      ("a", 1), ("é", 1), ("\u{301}", 0), ("漢", 2), ("한", 2), ("ａ", 2), ("─", 1), ("█", 1), ("⣿", 1), ("🙂", 2),
      ("\u{200b}", 0),
      ("\u{7f}", 0), ("\u{85}", 0), ("µ", 1), ("ｱ", 1), ("…", 1),
    ] as [(String, Int)])
  func columns(text: String, expected: Int) {
    #expect(text.columns == expected)
  }
}
