import Datasets
import Diagnostics
import Kernels
import Machines
import Networks
import Programs
import Traces

/// Why a worker leaves its loop.
enum Halt: Error {
  case closed
  /// An instruction failed, with what went wrong.
  case failed(instruction: Int, message: String)
}

/// What a worker is made of; handed to its thread as a whole.
struct WorkerPlan: Sendable {
  var device: DeviceProgram
  var program: Program
  var links: EmulatedLinks
  /// Nil where every instruction takes its own time.
  var pace: Pace?
  var isTracing: Bool
  /// How long a device that waits looks before it sleeps.
  var spinNanoseconds: Int64
  var set: SampleSet
  var order: BatchOrder
  var training: TrainingSettings
  var totalSteps: Int
  /// For tests: an instruction that fails.
  var fault: Fault?
}

/// An instruction that is made to fail, for tests of what a failure does.
struct Fault: Hashable, Sendable {
  var device: Int
  var step: Int
  var instruction: Int
}

/// One device's loop over its program. Lives in its thread as one value that nobody else can reach: between two
/// instructions there is no lock, no allocation and no counting of references to anything shared.
struct DeviceWorker: ~Copyable {
  private let port: DevicePort
  private let control: RunControl
  private let channels: ContiguousArray<Unmanaged<DeviceChannel>>
  private let source: Program
  private let program: PreparedProgram
  private var executor: DeviceExecutor
  private var recorder: Recorder
  private var batches: BatchCursor
  private let links: EmulatedLinks
  private let isEmulated: Bool
  private let pace: Pace?
  private let readsClock: Bool
  private let spinNanoseconds: Int64
  private let device: Int
  private let batch: Int
  private let schedule: RateSchedule
  private let totalSteps: Int
  private let fault: Fault?

  /// In nanoseconds: shorter delays are waited for awake, and a sleep is to end that much before its goal.
  private static let shortestSleep: Int64 = 60_000
  private static let earlyWake: Int64 = 20_000

  /// Where a lane stands.
  private struct LaneState {
    /// The step of its next instruction.
    var step = 0
    /// The place of its next instruction in ``PreparedProgram/order``.
    var next: Int
    let first: Int
    let end: Int
    let isCompute: Bool
    /// Instructions done since the start.
    var done = 0
    /// The learning rate of ``step``.
    var rate: Float = 0

    var isAtBorder: Bool { next == first }
    var length: Int { end - first }
  }

  /// In the order in which the device asks them.
  private var lanes: ContiguousArray<LaneState>
  /// Steps that some lane has begun, and that all have ended: two are under way at most.
  private var begun = 0
  private var ended = 0
  /// The step of the last instruction.
  private var step = 0
  /// What the compute lane came to in the steps that have not ended, by whether they are odd.
  private var results = (LossResult(), LossResult())
  /// The end of the last instruction, which is the beginning of the next.
  private var now: Int64 = 0
  private var withheld = WithheldTime(now: 0, processorTime: 0)
  private var gauge = ProcessorGauge()
  private var executed = 0

  init(_ plan: WorkerPlan, memory: DeviceMemory, control: RunControl) {
    self.control = control
    device = plan.device.device
    port = control.ports[device]
    channels = ContiguousArray(control.channels.map { Unmanaged.passUnretained($0) })
    source = plan.program
    program = PreparedProgram(plan.device, of: plan.program)
    lanes = ContiguousArray(
      program.lanes.map {
        LaneState(
          next: $0.range.lowerBound, first: $0.range.lowerBound, end: $0.range.upperBound, isCompute: $0.isCompute)
      })
    executor = DeviceExecutor(
      plan.device, of: plan.program, prepared: program, memory: memory, set: plan.set, seed: plan.training.seed)
    recorder = Recorder(isTracing: plan.isTracing)
    batches = BatchCursor(plan.order)
    links = plan.links
    isEmulated = plan.links.isEmulated
    pace = plan.pace
    readsClock = plan.isTracing || isEmulated || plan.pace != nil
    spinNanoseconds = plan.spinNanoseconds
    batch = plan.program.batch
    schedule = plan.training.rate
    totalSteps = plan.totalSteps
    fault = plan.fault
  }

