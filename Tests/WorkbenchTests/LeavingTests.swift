import Scenes
import Screens
import Testing

@testable import Workbench

/// Leaving, opening and saving lose nothing unasked.
struct LeavingTests {
  @Test func leavingWithEditsAsks() {
    var state = WorkbenchState.small()
    state.press("x")
    let asked = state.press("q")
    #expect(asked == [])
    #expect(state.picture.shows("The edits of small are not saved."))
    // The marked answer changes nothing, and so do Esc, n and q.
    for key in ["enter", "esc", "n", "q"] {
      let effects = state.press(key)
      #expect(effects == [])
      #expect(state.overlay == nil && state.isEdited)
      state.press("q")
    }
    let left = state.press("y")
    #expect(left == [.quit(.quit)])
  }

  @Test func controlCTwiceLeavesWhateverIsLost() {
    for keys in ["x", "x ?", "x o", "x :", "x ctrl-s", "enter enter ctrl-u 9"] {
      var state = WorkbenchState.small()
      state.press(keys)
      let first = state.press("ctrl-c")
      #expect(first == [], "\(keys)")
      let second = state.press("ctrl-c")
      #expect(second == [.quit(.quit)], "\(keys)")
    }
  }

  @Test func leavingARunningTrainingAsks() throws {
    let end = try WorkbenchRig.play(
      "keys r\nwait 1\nkeys q\nuntil A training is under way\nkeys right enter", session: FakeSession(totalSteps: 400))
    #expect(end.departure == .quit)
    // What is over is in the report, which is printed then.
    #expect(try WorkbenchRig.play("keys r\nuntil FINISHED\nkeys q").departure == .quit)
  }

  @Test func typedCommandsAskToo() {
    var state = WorkbenchState.small()
    state.press("x :")
    state.type("q")
    let asked = state.press("enter")
    #expect(asked == [])
    state.press("esc :")
    state.type("q!")
    let left = state.press("enter")
    #expect(left == [.quit(.quit)])
  }

  @Test func savingFirstLeavesWhenItIsSaved() throws {
    let shelf = WorkbenchRig.Shelf()
    shelf.written["small.yaml"] = "taken"
    // A preset asks for a name; the name is taken, and only then given up.
    let end = try WorkbenchRig.play(
      """
      keys x q s
      until Save the scene as
      keys enter
      until small.yaml exists already
      keys esc
      wait 1
      keys q s ctrl-u
      type mine.yaml
      keys enter
      """, shelf: shelf)
    #expect(end.departure == .quit)
    #expect(shelf.written["small.yaml"] == "taken")
    #expect(shelf.written["mine.yaml"]?.contains("conv") == false)
  }

  @Test func savingThatFailsDoesNotLeave() throws {
    var files = WorkbenchRig.Shelf().files
    files.save = { _ in throw FakeSession.Refusal(description: "the disk is full") }
    let terminal = HeadlessTerminal(
      script: try TerminalScript("keys x q s\nuntil Save the scene as\nkeys enter\nuntil the disk is full\nwait 2"),
      turnMilliseconds: 0)
    let loop = WorkbenchLoop(
      .small(), terminal: terminal, session: FakeSession(), files: files, now: { 0 })
    #expect(loop.run() == .endOfInput)
    #expect(terminal.failures.isEmpty && loop.state.isEdited)
  }

  @Test func onATooSmallScreenTheQuestionIsAskedInWords() {
    var state = WorkbenchState.small()
    state.press("x")
    _ = state.update(.resized(Size(width: 30, height: 8)))
    let asked = state.press("q")
    #expect(asked == [])
    #expect(state.picture.shows("q again leaves"))
    let left = state.press("q")
    #expect(left == [.quit(.quit)])
  }

  @Test func openingOverEditsAsks() throws {
    let shelf = WorkbenchRig.Shelf()
    shelf.scenes["other"] = WorkbenchRig.scene(WorkbenchRig.yaml.replacing("name: small", with: "name: other"))
    let end = try WorkbenchRig.play(
      "keys x o down enter\nuntil Open other?\nkeys enter\nwait 1\nscreen stayed\nkeys o down enter y\nuntil opened other",
      shelf: shelf)
    #expect(end.terminal.captures.first?.surface.shows("small*") == true)
    #expect(!end.state.isEdited)
  }

