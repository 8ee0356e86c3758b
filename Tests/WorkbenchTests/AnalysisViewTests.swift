import Screens
import Testing
import Traces

@testable import Workbench

/// The view of the analysis, and what the timeline takes from it.
@Suite struct AnalysisViewTests {
  private func finished() throws -> WorkbenchState {
    try WorkbenchRig.play("keys r\nuntil FINISHED", size: Size(width: 120, height: 40)).state
  }

  @Test func itSaysWhatTheReportSays() throws {
    var state = try finished()
    state.press("A")
    guard case .analysis = state.overlay else {
      Issue.record("no analysis is open")
      return
    }
    let report = try #require(state.report?.analysis)
    let analysis = try #require(state.analysis)
    #expect(analysis.verdict == report.verdict)
    #expect(analysis.steps.numbers == report.firstStep...report.lastStep)
    let text = state.picture.glyphRows.joined(separator: "\n")
    #expect(text.contains(report.verdict.verdict) && text.contains("critical path") && text.contains("efficiency"))
    state.press("esc")
    #expect(state.overlay == nil)
  }

  @Test func withoutMeasurementsItSaysSo() {
    var state = WorkbenchState.small()
    state.press("A")
    #expect(state.overlay == nil && state.note?.text.contains("nothing was measured") == true)
  }

  @Test func longAnalysesScrollToTheirEndAndNoFurther() throws {
    var state = try finished()
    state.size = Size(width: 80, height: 24)
    state.press("A G")
    let last = try #require(state.analysisLines(width: 76).last { !$0.text.isEmpty }).text
    #expect(state.picture.glyphRows.contains { $0.contains(last.prefix(20)) })
    state.press("g")
    #expect(state.overlay == .analysis(AnalysisView()))
  }

  @Test func thePathIsARowOfTheTimeline() throws {
    var state = try finished()
    state.press("3 c")
    #expect(state.timelineView.path != nil && !state.timelineView.isFollowing)
    #expect(state.picture.glyphRows.contains { $0.contains(" path ") })
    state.press("c")
    #expect(state.timelineView.path == nil)
  }

  @Test func aSelectedWaitNamesWhoCausedIt() throws {
    var state = try finished()
    state.press("3 .")
    for _ in 0..<60 where state.timelineView.selection?.kind != .wait { state.press(".") }
    let selected = try #require(state.timelineView.selection)
    if selected.kind == .wait {
      let blame = try #require(state.timelineView.blame)
      #expect(blame.hasPrefix("caused by "))
    } else {
      // Both devices of the small scene do the same at the same time, so that neither may have to wait.
      #expect(state.timelineView.blame == nil)
    }
  }
}