  /// Executes steps until the run is closed; failures are reported to `control`.
  mutating func run() {
    do throws(Halt) {
      try runSteps()
    } catch {
      if case .failed(let instruction, let message) = error {
        control.fail(
          EngineFailure(
            device: device, step: step, instruction: instruction, message: message,
            excerpt: source.excerpt(device: device, around: instruction)))
      }
    }
    port.outbox.take(from: &recorder, waits: true)
    port.stoppedAfter.store(ended, ordering: .sequentiallyConsistent)
  }

  // MARK: - Steps

  private mutating func runSteps() throws(Halt) {
    standUp()
    guard !lanes.isEmpty else { return try idle() }
    while true {
      // Every lane stands at the border.
      if ended == begun { try waitForBound() }
      if control.closed != nil { throw .closed }
      try executeNext()
      executed &+= 1
      port.executed.store(executed, ordering: .relaxed)
    }
  }

  /// The steps of a device without instructions.
  private mutating func idle() throws(Halt) {
    while true {
      try waitForBound()
      now = control.clock.now()
      recorder.append(DeviceStep(step: ended, result: LossResult(), end: now))
      ended += 1
      if recorder.isDue(at: now) { port.outbox.take(from: &recorder, waits: false) }
    }
  }

  /// Returns when step ``begun`` may begin, which it then has.
  private mutating func waitForBound() throws(Halt) {
    while true {
      if control.closed != nil { throw .closed }
      if enter() { break }
      port.outbox.take(from: &recorder, waits: true)
      port.parker.announce(.bound)
      port.stoppedAfter.store(ended, ordering: .sequentiallyConsistent)
      control.bell.signal()
      if begun < control.bound.load(ordering: .sequentiallyConsistent) || control.closed != nil {
        port.parker.retract()
      } else {
        port.parker.park()
      }
      port.stoppedAfter.store(-1, ordering: .sequentiallyConsistent)
      standUp()
    }
  }

  /// Begins to count time, after a stop that is nobody's.
  private mutating func standUp() {
    now = control.clock.now()
    withheld = WithheldTime(now: now, processorTime: RunClock.threadTime())
    guard recorder.isTracing else { return }
    _ = gauge.read(at: now)
    now = control.clock.now()
  }

  /// Begins the next step, if it may begin: says so first, and looks afterwards (``RunControl/hold()``).
  private mutating func enter() -> Bool {
    port.started.store(begun + 1, ordering: .sequentiallyConsistent)
    guard begun < control.bound.load(ordering: .sequentiallyConsistent) else {
      port.started.store(begun, ordering: .sequentiallyConsistent)
      return false
    }
    begun += 1
    return true
  }

  /// Prepares a lane's first instruction of a step.
  private mutating func beginStep(_ lane: Int) {
    let step = lanes[lane].step
    lanes[lane].rate = schedule.rate(at: step, of: totalSteps)
    guard lanes[lane].isCompute else { return }
    executor.beginStep()
    batches.fill(&executor.samples, step: step, positions: 0..<batch, batch: batch)
  }

  /// Takes a lane over the border; the step has ended when all lanes are there.
  private mutating func endStep(_ lane: Int) {
    let step = lanes[lane].step
    lanes[lane].step = step + 1
    lanes[lane].next = lanes[lane].first
    if lanes[lane].isCompute {
      if step & 1 == 0 { results.0 = executor.result } else { results.1 = executor.result }
    }
    for other in lanes.indices where lanes[other].step <= step { return }
    if !readsClock { now = control.clock.now() }
    recorder.append(DeviceStep(step: step, result: step & 1 == 0 ? results.0 : results.1, end: now))
    ended = step + 1
    if recorder.isDue(at: now) { port.outbox.take(from: &recorder, waits: false) }
  }

