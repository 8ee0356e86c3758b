import Programs
import Screens
import Testing

@testable import Workbench

/// The picture of owners in the strategy panel.
struct OwnersTests {
  @Test func ownersAreDrawnForTheSelectedLayerAndFollowEdits() {
    var state = WorkbenchState.small()
    state.press("O")
    #expect(state.focus == .strategy && state.isExpanded)
    #expect(state.picture.shows("conv1: n=2 on devices 0,1"))
    // The first field is the strategy: from data to model, which cuts k.
    state.press("right")
    #expect(state.picture.shows("conv1: k=2 on devices 0,1"))
    #expect(state.picture.shows("nothing is added up"))
    state.press("] ] ] ]")
    #expect(state.owners?.layer.node.name == "linear1")
    #expect(state.selectedLayer == 4)
    state.press("]")
    #expect(state.selectedLayer == 4)
    state.press("[")
    #expect(state.owners?.layer.node.name == "flatten1")
    state.press("O")
    #expect(state.strategyResult == .plan && !state.isExpanded)
    #expect(!state.picture.shows("flatten1: "))
  }

  @Test func theSelectionInTheNetworkDecides() {
    var state = WorkbenchState.small(size: Size(width: 120, height: 40))
    state.press("down down O")
    #expect(state.owners?.layer.node.name == "maxPool1")
    state.press("O 1 g O")
    // The input's line stands for the first layer.
    #expect(state.owners?.layer.node.name == "conv1")
  }

  @Test func aRefusedSceneShowsTheReason() {
    var state = WorkbenchState.small()
    state.press("O right right down down right right right right")
    #expect(state.compilation.plan == nil)
    #expect(state.picture.shows("✗"))
  }

  @Test func pagesScrollThePicture() {
    var state = WorkbenchState.small(size: Size(width: 80, height: 17))
    state.press("O right ] ] ] ]")
    let before = state.picture
    state.press("pagedown")
    #expect(state.ownershipScroll > 0)
    #expect(state.picture != before)
    state.press("pageup pageup")
    #expect(state.picture == before)
  }

  @Test func itIsDrawnAtEverySize() {
    var state = WorkbenchState.small()
    state.press("O right")
    for (width, height) in [(0, 0), (1, 1), (40, 10), (60, 16), (80, 24), (120, 40), (200, 60)] {
      var surface = Surface(width: width, height: height, glyphs: .ascii)
      state.draw(into: &surface)
    }
  }

  @Test func slotsAreDrawnAndFollowEdits() {
    var state = WorkbenchState.small()
    state.press("T")
    #expect(state.focus == .strategy || state.strategyResult == .plan)
    state.press("2 T right right")
    #expect(state.scene.strategy.description == "pipeline(schedule=1f1b)")
    #expect(state.strategyResult == .slots && state.isExpanded)
    #expect(state.picture.shows("device 1  ·  F0 B0───"))
    #expect(state.picture.shows("closed form (p-1)/(m+p-1)"))
    // The next field is the schedule.
    state.press("down right")
    #expect(state.picture.shows("device 0  F0 F1 F2 F3"))
    let before = state.picture
    state.press("pagedown")
    #expect(state.picture != before || state.ownershipScroll > 0)
    state.press("pageup T")
    #expect(state.strategyResult == .plan && !state.isExpanded)
    for (width, height) in [(0, 0), (1, 1), (40, 10), (60, 16), (80, 24), (120, 40), (200, 60)] {
      var surface = Surface(width: width, height: height, glyphs: .ascii)
      state.press("T")
      state.draw(into: &surface)
      state.press("T")
    }
  }

  /// All tables of the expanded devices panel can be reached on a small screen.
  @Test func theExpandedDevicesPanelScrollsToTheMemory() {
    let yaml = WorkbenchRig.yaml.replacing("devices: 2", with: "devices: 4")
    var state = WorkbenchState(
      WorkbenchRig.scene(yaml), cores: 4, inquiries: Inquiries(workspaceWords: { $0.devices.map { _ in 256 } }))
    state.press("4 e")
    #expect(!state.picture.shows("worksp."))
    state.press(Array(repeating: "j", count: 40).joined(separator: " "))
    #expect(state.picture.shows("peak memory by formula"))
    #expect(state.picture.shows("worksp."))
    #expect(state.picture.shows("1.00 KiB"))
  }
}
