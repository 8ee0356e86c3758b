import Networks
import Screens
import Testing
import Traces

@testable import Workbench

/// Trees in the network panel.
struct TreeEditingTests {
  @Test func aTreeGrowsBelowTheMarkedLayerAndGoesAgain() {
    var state = WorkbenchState.small(size: Size(width: 120, height: 40))
    let original = state.scene
    state.press("down t")
    #expect(state.scene.network.tree == Tree(after: "relu1", copies: 4))
    #expect(state.compilation.plan != nil)
    #expect(state.rows.map(\.copies) == [1, 1, 4, 4, 4])
    #expect(state.rows[4].parameters == 4 * (64 * 10 + 10))
    #expect(state.picture.glyphRows.contains { $0.contains("linear1") && $0.contains("×4") })
    state.press("down t")
    #expect(state.scene.network.tree == Tree(after: "maxPool1", copies: 4))
    state.press("t")
    #expect(state.scene == original)
    state.press("G t")
    #expect(state.scene == original && state.note != nil, "nothing comes after the loss")
  }

  @Test func itsSettingsStandBelowTheLoss() {
    var state = WorkbenchState.small(size: Size(width: 120, height: 40))
    state.press("down t G")
    #expect(state.currentField?.key == "tree.loss")
    state.press("right right")
    #expect(state.scene.network.tree?.loss == .oracle)
    state.press("G right")
    #expect(state.scene.network.tree?.best == 2)
    state.press("k left")
    #expect(
      state.scene.network.tree == Tree(after: "relu1", copies: 4, loss: .ensembleMean), "best goes with the oracle")
    state.press("k enter ctrl-u")
    state.type("2")
    state.press("enter")
    #expect(state.scene.network.tree?.copies == 2)
    state.press("k right")
    #expect(state.scene.network.tree?.after == "maxPool1")
    #expect(state.picture.glyphRows.contains { $0.contains("tree after") && $0.contains("maxPool1") })
  }

  @Test func editsOfLayersKeepTheRoot() {
    var network = WorkbenchRig.scene().network
    network.tree = Tree(after: "relu1", copies: 2)
    network.insert(Layer(.relu), at: 1)
    #expect(network.tree?.after == "relu2", "the layer that was meant is the second relu now")
    network.replace(at: 2, with: Layer(.relu, name: "root"))
    #expect(network.tree?.after == "root")
    network.remove(at: 2)
    #expect(network.tree?.after == "relu1", "the trunk ends a layer earlier")
    let isMoved = network.move(1, by: -1)
    #expect(isMoved && network.tree?.after == "relu1")
    network.remove(at: 0)
    #expect(network.tree?.after == "input")
  }

  @Test func aWrongTreeIsToldAtItsLine() {
    var state = WorkbenchState.small(size: Size(width: 120, height: 40))
    state.press("down t G k k enter ctrl-u")
    state.type("nobody")
    state.press("enter")
    #expect(state.compilation.plan == nil)
    #expect(state.picture.glyphRows.contains { $0.contains("✗") && $0.contains("tree after") && $0.contains("nobody") })
  }

  @Test func theLearningPanelShowsAnyHead() {
    var learning = LearningHistory()
    learning.append(loss: 1)
    learning.append(.init(steps: 1, train: 0.5, test: 0.75))
    #expect(!LearningPicture(learning: learning, view: LearningView()).latest.text.contains("any head"))
    learning.append(.init(steps: 2, train: 0.5, test: 0.75, testOracle: 0.875))
    #expect(LearningPicture(learning: learning, view: LearningView()).latest.text.contains("any head\u{a0}87.5"))
    #expect(LearningPicture(learning: learning, view: LearningView()).wins == nil)
    let heads = Report.Heads(accuracy: [0.5, 0.75], wins: [[0, 3], [4, 1]])
    learning.append(.init(steps: 3, train: 0.5, test: 0.75, testOracle: 0.875, heads: heads))
    let map = LearningPicture(learning: learning, view: LearningView()).wins
    #expect(map?.rowLabels == ["head 1", "head 2"] && map?.columnLabels == ["class 0", "class 1"])
    #expect(map?.values.map { $0.map(\.text) } == [["", "3"], ["4", "1"]])
  }
}
