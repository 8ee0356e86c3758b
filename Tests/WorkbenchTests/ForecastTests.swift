import Screens
import Testing
import Traces

@testable import Workbench

/// What a simulation says stands on screen before a run, and is never taken for a measurement.
struct ForecastTests {
  private func session() -> FakeSession {
    let session = FakeSession()
    session.predictedSeconds = 0.0032
    return session
  }

  @Test func theEditedSceneIsPredicted() throws {
    let session = session()
    let size = Size(width: 120, height: 40)
    let end = try WorkbenchRig.play(
      "wait 1\nkeys 2 e\nwait 1\nscreen plan\nkeys e 3 e\nwait 1\nscreen timeline\nkeys e 2 home right\nwait 1",
      size: size, session: session)
    let plan = try #require(end.terminal.captures.first { $0.name == "plan" }).surface
    #expect(plan.shows("predicted (model): step 3.20 ms, 20.0 k samples/s"))
    let timeline = try #require(end.terminal.captures.first { $0.name == "timeline" }).surface
    #expect(timeline.shows("predicted, model clock"))
    // The edit was simulated too, and nothing counts as measured.
    #expect(session.forecasts == [WorkbenchRig.scene(), end.state.scene] && end.state.forecast != nil)
    #expect(end.state.measurements?.totals == nil && end.state.measurements?.isPredicted == true)
    #expect(end.state.measurements?.timeline.isEmpty == false && end.state.report == nil)
  }

  @Test func aRunTakesItsPlace() throws {
    let end = try WorkbenchRig.play("wait 1\nkeys r\nuntil FINISHED\nwait 2", session: session())
    #expect(end.state.measurements?.isPredicted == false && end.state.measurements?.clock == .wall)
    #expect(end.state.measurements?.totals != nil)
  }

  @Test func resettingBringsItBack() throws {
    let end = try WorkbenchRig.play("wait 1\nkeys r\nuntil FINISHED\nkeys X\nwait 1", session: session())
    #expect(end.state.measurements?.isPredicted == true && end.state.run == nil)
  }

  @Test func answersToOlderQuestionsAreDropped() {
    var state = WorkbenchState.small()
    var other = state.scene
    other.training.batch = 32
    _ = state.update(
      .forecast(
        Forecast(clock: .wall, stepSeconds: 1, assumptions: ["made-up costs"]), of: other))
    #expect(state.forecast == nil && state.measurements?.isPredicted == false)
  }
}
