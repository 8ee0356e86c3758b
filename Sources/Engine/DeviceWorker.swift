import Datasets
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
  /// Looks at a channel before parking, while devices are fewer than cores.
  var spins: Int
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
  private let spins: Int
  private let device: Int
  private let batch: Int
  private let schedule: RateSchedule
  private let totalSteps: Int
  private let fault: Fault?

  /// In nanoseconds: shorter delays are waited for awake, and a sleep is to end that much before its goal.
  private static let shortestSleep: Int64 = 60_000
  private static let earlyWake: Int64 = 20_000

  private var step = 0
  private var rate: Float = 0
  /// The end of the last instruction, which is the beginning of the next.
  private var now: Int64 = 0
  /// Positions in the lanes' lists.
  private var nextCompute = 0
  private var nextCommunication = 0
  private var executed = 0

  init(_ plan: WorkerPlan, memory: DeviceMemory, control: RunControl) {
    self.control = control
    device = plan.device.device
    port = control.ports[device]
    channels = ContiguousArray(control.channels.map { Unmanaged.passUnretained($0) })
    source = plan.program
    program = PreparedProgram(plan.device, of: plan.program)
    executor = DeviceExecutor(
      plan.device, of: plan.program, prepared: program, memory: memory, set: plan.set, seed: plan.training.seed)
    recorder = Recorder(isTracing: plan.isTracing)
    batches = BatchCursor(plan.order)
    links = plan.links
    isEmulated = plan.links.isEmulated
    pace = plan.pace
    readsClock = plan.isTracing || isEmulated || plan.pace != nil
    spins = plan.spins
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
    port.stoppedAfter.store(step, ordering: .sequentiallyConsistent)
  }

  // MARK: - Steps

  private mutating func runSteps() throws(Halt) {
    now = control.clock.now()
    var goesOn = true
    while goesOn {
      try waitForBound()
      try runStep()
      goesOn = control.closed == nil
    }
  }

  /// Returns when step ``step`` may begin.
  private mutating func waitForBound() throws(Halt) {
    while true {
      if control.closed != nil { throw .closed }
      port.started.store(step + 1, ordering: .sequentiallyConsistent)
      if step < control.bound.load(ordering: .sequentiallyConsistent) { break }
      port.started.store(step, ordering: .sequentiallyConsistent)
      port.outbox.take(from: &recorder, waits: true)
      port.parker.announce(.bound)
      port.stoppedAfter.store(step, ordering: .sequentiallyConsistent)
      control.bell.signal()
      if step < control.bound.load(ordering: .sequentiallyConsistent) || control.closed != nil {
        port.parker.retract()
      } else {
        port.parker.park()
      }
      port.stoppedAfter.store(-1, ordering: .sequentiallyConsistent)
      now = control.clock.now()
    }
  }

  private mutating func runStep() throws(Halt) {
    executor.beginStep()
    batches.fill(&executor.samples, step: step, positions: 0..<batch, batch: batch)
    rate = schedule.rate(at: step, of: totalSteps)
    nextCompute = 0
    nextCommunication = 0
    let count = program.instructions.count
    for _ in 0..<count {
      if control.closed != nil { throw .closed }
      try executeNext()
      executed &+= 1
      port.executed.store(executed, ordering: .relaxed)
    }
    if !readsClock { now = control.clock.now() }
    recorder.append(DeviceStep(step: step, result: executor.result, end: now))
    step += 1
    if recorder.isDue(at: now) { port.outbox.take(from: &recorder, waits: false) }
  }

  // MARK: - Instructions

  /// Executes the head of whichever lane is ready, communication first; waits if neither is.
  private mutating func executeNext() throws(Halt) {
    let begin = now
    while true {
      let communication = head(of: program.communication, at: nextCommunication)
      let compute = head(of: program.compute, at: nextCompute)
      // A head whose predecessor in the other lane is not done is no candidate. One of the two always is.
      let first = isFree(communication, before: compute) ? communication : nil
      let second = isFree(compute, before: communication) ? compute : nil
      if let first, isReady(first) {
        nextCommunication += 1
        return try execute(first, begin: begin)
      }
      if let second, isReady(second) {
        nextCompute += 1
        return try execute(second, begin: begin)
      }
      try wait(first, second)
    }
  }

  private func head(of lane: borrowing ContiguousArray<Int>, at next: Int) -> Int? {
    next < lane.count ? lane[next] : nil
  }

  /// True where the instruction's predecessor in the other lane, whose head is `other`, is done.
  private func isFree(_ position: Int?, before other: Int?) -> Bool {
    guard let position else { return false }
    guard let other else { return true }
    return program.instructions[position].after < other
  }

  private func isReady(_ position: Int) -> Bool {
    let prepared = program.instructions[position]
    switch prepared.instruction {
    case .send: return channels[prepared.channel]._withUnsafeGuaranteedRef { $0.hasRoom }
    case .receive:
      guard let next = channels[prepared.channel]._withUnsafeGuaranteedRef({ $0.next }) else { return false }
      return !isEmulated || next.readableAt <= now
    default: return true
    }
  }

  private mutating func execute(_ position: Int, begin: Int64) throws(Halt) {
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
        if let instants = channel.next {
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
    recorder.append(record)
  }

  /// Lets a local instruction, which has just been executed and began at ``now``, last as many times longer as the machine
  /// wants: sleeps where that is long, and looks at the clock for the rest. The results stay what they are.
  private func prolong(_ position: Int) {
    guard let pace else { return }
    let factor = pace.factor(device: device, step: step, instruction: position)
    guard factor > 1 else { return }
    let end = control.clock.now()
    let goal = end + Int64(Double(end - now) * (factor - 1))
    while control.closed == nil {
      let left = goal - control.clock.now()
      if left <= 0 { return }
      guard left > Self.shortestSleep else { continue }
      port.parker.announce(.delay)
      if control.closed != nil { port.parker.retract() } else { port.parker.park(nanoseconds: left - Self.earlyWake) }
    }
  }

  // MARK: - Waiting

  /// Waits until one of the heads, which are sends and receives that are not ready, may have become so.
  private mutating func wait(_ first: Int?, _ second: Int?) throws(Halt) {
    defer { if readsClock { now = control.clock.now() } }
    if !isEmulated {
      for _ in 0..<spins where isAnyReady(first, second) { return }
    }
    port.parker.announce(place(first, second))
    let isOver = control.closed != nil
    if isOver || isAnyReady(first, second) {
      port.parker.retract()
    } else {
      port.blockedAt.store(first ?? second ?? -1, ordering: .relaxed)
      let deadline = min(arrival(first), arrival(second))
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

  private func isAnyReady(_ first: Int?, _ second: Int?) -> Bool {
    if let first, isReady(first) { return true }
    if let second, isReady(second) { return true }
    return false
  }

  private func place(_ first: Int?, _ second: Int?) -> Parker.Place {
    if first != nil && second != nil { return .several }
    guard let position = first ?? second else { return .several }
    let prepared = program.instructions[position]
    if case .send = prepared.instruction { return .room(channel: prepared.channel) }
    return .arrival(channel: prepared.channel)
  }

  /// When a message that is under way to a blocked receive becomes readable; never, where there is none.
  private func arrival(_ position: Int?) -> Int64 {
    guard let position, case .receive = program.instructions[position].instruction else { return .max }
    return channels[program.instructions[position].channel]._withUnsafeGuaranteedRef { $0.next?.readableAt } ?? .max
  }
}