  // MARK: - Instructions

  /// Executes the head of the first lane that is ready; waits if none is.
  private mutating func executeNext() throws(Halt) {
    let begin = now
    while true {
      for lane in lanes.indices {
        let position = candidate(lane)
        guard position >= 0, isReady(position) else { continue }
        if lanes[lane].isAtBorder {
          if lanes[lane].step == begun, !enter() { continue }
          beginStep(lane)
        }
        step = lanes[lane].step
        try execute(position, rate: lanes[lane].rate, begin: begin)
        lanes[lane].next += 1
        lanes[lane].done += 1
        if lanes[lane].next == lanes[lane].end { endStep(lane) }
        return
      }
      try wait()
    }
  }

  /// The position of a lane's next instruction if it may begin and the other lanes have done what it must follow; else -1. Of
  /// some lane it may, unless all stand at a border.
  private func candidate(_ lane: Int) -> Int {
    let step = lanes[lane].step
    if lanes[lane].isAtBorder, !mayBegin(step) { return -1 }
    let position = program.order[lanes[lane].next]
    var place = program.instructions[position].firstDependency
    let last = program.instructions[position].lastDependency
    while place < last {
      let other = program.dependencies[place].lane
      if lanes[other].done < step &* lanes[other].length &+ program.dependencies[place].done { return -1 }
      place += 1
    }
    return position
  }

  private func mayBegin(_ step: Int) -> Bool {
    step < begun || step <= ended + 1 && step < control.bound.load(ordering: .sequentiallyConsistent)
  }

  private func isReady(_ position: Int) -> Bool {
    let prepared = program.instructions[position]
    switch prepared.instruction {
    case .send: return channels[prepared.channel]._withUnsafeGuaranteedRef { $0.hasRoom }
    case .receive:
      guard let next = channels[prepared.channel]._withUnsafeGuaranteedRef({ $0.next }) else { return false }
      guard isEmulated else { return true }
      let (isKnown, time) = links.arrival(next, channel: prepared.channel, now: now)
      return isKnown && time <= now
    default: return true
    }
  }

  private mutating func execute(_ position: Int, rate: Float, begin: Int64) throws(Halt) {
    if let fault, fault.instruction == position, fault.step == step {
      throw .failed(instruction: position, message: "this instruction was made to fail")
    }
    let prepared = program.instructions[position]
    var record = TraceRecord(step: Int32(truncatingIfNeeded: step), instruction: Int32(position), begin: begin, end: 0)
    let memory = executor.memory
    switch prepared.instruction {
    case .send:
      let instants =
        isEmulated
        ? links.carry(bytes: prepared.bytes, channel: prepared.channel, ready: begin, now: now)
        : MessageInstants(senderReady: begin, transferStart: now, readableAt: now)
      record.senderReady = begin
      record.transferStart = now
      channels[prepared.channel]._withUnsafeGuaranteedRef { $0.send(memory.take(prepared.slot), instants: instants) }
    case .receive:
      channels[prepared.channel]._withUnsafeGuaranteedRef { channel in
        if let next = channel.next {
          let instants = isEmulated ? links.receive(next, channel: prepared.channel, now: now) : next
          record.senderReady = instants.senderReady
          record.transferStart = instants.transferStart
          record.arrival = instants.readableAt
        }
        memory.put(channel.receive(), into: prepared.slot)
      }
    default:
      executor.execute(prepared, step: step, rate: rate)
      if pace != nil { prolong(position) }
    }
    guard readsClock else { return }
    now = control.clock.now()
    guard recorder.isTracing else { return }
    record.end = now
    record.gauge = gauge.last
    if withheld.isDue(at: now) {
      record.withheld = min(withheld.take(at: now, processorTime: RunClock.threadTime()), now - begin)
      if gauge.isDue(at: now) { record.gauge = max(record.gauge, gauge.read(at: now)) }
      // What the readings took is the runtime's.
      now = control.clock.now()
    }
    recorder.append(record)
  }