  @Test func aSaveProposesTheFileThatTheSceneCameFrom() throws {
    let shelf = WorkbenchRig.Shelf()
    let own = try WorkbenchRig.play("keys ctrl-s\nuntil scenes/my.yaml", path: "scenes/my.yaml")
    #expect(own.state.path == "scenes/my.yaml")
    _ = try WorkbenchRig.play(
      "keys ctrl-s ctrl-u\ntype b.yaml\nkeys enter\nuntil saved as\nkeys x ctrl-s\nuntil b.yaml", shelf: shelf)
    shelf.scenes["c.yaml"] = WorkbenchRig.scene()
    let opened = try WorkbenchRig.play(
      "keys :\ntype o c.yaml\nkeys enter\nuntil opened\nkeys ctrl-s\nwait 1", shelf: shelf)
    #expect(opened.terminal.lastSurface.shows("c.yaml"))
    // A preset is no file.
    #expect(WorkbenchState.small().proposedPath == "small.yaml")
  }

  /// `name: ../../evil` names no file outside of the working directory.
  @Test(arguments: [
    ("../../evil", "evil.yaml"), ("/etc/passwd", "etc-passwd.yaml"), (".hidden", "hidden.yaml"), ("-rf", "rf.yaml"),
    ("", "scene.yaml"), ("..", "scene.yaml"), ("a b\u{1b}[2J\nc", "a-b-2J-c.yaml"), ("vgg_v1.5", "vgg_v1.5.yaml"),
    ("~/x", "x.yaml"), ("Übung 3", "Übung-3.yaml"),
  ])
  func proposedNamesAreSafe(name: String, file: String) { #expect(WorkbenchState.fileName(for: name) == file) }

  @Test func proposedNamesFitIntoADirectory() {
    #expect(WorkbenchState.fileName(for: String(repeating: "é", count: 500)).utf8.count <= 255)
  }

  @Test func editsAreKeptUntilTheyAreSavedOrGivenUp() throws {
    let shelf = WorkbenchRig.Shelf()
    let ended = try WorkbenchRig.play("keys x\nwait 1\nsignal terminate", shelf: shelf)
    #expect(ended.departure.exitCode == 143)
    #expect(shelf.kept["own"] == ended.state.scene)
    // Undone, saved, or left in the regular way there is nothing to keep.
    for keys in ["x u", "x ctrl-s enter", "x q y", "x ctrl-c ctrl-c"] {
      let shelf = WorkbenchRig.Shelf()
      _ = try WorkbenchRig.play("keys \(keys)\nwait 1", shelf: shelf)
      #expect(shelf.kept["own"] == nil && shelf.keeps.contains { $0 != nil }, "\(keys)")
    }
  }

  @Test func keptEditsAreMentionedAndOffered() throws {
    let shelf = WorkbenchRig.Shelf()
    shelf.kept["7"] = WorkbenchRig.scene(WorkbenchRig.yaml.replacing("name: small", with: "name: lost"))
    let kept = [KeptEdits(id: "7", name: "lost", date: "2026-11-30 20:14")]
    let end = try WorkbenchRig.play(
      "until unsaved edits of lost were kept\nkeys o\nuntil unsaved edits of lost\nkeys enter\nuntil lost*\nwait 1\nkeys q\nuntil Leave?",
      shelf: shelf, keptEdits: kept)
    // They have a new owner now, and only this one.
    #expect(end.state.scene.name == "lost" && end.state.isEdited)
    #expect(shelf.kept["7"] == nil && shelf.kept["own"] == end.state.scene)
    let other = WorkbenchRig.Shelf()
    other.kept["7"] = WorkbenchRig.scene()
    let discarded = try WorkbenchRig.play("keys o delete esc\nwait 1", shelf: other, keptEdits: kept)
    #expect(other.kept["7"] == nil && discarded.state.keptEdits.isEmpty)
    #expect(!discarded.terminal.lastSurface.shows("were kept"))
  }
}
