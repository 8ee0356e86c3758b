import Networks
import Scenes
import Screens
import Strategies
import Testing

@testable import Workbench

/// What keys do to the scene.
struct EditingTests {
  @Test func addingALayerOpensItsFormBelowTheMarkedOne() {
    var state = WorkbenchState.small()
    state.press("a down down enter")
    #expect(state.layerNames == ["conv1", "relu1", "relu2", "maxPool1", "flatten1", "linear1"])
    #expect(state.networkLine == 2)
    state.press("a enter")
    #expect(state.form?.layer == 2)
    #expect(state.compilation.plan == nil)
    // linear cannot read an image: the error stands at its row at once.
    #expect(state.rows[2].problem?.message.contains("needs a feature vector") == true)
    #expect(state.picture.glyphRows.contains { $0.contains("linear1") && $0.contains("✗") })
  }

  @Test func removingMovingAndCopyingCanBeTakenBack() {
    var state = WorkbenchState.small()
    let original = state.scene
    state.press("down x")
    #expect(state.layerNames == ["conv1", "maxPool1", "flatten1", "linear1"])
    state.press("u")
    #expect(state.scene == original)
    state.press("ctrl-r")
    #expect(state.layerNames == ["conv1", "maxPool1", "flatten1", "linear1"])
    state.press("u J")
    #expect(state.layerNames == ["conv1", "maxPool1", "relu1", "flatten1", "linear1"])
    #expect(state.networkLine == 3)
    state.press("K c")
    #expect(state.layerNames == ["conv1", "relu1", "relu2", "maxPool1", "flatten1", "linear1"])
    state.press("u u u u u")
    #expect(state.scene == original)
    #expect(state.note?.text == "nothing to undo")
  }

  @Test func inputAndLossCannotBeRemoved() {
    var state = WorkbenchState.small()
    let original = state.scene
    state.press("g x J K c G x")
    #expect(state.scene == original)
  }

  @Test func formsChangeAtOnceAndTypingShowsErrors() {
    var state = WorkbenchState.small()
    state.press("enter right")
    #expect(state.rows[0].output?.channels == 5)
    state.press("enter ctrl-u")
    #expect(state.editor?.problem != nil)
    #expect(state.rows[0].output?.channels == 5)
    state.type("32")
    #expect(state.editor?.problem == nil)
    #expect(state.rows[0].output?.channels == 32)
    state.press("esc")
    #expect(state.rows[0].output?.channels == 5)
    state.press("enter ctrl-u")
    state.type("12")
    state.press("enter u")
    #expect(state.rows[0].output?.channels == 5)
    state.press("ctrl-r")
    #expect(state.rows[0].output?.channels == 12)
    state.press("esc")
    #expect(state.form == nil)
  }

  @Test func aKernelThatDoesNotFitIsAnErrorInItsRow() {
    var state = WorkbenchState.small()
    state.press("down down enter enter ctrl-u")
    state.type("9")
    #expect(state.rows[2].problem?.message.contains("does not fit") == true)
    #expect(state.phase == .refused)
    #expect(state.measurements == nil)
    state.press("esc")
    #expect(state.phase == .ready)
    #expect(state.measurements != nil)
  }

  @Test func inputAndLossAreEditedInTheirLines() {
    var state = WorkbenchState.small()
    state.press("g enter ctrl-u")
    state.type("1x8")
    #expect(state.editor?.problem != nil)
    state.type("x9")
    state.press("enter")
    #expect(state.scene.network.input == .image(channels: 1, height: 8, width: 9))
    #expect(state.compilation.problems.contains { $0.path == "network.input" })
    state.press("u G right")
    #expect(state.scene.network.loss == .meanSquaredError)
  }

  @Test func aResidualConnectionTakesTwoInputsOfOneShape() {
    var state = WorkbenchState.small()
    state.press("down a end up enter")
    #expect(state.scene.network.layers[2].kind == .add)
    #expect(state.scene.network.layers[2].inputs == ["conv1", "relu1"])
    #expect(state.compilation.plan != nil)
  }

  @Test func strategiesAreRefusedWithTheReasonAndCompiledAgain() {
    var state = WorkbenchState.small()
    state.press("2 right right")
    #expect(state.scene.strategy.description == "pipeline(schedule=1f1b)")
    #expect(state.compilation.plan?.bubble != nil)
    state.press("down right")
    #expect(state.scene.strategy.description == "pipeline(schedule=gpipe)")
    state.press("down right right right right")
    #expect(state.phase == .refused)
    #expect(state.picture.shows("✗"))
    state.press("left left left left")
    #expect(state.scene.strategy.description == "pipeline(schedule=gpipe)")
    #expect(state.phase == .ready)
  }

  @Test func devicesAndBatchAreSteppedAndTyped() {
    var state = WorkbenchState.small()
    state.press("2")
    for _ in StrategyKind.all.first(where: { $0.name == "data" })!.options { state.press("down") }
    state.press("down right right")
    #expect(state.scene.machine.devices == 4)
    #expect(state.compilation.plan?.program.devices.count == 4)
    state.press("down left")
    #expect(state.scene.training.batch == 32)
    state.press("enter ctrl-u")
    state.type("3")
    // Three samples cannot be shared by four devices.
    #expect(state.phase == .refused)
    state.press("esc")
    #expect(state.scene.training.batch == 32)
  }

  @Test func setReplacesAnyField() {
    var state = WorkbenchState.small()
    state.press(":")
    state.type("set training.rate=0.25")
    state.press("enter")
    #expect(state.scene.training.rate.rate == 0.25)
    state.press(":")
    state.type("set training.colour=red")
    state.press("enter")
    guard case .message(let notice)? = state.overlay else {
      Issue.record("no message")
      return
    }
    #expect(notice.text.contains("colour"))
  }
}
