import Screens
import Testing

@testable import Workbench

/// Dialogs, and leaving.
struct DialogTests {
  /// Keys that lead to every screen, dialog and panel.
  private static let places = [
    "", "2", "3", "4", "5", "6", "e", "?", "? j", "o", "a", "enter", "r", "r space", "G", "o end",
  ]

  /// What lies over the panels is closed first; then nothing is in the way.
  @Test(arguments: places + ["A"]) func qClosesWhatIsOpenAndThenLeaves(_ keys: String) {
    var state = WorkbenchState.small()
    state.press(keys)
    if state.overlay != nil {
      let closed = state.press("q")
      #expect(closed == [])
      #expect(state.overlay == nil)
    }
    let effects = state.press("q")
    #expect(effects == [.quit(.quit)])
  }

  @Test(arguments: places + [":", "ctrl-s", "o end enter", "? /", "enter enter", "2 enter", "2 down down enter"])
  func controlCLeavesEverywhereAlsoWhileTyping(_ keys: String) {
    var state = WorkbenchState.small()
    state.press(keys)
    let effects = state.press("ctrl-c")
    #expect(effects == [.quit(.quit)])
  }

  @Test func qIsALetterWhileTyping() {
    for keys in [":", "ctrl-s", "o end enter", "? /", "2 enter"] {
      var state = WorkbenchState.small()
      state.press(keys)
      let effects = state.press("q")
      #expect(effects == [], "\(keys)")
    }
    var state = WorkbenchState.small()
    state.press(":")
    state.type("q")
    let effects = state.press("enter")
    #expect(effects == [.quit(.quit)])
  }

  @Test func escapeNeverLeaves() {
    for keys in Self.places {
      var state = WorkbenchState.small()
      state.press(keys)
      let effects = state.press("esc esc esc esc")
      #expect(effects == [], "\(keys)")
      #expect(state.overlay == nil)
      #expect(!state.isExpanded)
    }
  }

  @Test func tooSmallAScreenCanBeLeftAndGrowsBack() throws {
    let end = try WorkbenchRig.play(
      "resize 30x8\nuntil too small: 30x8\nresize 80x24\nuntil Network\nresize 20x5\nkeys q")
    #expect(end.departure == .quit)
    #expect(end.terminal.lastSurface.shows("needed: 40x10"))
  }

  @Test func signalsLeaveWithTheirNumbers() throws {
    for (signal, code) in [("terminate", 143), ("hangup", 129), ("interrupt", 130)] {
      #expect(try WorkbenchRig.play("signal \(signal)").departure.exitCode == Int32(code))
    }
    let end = try WorkbenchRig.play("signal suspend\nkeys q")
    #expect(end.terminal.suspensions == 1)
    #expect(end.departure.exitCode == 0)
  }

  @Test func scenesAreChosenFromTheMenu() throws {
    let shelf = WorkbenchRig.Shelf()
    shelf.scenes["other"] = WorkbenchRig.scene(WorkbenchRig.yaml.replacing("name: small", with: "name: other"))
    let end = try WorkbenchRig.play("keys o down enter\nuntil opened other\nkeys u\nwait 1", shelf: shelf)
    #expect(end.state.scene.name == "small")
    let missing = try WorkbenchRig.play(
      "keys o end enter\ntype nowhere.yaml\nkeys enter\nuntil Cannot open nowhere.yaml")
    #expect(missing.state.scene.name == "small")
  }

  @Test func scenesAreSavedAndFilesNotReplacedUnasked() throws {
    let shelf = WorkbenchRig.Shelf()
    _ = try WorkbenchRig.play("keys 2 right ctrl-s enter\nuntil saved as small.yaml", shelf: shelf)
    #expect(shelf.written["small.yaml"]?.contains("strategy: model(split=k)") == true)
    let kept = try WorkbenchRig.play("keys ctrl-s enter\nuntil exists already\nkeys enter\nwait 1", shelf: shelf)
    #expect(shelf.written["small.yaml"]?.contains("model") == true)
    #expect(kept.state.overlay == nil)
    _ = try WorkbenchRig.play("keys ctrl-s enter\nuntil exists already\nkeys tab enter\nuntil saved as", shelf: shelf)
    #expect(shelf.written["small.yaml"]?.contains("model") == false)
  }

  @Test func helpIsSearched() throws {
    let end = try WorkbenchRig.play("keys ?\nuntil Keys\nkeys /\ntype undo\nwait 1\nkeys z")
    #expect(end.terminal.lastSurface.shows("no key does that"))
    let found = try WorkbenchRig.play("keys ? /\ntype last edit")
    #expect(found.terminal.lastSurface.shows("take back the last edit"))
  }

  @Test func thePaletteFindsCommandsByName() {
    var state = WorkbenchState.small()
    state.press("3 :")
    state.type("add layer")
    state.press("enter")
    #expect(state.overlay == .layers(selection: 0))
    #expect(state.focus == .network)
    state.press("esc :")
    state.type("pipeline")
    state.press("enter")
    #expect(state.scene.strategy.description == "pipeline(schedule=1f1b)")
    state.press(":")
    state.type("o zz.yaml")
    #expect(state.picture.shows("press Enter to do it"))
    state.press("esc :")
    state.type("zzzz")
    state.press("enter")
    #expect(state.note?.text == "no command is called 'zzzz'")
  }

  @Test func theMouseChoosesPanelsAndLines() {
    var state = WorkbenchState.small()
    for panel in PanelKind.allCases {
      guard let place = ScreenLayout(state).panels.first(where: { $0.panel == panel }) else { continue }
      _ = state.update(.mouse(Mouse(.left, at: Point(x: place.rect.x + 3, y: place.rect.y))))
      #expect(state.focus == panel)
    }
    _ = state.update(.mouse(Mouse(.left, at: Point(x: 2, y: 2))))
    #expect(state.focus == .network)
    let list = NetworkPanel(state).listRect(in: ScreenLayout(state).panels[0].rect)
    _ = state.update(.mouse(Mouse(.left, at: Point(x: list.x + 3, y: list.y + 2))))
    #expect(state.networkLine == 2)
    _ = state.update(.mouse(Mouse(.wheelDown, at: Point(x: list.x + 3, y: list.y + 2))))
    #expect(state.networkLine == 3)
  }
}
