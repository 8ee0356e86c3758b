import Screens
import Testing
import Traces

@testable import Workbench

/// Runs by scripted keys in the real loop, on a session without devices.
struct RunTests {
  @Test func aRunGoesToItsEndAndIsMeasured() throws {
    let end = try WorkbenchRig.play("keys r\nuntil FINISHED\nwait 2")
    #expect(end.session.calls == ["start data(exchange=ring)"])
    #expect(end.state.run?.doneSteps == 6)
    #expect(end.state.measurements?.learning.losses.count == 6)
    // Steps that the report leaves out as warm-up are left out here too.
    #expect(end.state.measurements?.totals?.steps == 4)
    #expect(end.state.measurements?.samplesPerSecond != nil)
    #expect(end.state.report?.steps == 6)
    #expect(end.terminal.lastSurface.shows("step 6 of 6"))
    #expect(end.departure == .endOfInput)
  }

  @Test func pausingTheDisplayKeepsCollecting() throws {
    let end = try WorkbenchRig.play(
      "keys r\nwait 1\nkeys space\nscreen held\nuntil [PAUSED]\nwait 8\nscreen still\nkeys space\nuntil FINISHED")
    let held = try #require(end.terminal.captures.last { $0.name == "still" })
    #expect(held.surface.shows("[PAUSED]"))
    #expect(held.surface.shows("RUNNING"))
    #expect(!held.surface.shows("step 6 of 6"))
    #expect(end.terminal.lastSurface.shows("step 6 of 6"))
    #expect(!end.session.calls.contains("pause"))
  }

  @Test func stepsAreDoneOneByOneAndTheRunResumed() throws {
    let end = try WorkbenchRig.play(
      "keys s\nuntil step 1 of 6\nwait 3\nscreen one\nkeys s\nuntil step 2 of 6\nkeys r\nuntil FINISHED")
    #expect(end.session.calls == ["start data(exchange=ring) paused", "step 1", "step 1", "resume"])
    let one = try #require(end.terminal.captures.first)
    #expect(one.surface.shows("HALTED"))
    #expect(one.surface.shows("step 1 of 6"))
    // Who steps sees the first step measured.
    #expect(end.state.measurements?.totals?.steps == 6)
  }

  @Test func theRunItselfIsPausedAndResumedWithP() throws {
    let end = try WorkbenchRig.play("keys r\nwait 1\nkeys p\nuntil HALTED\nkeys p\nuntil FINISHED")
    #expect(end.session.calls == ["start data(exchange=ring)", "pause", "resume"])
  }

  @Test func stoppingAndResetting() throws {
    let end = try WorkbenchRig.play("keys r\nwait 1\nkeys S\nuntil STOPPED\nkeys X\nuntil READY")
    #expect(end.session.calls == ["start data(exchange=ring)", "stop", "reset"])
    #expect(end.state.run == nil)
    #expect(end.state.measurements?.totals == nil)
  }

  @Test func aChangedSceneRunsOnlyWhenAskedTo() throws {
    let end = try WorkbenchRig.play(
      """
      keys r
      wait 1
      keys 2 right right
      until edited: press r to start anew
      screen edited
      keys r
      until FINISHED
      wait 2
      """, session: FakeSession(totalSteps: 40))
    #expect(end.session.calls == ["start data(exchange=ring)", "start pipeline(schedule=1f1b)"])
    let edited = try #require(end.terminal.captures.first)
    #expect(edited.surface.shows("RUNNING"))
    #expect(!end.terminal.lastSurface.shows("edited"))
    #expect(end.state.measurements?.facts.program.strategy == "pipeline(schedule=1f1b)")
  }

  @Test func aFailureIsShownAndNothingIsLost() throws {
    let session = FakeSession()
    session.failsAt = 4
    let end = try WorkbenchRig.play("keys r\nuntil The run failed\nscreen failed\nkeys enter\nwait 1", session: session)
    let failed = try #require(end.terminal.captures.first)
    #expect(failed.surface.shows("a buffer is missing"))
    #expect(failed.surface.shows("<-- here"))
    #expect(end.state.overlay == nil)
    #expect(end.state.measurements?.learning.losses.count == 4)
    #expect(end.state.report?.steps == 4)
    #expect(end.terminal.lastSurface.shows("FAILED"))
  }

