import Checkpoints
import Datasets
import Diagnostics
import Dispatch
import Foundation
import Kernels
import Programs
import Synchronization

/// The thread that lets devices run to a common step, evaluates while they stand, and
/// ends them. Whose time they work in is its driver's business.
final class Coordinator: Sendable {
  /// What the outside wants, and what it is told.
  struct Desk: Sendable {
    var state = RunState.ready
    var isPaused = false
    /// Steps to be done although paused.
    var stepRequests = 0
    var isStopping = false
    var snapshots: [Snapshot] = []
    /// Signalled when the devices stand with nothing left to do, or when all is over.
    var standWaiters: [DispatchSemaphore] = []
    var evaluations: [Evaluation] = []
    var segments: [Segment] = []
    var peaks: [MemoryBytes] = []

    /// True where no step will begin unless somebody asks for one.
    var isAtRest: Bool { state.isOver || (state == .paused && isPaused && stepRequests == 0 && !isStopping) }

    /// Wakes those who wait for ``isAtRest``.
    mutating func announceRest() {
      for waiter in standWaiters { waiter.signal() }
      standWaiters = []
    }

    /// True where the devices have to come to a stand for somebody.
    var wantsStand: Bool { isStopping || isPaused || stepRequests > 0 || !snapshots.isEmpty }
  }

  /// Somebody waits for the model as it is after a common step.
  final class Snapshot: Sendable {
    let isReady = DispatchSemaphore(value: 0)
    let tensors = Mutex<[NamedTensor]>([])
  }

  let control: RunControl
  let model: ModelParameters
  let totalSteps: Int
  let stepsPerEpoch: Int
  let desk = Mutex(Desk())
  let ledger: Mutex<StepLedger>
  private let parts: RunParts
  private let pacing: Pacing
  private let inference: (program: Program, set: SampleSet)?
  /// Signalled when all threads are joined and the state is final.
  private let over = DispatchSemaphore(value: 0)

  init(
    _ parts: RunParts, pacing: Pacing, inference: Program?, testSet: SampleSet?, ledger: StepLedger, totalSteps: Int,
    stepsPerEpoch: Int
  ) {
    control = parts.control
    model = parts.model
    self.parts = parts
    self.pacing = pacing
    self.inference = if let inference, let testSet, testSet.count > 0 { (inference, testSet) } else { nil }
    self.ledger = Mutex(ledger)
    self.totalSteps = totalSteps
    self.stepsPerEpoch = stepsPerEpoch
  }

  /// Starts the coordinator's thread, which sets the devices going.
  func start() {
    let thread = Thread { self.main() }
    thread.stackSize = NamedThread.stackBytes
    thread.start()
  }

  /// Returns when everything is over and joined.
  func wait() {
    over.wait()
    over.signal()
  }

  // MARK: - The thread

  private func main() {
    NamedThread.setName("coordinator")
    let driver = pacing.driver(parts)
    let end =
      if let inference {
        conduct(driver, TestEvaluation(inference.program, set: inference.set))
      } else {
        conduct(driver, nil)
      }
    control.close(.ended)
    driver.finish()
    finish(end)
  }

  /// Lets the devices run from stand to stand until the run is over.
  private func conduct(_ driver: any RunDriver, _ evaluation: consuming TestEvaluation?) -> RunState {
    var position = 0
    /// Where an evaluation was made last; one per place is enough.
    var evaluatedAt = 0
    while true {
      let isStopping = desk.withLock { $0.isStopping }
      let isEnd = position == totalSteps || isStopping
      if position > evaluatedAt && (isEnd || position % stepsPerEpoch == 0) {
        if let failure = evaluate(after: position, driver, with: &evaluation) { return .failed(failure) }
        evaluatedAt = position
      }
      serve()
      if let failure = control.firstFailure { return .failed(failure) }
      if control.closed != nil { return .stopped }
      if position == totalSteps { return .finished }
      if isStopping { return .stopped }
      guard let steps = nextSteps() else {
        control.bell.wait()
        continue
      }
      let epochEnd = (position / stepsPerEpoch + 1) * stepsPerEpoch
      let target = min(totalSteps, epochEnd, position + steps)
      guard let reached = run(driver, from: position, to: target, limit: steps) else {
        return control.firstFailure.map { .failed($0) } ?? .stopped
      }
      position = reached
    }
  }

