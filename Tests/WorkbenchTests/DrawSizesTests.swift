import Screens
import Testing

@testable import Workbench

/// Every screen can be drawn at every size.
struct DrawSizesTests {
  private static let places = [
    "", "2", "3", "4", "5", "6", "e", "2 e", "3 e", "4 e", "5 e", "6 e", "?", "o", "a", "enter", ":", "ctrl-s",
    "enter enter", "A", "3 c", "A G",
  ]

  @Test(arguments: places) func everythingIsDrawnAtEverySize(_ keys: String) throws {
    var state = try WorkbenchRig.play("keys r\nuntil FINISHED").state
    state.press(keys)
    for width in [0, 1, 13, 39, 40, 59, 60, 79, 80, 110, 130] {
      for height in [0, 1, 9, 10, 15, 16, 21, 24, 34, 45] {
        var surface = Surface(width: width, height: height)
        state.draw(into: &surface)
        let fits = ScreenLayout.fits(surface.size)
        #expect(surface.shows("too small") == (!fits && width > 10 && height > 0), "\(width)x\(height)")
      }
    }
  }

  @Test func panelsDoNotOverlapAndStayOnTheScreen() {
    var state = WorkbenchState.small()
    for width in stride(from: 40, through: 200, by: 7) {
      for height in stride(from: 10, through: 70, by: 3) {
        for focus in PanelKind.allCases {
          for isExpanded in [false, true] {
            state.size = Size(width: width, height: height)
            state.focus = focus
            state.isExpanded = isExpanded
            let layout = ScreenLayout(state)
            let rects = layout.panels.map(\.rect) + [layout.status, layout.notes, layout.tabs, layout.footer]
            let area = rects.reduce(0) { $0 + $1.width * $1.height }
            #expect(area == width * height, "\(width)x\(height) \(focus)")
            for (index, rect) in rects.enumerated() {
              #expect(rect.isEmpty || rect.intersection(Rect(state.size)) == rect)
              for other in rects[..<index] { #expect(rect.intersection(other).isEmpty) }
            }
            #expect(layout.panels.contains { $0.panel == focus && !$0.rect.isEmpty })
          }
        }
      }
    }
  }

  @Test func asciiScreensAreASCII() throws {
    let end = try WorkbenchRig.play(
      "keys r\nuntil FINISHED\nkeys 3 . enter\nwait 1", size: Size(width: 120, height: 40), glyphs: .ascii)
    #expect(end.terminal.lastSurface.cells.allSatisfy { $0.scalar.isASCII })
  }
}
