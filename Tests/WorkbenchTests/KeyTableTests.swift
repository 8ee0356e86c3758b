import Screens
import Testing

@testable import Workbench

/// The one table of keys is sound.
struct KeyTableTests {
  @Test func noKeyIsBoundTwiceInAContext() { #expect(WorkbenchKeys.map.conflicts.isEmpty) }

  @Test func stepAndZoomDoNotGetInEachOthersWay() {
    var state = WorkbenchState.small()
    let stepped = state.press("s")
    #expect(stepped.contains(.step(1)))
    state.press("3")
    let zoomed = state.press("s")
    #expect(zoomed == [])
    let steppedByF8 = state.press("f8")
    #expect(steppedByF8.contains(.step(1)))
  }

  @Test func everyPanelHasItsNumberAndTabGoesThroughAll() {
    var state = WorkbenchState.small()
    for panel in PanelKind.allCases {
      state.press("\(panel.number)")
      #expect(state.focus == panel)
      #expect(ScreenLayout(state).panels.contains { $0.panel == panel })
    }
    state.press("tab")
    #expect(state.focus == .network)
    state.press("shift-tab")
    #expect(state.focus == .learning)
  }

  @Test func theWrittenListNamesEveryContext() {
    let text = WorkbenchKeys.markdown()
    for context in WorkbenchKeys.map.contexts { #expect(text.contains("### \(context)\n")) }
    #expect(text.contains("| `u` | take back the last edit |"))
  }

  @Test func theFooterAlwaysTellsHowToLeave() {
    var state = WorkbenchState.small()
    for keys in ["", "3", "?", "esc", "o", "esc", "ctrl-s", "esc", ":", "esc"] {
      state.press(keys)
      for width in [40, 60, 80, 160] {
        state.size = Size(width: width, height: 24)
        let footer = state.picture.glyphRows.last ?? ""
        #expect(footer.hasSuffix("quit"), "\(keys) \(width): \(footer)")
      }
    }
  }
}