  /// Lets a local instruction, which has just been executed and began at ``now``, last as many times longer as the machine
  /// wants: sleeps where that is long, and looks at the clock for the rest. The results stay what they are.
  private mutating func prolong(_ position: Int) {
    guard let pace else { return }
    let factor = pace.factor(device: device, step: step, instruction: position)
    guard factor > 1 else { return }
    let end = control.clock.now()
    let goal = WireTime.instant(end, after: min(Int64(saturating: Double(end - now) * (factor - 1)), WireTime.longest))
    while control.closed == nil {
      let begin = control.clock.now()
      let left = goal - begin
      if left <= 0 { return }
      guard left > Self.shortestSleep else { continue }
      port.parker.announce(.delay)
      if control.closed != nil { port.parker.retract() } else { port.parker.park(nanoseconds: left - Self.earlyWake) }
      withheld.sleep(control.clock.now() - begin)
    }
  }

  // MARK: - Waiting

  /// Waits until one of the heads, which are sends and receives that are not ready, may have become so.
  private mutating func wait() throws(Halt) {
    if spinNanoseconds > 0, looks() { return }
    defer {
      if readsClock {
        let begin = now
        now = control.clock.now()
        withheld.sleep(now - begin)
        gauge.settle(from: now)
      }
    }
    port.parker.announce(place)
    let isOver = control.closed != nil
    if isOver || isAnyReady {
      port.parker.retract()
    } else {
      port.blockedAt.store(firstCandidate, ordering: .relaxed)
      let deadline = nextArrival
      if deadline == .max {
        port.parker.park()
      } else {
        port.awaitsArrival.store(true, ordering: .relaxed)
        port.parker.park(nanoseconds: deadline - control.clock.now())
        port.awaitsArrival.store(false, ordering: .relaxed)
      }
    }
    port.blockedAt.store(-1, ordering: .relaxed)
    if control.closed != nil { throw .closed }
  }

  /// Looks for a while, and at least once; true as soon as a head is ready.
  private mutating func looks() -> Bool {
    now = control.clock.now()
    let end = now + spinNanoseconds
    while control.closed == nil {
      if isAnyReady { return true }
      now = control.clock.now()
      if now >= end { return false }
    }
    return false
  }

  private var isAnyReady: Bool {
    for lane in lanes.indices {
      let position = candidate(lane)
      if position >= 0, isReady(position) { return true }
    }
    return false
  }

  /// Where the device stands, for others; -1 where it waits for leave to begin a step.
  private var firstCandidate: Int {
    for lane in lanes.indices {
      let position = candidate(lane)
      if position >= 0 { return position }
    }
    return -1
  }

  /// What would let the device go on: a single message or room, where there is nothing else.
  private var place: Parker.Place {
    var only = -1
    for lane in lanes.indices {
      let position = candidate(lane)
      // A lane that stands at a border goes on when the bound is raised.
      if position < 0, !lanes[lane].isAtBorder || lanes[lane].step < begun { continue }
      if position < 0 || only >= 0 { return .several }
      only = position
    }
    guard only >= 0 else { return .several }
    let prepared = program.instructions[only]
    if case .send = prepared.instruction { return .room(channel: prepared.channel) }
    return .arrival(channel: prepared.channel)
  }

  /// When the first message that is under way to a blocked receive becomes readable; never, where there is none.
  private var nextArrival: Int64 {
    var first = Int64.max
    for lane in lanes.indices {
      let position = candidate(lane)
      guard position >= 0, case .receive = program.instructions[position].instruction else { continue }
      let channel = program.instructions[position].channel
      guard let next = channels[channel]._withUnsafeGuaranteedRef({ $0.next }) else { continue }
      first = min(first, links.arrival(next, channel: channel, now: now).time)
    }
    return first
  }
}
