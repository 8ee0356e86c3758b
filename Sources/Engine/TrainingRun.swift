import Checkpoints
import Datasets
import Diagnostics
import Dispatch
import Foundation
import Kernels
import Machines
import Networks
import Programs
import Synchronization
import Traces

/// A program trained for real: one thread per device on the wall clock, or devices that take turns in a time of their own
/// (``Pacing``), and one thread that coordinates.
///
/// Devices run ahead of each other as far as messages allow; they stand after a common step only to be evaluated (at
/// the end of every epoch and of the run), paused, stopped or copied. All methods may be called from any thread.
public final class TrainingRun: Sendable {
  /// What a run does apart from training.
  public struct Options: Hashable, Sendable {
    /// Records every instruction.
    public var tracing = true
    /// What lies between the devices, and how much slower than this machine's cores they are; `devices` does not count.
    public var machine = Machine(devices: 1)
    /// Records per device that are kept between two calls of ``TrainingRun/drain()``.
    public var traceCapacity = 1 << 18
    /// How long all devices may wait for each other before the run fails.
    public var watchdogSeconds = 10.0
    /// For tests of failures: an instruction that fails, and programs that no verifier would let pass.
    var fault: Fault?
    var verifies = true

    public init() {}
  }

  public let program: Program
  /// Steps of the whole run, and of one epoch.
  public let totalSteps: Int
  public let stepsPerEpoch: Int
  /// Whose time the run is told in.
  public let pacing: Pacing
  private let coordinator: Coordinator

  /// Prepares a run: allocates the devices' memories and writes the initial parameters.
  ///
  /// - Parameters:
  ///   - inference: Forward pass and loss on one device, for the test set; nil leaves test results out.
  ///   - initialParameters: One whole model; nil initializes by `training.seed`.
  ///   - pacing: Whose time the run is told in; what is computed does not depend on it.
  /// - Throws: everything about data, settings or parameters that does not fit the program.
  public init(
    program: Program, inference: Program?, dataset: Dataset, shuffle: Bool, training: TrainingSettings,
    options: Options = Options(), initialParameters: [NamedTensor]? = nil, pacing: Pacing = .wall
  ) throws(DiagnosticList) {
    self.pacing = pacing
    let dataset = try RunChecks.check(
      program: program, inference: inference, dataset: dataset, training: training,
      machine: pacing.clock == .wall ? options.machine : nil)
    for program in [program, inference].compactMap({ $0 }) where options.verifies {
      let findings = Verifier(program).check()
      if !findings.isEmpty { throw DiagnosticList(findings) }
      try SizeChecks.check(program)
    }
    let order = BatchOrder(samples: dataset.train.count, seed: training.seed, shuffle: shuffle)
    let totalSteps = training.steps(samples: dataset.train.count)
    let memories = program.devices.map { DeviceMemory($0) }
    let model = ModelParameters(program: program, memories: memories)
    try model.initialize(seed: training.seed, tensors: initialParameters)
    let ports = program.devices.map { _ in DevicePort(traceCapacity: options.traceCapacity) }
    let channels = program.channels.entries.enumerated().map { number, channel in
      DeviceChannel(
        number: number, capacity: channel.capacity, sender: ports[channel.from].parker,
        receiver: ports[channel.to].parker)
    }
    let control = RunControl(ports: ports, channels: channels)
    var machine = options.machine
    machine.devices = program.devices.count
    let links = EmulatedLinks(machine, channels: program.channels.entries)
    let pace = Pace(machine)
    let spin = Self.spinNanoseconds(devices: program.devices.count, clock: pacing.clock)
    let workers = program.devices.map { device in
      WorkerPlan(
        device: device, program: program, links: links, pace: pace, isTracing: options.tracing,
        spinNanoseconds: spin, set: dataset.train, order: order, training: training,
        totalSteps: totalSteps, fault: options.fault?.device == device.device ? options.fault : nil)
    }
    self.program = program
    self.totalSteps = totalSteps
    stepsPerEpoch = order.stepsPerEpoch(batch: program.batch)
    let ledger = StepLedger(
      devices: ports.count, batch: program.batch,
      knowsAccuracy: dataset.train.classes != nil && program.seesWholeOutput, isTree: program.graph.tree != nil,
      schedule: training.rate,
      totalSteps: totalSteps, stepsPerEpoch: stepsPerEpoch)
    let parts = RunParts(workers: workers, model: model, control: control, watchdogSeconds: options.watchdogSeconds)
    coordinator = Coordinator(
      parts, pacing: pacing, inference: inference, testSet: dataset.test, ledger: ledger, totalSteps: totalSteps,
      stepsPerEpoch: stepsPerEpoch)
  }

  deinit {
    // Threads of a run that nobody holds any more have nothing left to do.
    stopNow()
  }

