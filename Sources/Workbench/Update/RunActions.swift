import Scenes
import Screens
import Traces

extension WorkbenchState {
  /// Starts, pauses, steps, stops and resets.
  mutating func control(_ action: WorkbenchAction) -> [Effect] {
    note = nil
    switch action {
    case .pauseDisplay: pauseDisplay()
    case .run:
      if isRunAlive, !isEditedSinceRun {
        guard run?.state == .paused else {
          note = Line("already running; Space pauses the display, S stops", role: .dim)
          return []
        }
        return [.resumeRun]
      }
      return start(paused: false)
    case .step:
      if isRunAlive, !isEditedSinceRun { return [.step(1)] }
      return start(paused: true, then: [.step(1)])
    case .pauseRun:
      guard isRunAlive else { return say("nothing runs; r runs the scene") }
      return [run?.state == .paused ? .resumeRun : .pauseRun]
    case .stop:
      afterCompiling = []
      guard isRunAlive else { return say("nothing runs") }
      if run?.isStopping == true { note = Line("stopping at once", role: .warning) }
      run?.isStopping = true
      return [.stopRun]
    case .clock:
      let other: Clock = clock(of: scene) == .wall ? .virtual : .wall
      chosenClock = other
      note = Line("the next run is timed by the \(other.rawValue) clock", role: .good)
      return [.forecast]
    case .reference: return timeReference()
    case .reset:
      guard run != nil else { return say("nothing was run") }
      forgetRun()
      return [.resetRun]
    default: break
    }
    return []
  }

  private mutating func say(_ text: String) -> [Effect] {
    note = Line(text, role: .dim)
    return []
  }

  private mutating func start(paused: Bool, then: [Effect] = []) -> [Effect] {
    guard !isTimingReference else { return say("serial steps are being timed; the run can begin after them") }
    let effects = [.start(scene, paused: paused)] + then
    if isCompiling {
      afterCompiling = effects
      note = Line("the run begins when the scene is compiled; S takes that back", role: .accent)
      return []
    }
    return compilation.plan == nil ? cannotRun() : effects
  }

  /// Says why the scene cannot run.
  mutating func cannotRun() -> [Effect] {
    note = Line("cannot run: \(compilation.problems.first?.message ?? "the scene does not compile")", role: .error)
    return []
  }

  private mutating func pauseDisplay() {
    if frozen != nil {
      frozen = nil
      frozenRun = nil
    } else if run != nil {
      frozen = measurements
      frozenRun = run
    } else {
      note = Line("nothing runs; r runs the scene", role: .dim)
    }
  }

  private mutating func forgetRun() {
    run = nil
    statistics = nil
    frozen = nil
    frozenRun = nil
    timelineView = TimelineView()
    measurements = unmeasured
  }

  /// A run has begun: all measurements start anew.
  mutating func begin(_ plan: ScenePlan, paused: Bool) {
    forgetRun()
    let clock = clock(of: plan.scene)
    run = RunStatus(scene: plan.scene, clock: clock, state: .running, totalSteps: plan.steps ?? 0)
    if compilation.plan?.scene == plan.scene, forecast?.clock == clock { run?.forecast = forecast }
    // Who steps wants to see the first step too.
    let warmup = paused ? 0 : Scene.warmupSteps(of: plan.steps ?? 1)
    statistics = RunStatistics(program: plan.program, warmupSteps: warmup)
    var begun = Measurements(plan.facts, clock: clock, learning: LearningHistory(plannedSteps: plan.steps))
    begun.state = .running
    measurements = begun
  }

  /// Takes in what the run did.
  mutating func take(_ update: SessionUpdate) {
    guard var run, var measured = measurements else { return }
    let wasOver = run.state.isOver
    run.state = update.state
    run.totalSteps = update.totalSteps
    run.doneSteps = max(run.doneSteps, update.results.last.map { $0.step + 1 } ?? 0)
    self.run = run
    if let batch = update.trace { statistics?.consume(batch) }
    if let statistics { measured.take(Self.settled(statistics, isHalted: update.state != .running)) }
    if run.divergedStep == nil, let first = update.results.first(where: { !$0.loss.isFinite }) {
      self.run?.divergedStep = first.step + 1
    }
    for result in update.results { measured.learning.append(loss: result.loss, rate: result.rate) }
    for evaluation in update.evaluations { measured.learning.append(evaluation) }
    measured.learning.plannedSteps = update.totalSteps
    measured.learning.stepsPerEpoch = update.stepsPerEpoch ?? measured.learning.stepsPerEpoch
    if !update.peaks.isEmpty { measured.peaks = update.peaks }
    measured.carried = update.carried ?? measured.carried
    measured.state = update.state.isOver ? .ended : .running
    measurements = measured
    if case .failed(let text) = update.state, !wasOver { overlay = .message(Notice("The run failed", text)) }
  }

  /// While the devices stand, every step that they have ended is complete.
  private static func settled(_ statistics: RunStatistics, isHalted: Bool) -> RunStatistics {
    guard isHalted else { return statistics }
    var copy = statistics
    copy.finish()
    return copy
  }
}
