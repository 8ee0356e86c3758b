import Machines
import Programs
import Screens
import Testing
import Traces

@testable import Workbench

/// The communication panel by physical link, and serial references timed from the workbench.
@Suite struct LinksTests {
  private static let hosts = Machine(
    devices: 4, link: .emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e8),
    topology: .hosts(devices: 2, inside: .shared))

  private func byLink() -> CommunicationView {
    var view = CommunicationView()
    _ = view.handle(.character("l"), MeasurementsFixture.measurements(MeasurementsFixture.serial))
    return view
  }

  private func text(_ measurements: Measurements, width: Int = 90, expanded: Bool = false) -> String {
    var surface = Surface(width: width, height: 14)
    drawCommunication(measurements, byLink(), into: &surface, in: surface.bounds, expanded: expanded)
    return surface.glyphRows.joined(separator: "\n")
  }

  /// Four devices send 400 bytes to each other: four messages leave a host and four come in.
  @Test func everyLinkIsShownWithWhoSharesIt() throws {
    let program = MeasurementsFixture.exchange(devices: 4)
    let measured = text(MeasurementsFixture.measurements(program, machine: Self.hosts))
    for name in ["host 0 out", "host 0 in", "host 1 out", "host 1 in"] {
      #expect(measured.contains(name), "\(measured)")
    }
    #expect(measured.contains("1.60 kB =") && measured.contains("0>2 0>3 1>2 1>3"), "\(measured)")
    #expect(measured.contains("busiest host"))
    let before = text(Measurements(ProgramFacts(program, machine: Self.hosts)))
    #expect(before.contains("a step by its bandwidth") && !before.contains("queued"), "\(before)")
    #expect(
      text(MeasurementsFixture.measurements(program, machine: Self.hosts), expanded: true).contains("queued: how long"))
  }

  @Test func whereThereIsNoLinkThePanelSaysSo() {
    let program = MeasurementsFixture.exchange(devices: 2)
    #expect(text(MeasurementsFixture.measurements(program, machine: Machine(devices: 2))).contains("share memory"))
    #expect(text(MeasurementsFixture.measurements(program)).contains("n/a"))
  }

  @Test func theKeyTurnsThePanelAndTheFrameSaysHow() throws {
    var state = try WorkbenchRig.play(
      "keys r\nuntil FINISHED\nkeys 5", size: Size(width: 120, height: 40), scene: WorkbenchRig.hosts
    ).state
    func screen() -> String { state.picture.glyphRows.joined(separator: "\n") }
    #expect(screen().contains("bytes per step"))
    state.press("l")
    #expect(screen().contains("by link ┐") && screen().contains("host 1 out"))
    state.press("l b")
    #expect(screen().contains("messages/step"))
  }

  /// A reference makes speed-up and computation scaling known, in the analysis and in the report; none leaves them n/a.
  @Test func aSerialReferenceIsTimedOnDemand() throws {
    let session = FakeSession()
    session.serialSeconds = 1e-3
    let outcome = try WorkbenchRig.play(
      "keys r\nuntil FINISHED\nkeys A esc R\nwait 3\nkeys A", size: Size(width: 120, height: 40), session: session)
    #expect(session.calls.contains("reference wall"))
    let report = try #require(outcome.state.report)
    let step = try #require(report.stepSeconds.median)
    #expect(report.efficiency.speedup.map { abs($0 - 1e-3 / step) < 1e-9 } == true)
    #expect(report.serialReference?.source == "made up")
    #expect(report.analysis?.efficiency.computationScaling != nil)
    let analysis = try #require(outcome.state.analysis)
    #expect(analysis.speedup == report.efficiency.speedup)
    #expect(outcome.state.picture.glyphRows.joined().contains("one takes 1.00 ms a step"))

    let plain = try WorkbenchRig.play("keys r\nuntil FINISHED\nkeys A", size: Size(width: 120, height: 40)).state
    #expect(plain.report?.efficiency.speedup == nil)
    #expect(plain.picture.glyphRows.joined().contains("no serial reference: R times one"))
  }

  /// Serial steps are timed alone: not beside a run, and no run begins beside them.
  @Test func nothingRunsBesideTheSerialSteps() throws {
    var state = try WorkbenchRig.play("keys r\nwait 2").state
    var effects = state.perform(.reference)
    #expect(state.isRunAlive && effects.isEmpty && state.note?.text.contains("S stops the run first") == true)
    state = WorkbenchState.small()
    effects = state.perform(.reference)
    #expect(effects == [.reference] && state.isTimingReference)
    effects = state.perform(.run)
    #expect(effects.isEmpty && state.note?.text.contains("being timed") == true)
    effects = state.perform(.reference)
    #expect(effects.isEmpty)
    let plan = try #require(state.compilation.plan)
    let key = ReferenceKey(plan.program, clock: .wall, cores: 4)
    _ = state.update(.timed(TimedReference(key: key, reference: nil, problem: "no data")))
    #expect(!state.isTimingReference)
    guard case .message(let notice) = state.overlay else {
      Issue.record("the problem is not shown")
      return
    }
    #expect(notice.text.contains("no data"))
  }
}