  /// How long a device that waits looks whether it may go on before it sleeps, on this machine and a clock.
  public static func spinNanoseconds(devices: Int, clock: Clock) -> Int64 {
    Waiting.spinNanoseconds(
      devices: devices, cores: clock.sharedCores(of: ProcessInfo.processInfo.activeProcessorCount))
  }

  // MARK: - Control

  /// Starts the threads; with `paused` they wait before the first step. Later calls do nothing.
  public func start(paused: Bool = false) {
    let isFirst = coordinator.desk.withLock { desk in
      guard desk.state == .ready else { return false }
      desk.isPaused = desk.isPaused || paused
      desk.state = desk.isPaused ? .paused : .running
      return true
    }
    if isFirst { coordinator.start() }
  }

  /// Lets all devices stand after the same step, the one that the furthest has begun.
  public func pause() { command { $0.isPaused = true } }

  /// Goes on after a pause.
  public func resume() {
    command {
      $0.isPaused = false
      $0.stepRequests = 0
    }
  }

  /// Does `count` further steps and pauses; while running, counted from the steps that have begun.
  public func step(_ count: Int = 1) {
    command {
      $0.isPaused = true
      $0.stepRequests += max(0, count)
    }
  }

  /// Ends the run after a step common to all devices; a second call ends it at once, in the middle of a step.
  public func stop() {
    let isSecond = coordinator.desk.withLock { desk in
      defer { desk.isStopping = true }
      return desk.isStopping
    }
    if isSecond { stopNow() } else { coordinator.control.bell.signal() }
  }

  /// Returns when the run is over and all its threads are joined; at once if it was never started.
  public func wait() {
    if coordinator.desk.withLock({ $0.state == .ready }) { return }
    coordinator.wait()
  }

  /// Returns when the run is paused with no step left to do, or over; at once if it was never started.
  public func waitWhileRunning() {
    let waiter = coordinator.desk.withLock { desk -> DispatchSemaphore? in
      if desk.state == .ready || desk.isAtRest { return nil }
      let waiter = DispatchSemaphore(value: 0)
      desk.standWaiters.append(waiter)
      return waiter
    }
    waiter?.wait()
  }

  // MARK: - News

  /// Where the run stands.
  public var state: RunState { coordinator.desk.withLock { $0.state } }

  /// What happened since the last call. Does not wait for any device.
  public func drain() -> RunUpdate {
    // The state is read first: once it is final, what follows is complete. Segments are read last: one that ended before a
    // record was written is then never told later than the record.
    let (state, evaluations) = coordinator.desk.withLock { desk in
      defer { desk.evaluations = [] }
      return (desk.state, desk.evaluations)
    }
    coordinator.collect()
    var (trace, steps) = coordinator.ledger.withLock { $0.fetch() }
    let segments = coordinator.desk.withLock { desk in
      defer { desk.segments = [] }
      return desk.segments
    }
    trace.stops = segments.map { Int32($0.steps.upperBound - 1) }
    return RunUpdate(state: state, trace: trace, steps: steps, evaluations: evaluations, segments: segments)
  }

  /// One whole model, put together from the devices' parts; under the names and in the layouts of PyTorch.
  ///
  /// Before the start and after the end these are the parameters as they are. In between, the devices stand after a
  /// common step for it and this call waits for them.
  public func parameters() -> [NamedTensor] {
    let snapshot = coordinator.desk.withLock { desk -> Coordinator.Snapshot? in
      if desk.state == .ready || desk.state.isOver { return nil }
      let snapshot = Coordinator.Snapshot()
      desk.snapshots.append(snapshot)
      return snapshot
    }
    guard let snapshot else { return coordinator.model.whole() }
    coordinator.control.bell.signal()
    snapshot.isReady.wait()
    return snapshot.tensors.withLock { $0 }
  }

  /// The gradients of the last step, one whole model of them, once the run is over.
  public func gradients() -> [NamedTensor] {
    precondition(state.isOver, "gradients are read after the end of a run")
    return coordinator.model.wholeGradients()
  }

  /// Each device's most memory at once, by kind, up to the last time that the devices stood; empty before that.
  public var peaks: [MemoryBytes] { coordinator.desk.withLock { $0.peaks } }

  /// What was sent over each channel so far, counted as it is handed over; complete once the run is over.
  public var carried: CarriedTraffic {
    let counts = coordinator.control.channels.map(\.carried)
    return CarriedTraffic(bytes: counts.map(\.bytes), messages: counts.map(\.messages))
  }

  /// Learned parameters whose copies on several devices are not the same bits, after the run.
  func unequalCopies() -> [String] { coordinator.model.unequalCopies() }

  private func command(_ change: (inout sending Coordinator.Desk) -> Void) {
    coordinator.desk.withLock { change(&$0) }
    coordinator.control.bell.signal()
  }

  private func stopNow() {
    coordinator.control.close(.ended)
  }
}