  /// How many steps may be done before the next stand that was asked for; nil while paused.
  private func nextSteps() -> Int? {
    desk.withLock { desk in
      if desk.isPaused && desk.stepRequests == 0 {
        desk.state = .paused
        if desk.isAtRest { desk.announceRest() }
        return nil
      }
      desk.state = .running
      return desk.isPaused ? desk.stepRequests : Int.max / 2
    }
  }

  /// Lets the devices run up to step `target` or, if somebody wants them to stand, to the step that the furthest has
  /// begun. Returns the steps done; nil if the run was closed.
  private func run(_ driver: any RunDriver, from position: Int, to target: Int, limit: Int) -> Int? {
    let isCounted = limit < Int.max / 2
    let begin = driver.now()
    ledger.withLock { $0.beginSegment(at: begin) }
    let bound = driver.run(from: position, to: target) {
      desk.withLock { isCounted ? $0.isStopping || !$0.isPaused || !$0.snapshots.isEmpty : $0.wantsStand }
    }
    guard let bound else { return nil }
    let end = driver.now()
    collect()
    desk.withLock { desk in
      if isCounted { desk.stepRequests = max(0, desk.stepRequests - (bound - position)) }
      if bound > position { desk.segments.append(Segment(steps: position..<bound, begin: begin, end: end)) }
      desk.peaks = model.memories.map(\.peakBytes)
    }
    return bound
  }

  /// Takes what the devices left into the ledger.
  func collect() { ledger.withLock { $0.collect(control.ports) } }

  /// Evaluates the standing model; a failure says why that was impossible.
  private func evaluate(
    after steps: Int, _ driver: any RunDriver, with evaluation: inout TestEvaluation?
  ) -> EngineFailure? {
    guard let means = ledger.withLock({ $0.epochMeans }) else { return nil }
    let begin = driver.now()
    var result = Evaluation(
      steps: steps, epochs: Double(steps) / Double(stepsPerEpoch), trainLoss: means.loss, trainAccuracy: means.accuracy,
      trainOracleAccuracy: means.oracleAccuracy, begin: begin, end: begin)
    do throws(DiagnosticList) {
      let test = try evaluation?.evaluate(model.whole()) { control.closed != nil }
      if let test = test ?? nil {
        result.testLoss = test.loss
        result.testAccuracy = test.accuracy
        result.testOracleAccuracy = test.oracleAccuracy
        result.heads = test.heads
      }
    } catch {
      return EngineFailure(message: "the trained model does not fit the inference program: \(error)")
    }
    result.end = driver.now()
    desk.withLock { $0.evaluations.append(result) }
    return nil
  }

  /// Gives the standing model to whoever asked.
  private func serve() {
    let waiting = desk.withLock { desk in
      defer { desk.snapshots = [] }
      return desk.snapshots
    }
    guard !waiting.isEmpty else { return }
    let tensors = model.whole()
    for snapshot in waiting {
      snapshot.tensors.withLock { $0 = tensors }
      snapshot.isReady.signal()
    }
  }

  private func finish(_ end: RunState) {
    collect()
    let waiting = desk.withLock { desk in
      desk.state = control.firstFailure.map { .failed($0) } ?? end
      desk.peaks = model.memories.map(\.peakBytes)
      desk.announceRest()
      defer { desk.snapshots = [] }
      return desk.snapshots
    }
    for snapshot in waiting {
      snapshot.tensors.withLock { $0 = model.whole() }
      snapshot.isReady.signal()
    }
    over.signal()
  }
}
