import Programs
import Scenes
import Traces

@testable import Workbench

/// A run without devices: each ``drain()`` of a running session is one step, with losses and times of its own.
final class FakeSession: Session {
  /// What the workbench asked for, in order.
  private(set) var calls: [String] = []
  /// The step at which the run fails.
  var failsAt: Int?
  /// The step from which on the loss is no number.
  var divergesAt: Int?
  /// What a simulation predicts for every plan; nothing without it.
  var predictedSeconds: Double?
  /// The scenes that it was asked to predict.
  private(set) var forecasts: [Scene] = []
  private var forecastAnswer: (scene: Scene, forecast: Forecast)?
  /// Why no run can start.
  var refusal: String?

  private var plan: ScenePlan?
  private var state = SessionUpdate.State.running
  private var next = 0
  private var requested = 0
  private var clock: [Int64] = []
  private let totalSteps: Int

  init(totalSteps: Int = 6) { self.totalSteps = totalSteps }

  struct Refusal: Error, CustomStringConvertible { var description: String }

  func start(_ plan: ScenePlan, clock: Clock, paused: Bool) throws {
    let time = clock == .wall ? "" : " \(clock.rawValue)"
    calls.append("start \(plan.scene.strategy)\(time)\(paused ? " paused" : "")")
    if let refusal { throw Refusal(description: refusal) }
    self.plan = plan
    state = paused ? .paused : .running
    next = 0
    requested = 0
    self.clock = plan.program.devices.map { _ in 0 }
  }

  func pause() { note("pause") { state = .paused } }
  func resume() { note("resume") { state = .running } }
  func step(_ count: Int) { note("step \(count)") { requested += count } }
  func stop() { note("stop") { state = .stopped } }
  func reset() {
    calls.append("reset")
    plan = nil
  }

  /// How often ``compiled()`` is asked in vain before the answer is there.
  var compilingTurns = 0
  /// The scenes that it was asked to compile.
  private(set) var compilations: [Scene] = []
  private var compilation: (scene: Scene, result: Compilation, turns: Int)?

  func compile(_ scene: Scene, asking inquiries: Inquiries) {
    compilations.append(scene)
    compilation = (scene, Compilation(scene, asking: inquiries), compilingTurns)
  }
  func compiled() -> (scene: Scene, result: Compilation)? {
    guard let answer = compilation else { return nil }
    guard answer.turns == 0 else {
      compilation?.turns -= 1
      return nil
    }
    compilation = nil
    return (answer.scene, answer.result)
  }

  func forecast(_ plan: ScenePlan, clock: Clock) {
    guard let predictedSeconds else { return }
    let other = FakeSession(totalSteps: 3)
    try? other.start(plan, clock: .wall, paused: false)
    var statistics = RunStatistics(program: plan.program)
    for _ in 0..<2 { if let trace = other.drain()?.trace { statistics.consume(trace) } }
    statistics.finish()
    forecasts.append(plan.scene)
    forecastAnswer = (
      plan.scene,
      Forecast(
        clock: clock, stepSeconds: predictedSeconds, reservation: "the costs are made up", statistics: statistics)
    )
  }
  func forecasted() -> (scene: Scene, forecast: Forecast)? {
    defer { forecastAnswer = nil }
    return forecastAnswer
  }

  /// What a serial step takes when somebody asks; nothing answers without it.
  var serialSeconds: Double?
  private var timed: TimedReference?

  func timeReference(_ plan: ScenePlan, clock: Clock) throws {
    calls.append("reference \(clock.rawValue)")
    if let refusal { throw Refusal(description: refusal) }
    timed = serialSeconds.map {
      TimedReference(
        key: ReferenceKey(plan.program, clock: clock, cores: WorkbenchRig.cores),
        reference: SerialReference(source: "made up", steps: 1, stepSeconds: $0, computeSeconds: $0))
    }
  }

  func timedReference() -> TimedReference? {
    defer { timed = nil }
    return timed
  }

  private func note(_ call: String, _ act: () -> Void) {
    calls.append(call)
    act()
  }

  func drain() -> SessionUpdate? {
    guard let plan else { return nil }
    var update = SessionUpdate(state: state, totalSteps: totalSteps, stepsPerEpoch: 3)
    if state == .running || requested > 0, next < totalSteps {
      requested = max(0, requested - 1)
      if next == failsAt {
        state = .failed("device 1, step \(next): a buffer is missing\n   12 compute forward linear1 mb0  <-- here")
      } else {
        update.results = [.init(step: next, loss: next >= divergesAt ?? .max ? .nan : 2 / Double(1 + next), rate: 0.1)]
        update.trace = records(of: plan.program, stops: state == .paused || next == totalSteps - 1)
        next += 1
        if next % 3 == 0 { update.evaluations = [.init(steps: next, train: 0.8, test: 0.75)] }
        if next == totalSteps { state = .finished }
      }
    }
    update.state = state
    if state.isOver { self.plan = nil }
    return update
  }

  /// One step: 50 µs forward, 100 µs backward, 1 µs for the rest; a message takes 20 µs.
  private func records(of program: Program, stops: Bool) -> TraceBatch {
    var records: [[TraceRecord]] = program.devices.map { _ in [] }
    var sent: [Index<Message>: Int64] = [:]
    var cursor = program.devices.map { _ in 0 }
    var isMoving = true
    while isMoving {
      isMoving = false
      for (device, own) in program.devices.enumerated() {
        while cursor[device] < own.instructions.count {
          let instruction = own.instructions[cursor[device]]
          let begin = clock[device]
          var record = TraceRecord(
            step: Int32(next), instruction: Int32(cursor[device]), begin: begin, end: begin + Self.duration(instruction)
          )
          if case .send(let message) = instruction {
            record.transferStart = begin
            sent[message] = record.end
          } else if case .receive(let message) = instruction {
            guard let start = sent[message] else { break }
            record.senderReady = start
            record.transferStart = start
            record.arrival = start + 20_000
            record.end = max(begin, record.arrival) + 1_000
          }
          records[device].append(record)
          clock[device] = record.end
          cursor[device] += 1
          isMoving = true
        }
      }
    }
    return TraceBatch(records: records, dropped: program.devices.map { _ in 0 }, stops: stops ? [Int32(next)] : [])
  }

  private static func duration(_ instruction: Instruction) -> Int64 {
    switch instruction {
    case .forward: 50_000
    case .backward: 100_000
    default: 1_000
    }
  }
}