  /// A loss that is no number is named with its step, counted from 1 as everywhere, and is no success.
  @Test func trainingThatDivergesIsNamed() throws {
    let session = FakeSession()
    session.divergesAt = 2
    let end = try WorkbenchRig.play("keys r\nuntil diverged at step 3\nuntil DIVERGED  at step 3", session: session)
    #expect(end.state.phase == .diverged && end.state.run?.doneSteps == 6)
    #expect(end.terminal.lastSurface.shows("the loss is no number any more"))
    #expect(!end.terminal.lastSurface.shows("FINISHED"))
    let status = end.terminal.lastSurface
    let column = try #require(status.glyphRows.first?.firstRange(of: "DIVERGED"))
    let x = status.glyphRows[0].distance(from: status.glyphRows[0].startIndex, to: column.lowerBound)
    #expect(status[x, 0].role == .warning)
  }

  @Test func aRunThatCannotStartSaysWhy() throws {
    let session = FakeSession()
    session.refusal = "there is no file 'images.gz'"
    let end = try WorkbenchRig.play("keys r\nuntil Cannot run the scene", session: session)
    #expect(end.terminal.lastSurface.shows("images.gz"))
    #expect(end.state.run == nil)
  }

  @Test func whatDoesNotCompileDoesNotRun() {
    var state = WorkbenchState.small()
    state.press("x x x x x")
    #expect(state.phase == .refused)
    let effects = state.press("r")
    #expect(effects == [])
    #expect(state.note?.text.hasPrefix("cannot run") == true)
  }

  @Test func moreDevicesThanCoresAreSaid() throws {
    let end = try WorkbenchRig.play("wait 1", cores: 1)
    #expect(end.terminal.lastSurface.shows("virtual clock: 2 devices on 1 core"))
    let wall = try WorkbenchRig.play("keys C\nwait 1", cores: 1)
    #expect(wall.terminal.lastSurface.shows("timed by the wall clock"))
    #expect(wall.terminal.lastSurface.shows("oversubscribed: 2 devices on 1 core"))
    let fitting = try WorkbenchRig.play("wait 1", cores: 2)
    #expect(!fitting.terminal.lastSurface.shows("2 devices on"))
  }

  /// The clock follows devices and cores until somebody chooses one; a run keeps the one that it began with.
  @Test func runsAreToldInTheClockThatWasChosen() throws {
    let standard = FakeSession()
    _ = try WorkbenchRig.play("keys r\nuntil FINISHED", session: standard, cores: 1)
    #expect(standard.calls.first == "start data(exchange=ring) virtual")
    let chosen = FakeSession()
    let end = try WorkbenchRig.play("keys C r\nuntil FINISHED\nkeys C\nwait 1", session: chosen, cores: 1)
    #expect(chosen.calls.first == "start data(exchange=ring)")
    #expect(end.state.run?.clock == .wall && end.state.measurements?.clock == .wall && end.state.report?.clock == .wall)
    #expect(end.state.clock(of: end.state.scene) == .virtual)
  }

  /// What was expected stands beside what was measured, before the run without it, and nowhere where nobody predicts.
  @Test func predictionsStandBesideMeasurements() throws {
    var known = WorkbenchState(
      WorkbenchRig.scene(), size: Size(width: 120, height: 40), cores: 4, presets: [])
    #expect(!known.picture.shows("predicted"))
    func answer(_ expected: Double?) {
      let forecast = Forecast(
        clock: known.clock(of: known.scene), stepSeconds: expected ?? 0.125,
        reservation: expected == nil ? "nobody knows" : nil, assumptions: ["by heart"])
      _ = known.update(.forecast(forecast, of: known.scene))
    }
    answer(nil)
    #expect(known.picture.shows("predicted (model): step 125 ms"))
    answer(0.25)
    #expect(known.picture.shows("predicted step 250 ms"))
    let effects = known.press("C")
    #expect(effects.contains(.forecast))
    answer(0.5)
    #expect(known.picture.shows("predicted step 500 ms"))
    let plan = try #require(known.compilation.plan)
    _ = known.update(.started(plan, paused: false))
    let session = FakeSession()
    try session.start(plan, clock: .virtual, paused: false)
    for _ in 0..<8 { if let news = session.drain() { _ = known.update(.run(news)) } }
    #expect(known.picture.shows("predicted step 500 ms, measured"))
    let report = try #require(known.report)
    #expect(report.predicted?.stepSeconds == 0.5 && report.predicted?.relativeError != nil)
    #expect(report.assumptions.contains("predicted step: by heart") && report.clock == .virtual)
  }
}
