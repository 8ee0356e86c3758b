import Datasets
import Diagnostics
import Kernels
import Networks
import Programs
import Traces

/// The devices of a run without threads of their own: each executes an instruction when somebody tells it to, and says how
/// long that took it alone.
///
/// Arithmetic, memory, messages and results are those of the threads; only the time is another. Durations are the calling
/// thread's processor time, so that neither other programs nor a scheduler are in them, less what reading that clock
/// takes.
public final class SteppedDevices {
  public let program: Program
  /// Steps of the whole run.
  public let totalSteps: Int
  private let control: RunControl
  private let devices: [SteppedDevice]
  /// Nanoseconds between two readings of the clock with nothing in between.
  private let readingNanoseconds: Int64
  private var gauge = ProcessorGauge()

  init(_ parts: RunParts) {
    program = parts.workers[0].program
    totalSteps = parts.workers[0].totalSteps
    control = parts.control
    devices = parts.workers.map { SteppedDevice($0, memory: parts.model.memories[$0.device.device]) }
    readingNanoseconds = RunClock.threadReadingNanoseconds()
  }

  /// True once the run is over: nothing is executed any more.
  public var isClosed: Bool { control.closed != nil }

  /// Executes one instruction and returns the nanoseconds of processor time that it took.
  ///
  /// Instructions come in an order in which every message is sent before it is received, channels have room, and each
  /// device's lanes keep their order and are one step apart at most. Where the run
  /// is closed, nothing is done and the time is 0; a failure closes it.
  public func execute(device: Int, position: Int, step: Int) -> Int64 {
    guard control.closed == nil else {
      devices[device].note(gauge: 0)
      return 0
    }
    let before = RunClock.threadTime()
    do throws(Halt) {
      try devices[device].execute(position, step: step, channels: control.channels)
    } catch {
      if case .failed(let instruction, let message) = error {
        control.fail(
          EngineFailure(
            device: device, step: step, instruction: instruction, message: message,
            excerpt: program.excerpt(device: device, around: instruction)))
      }
    }
    let after = RunClock.threadTime()
    let earlier = gauge.last
    devices[device].note(gauge: max(earlier, gauge.isDue(at: after) ? gauge.read(at: after) : earlier))
    return max(0, after - before - readingNanoseconds)
  }

  /// Takes the records of executed instructions, device by device in the order of execution, and hands over what they
  /// complete: steps with their losses, and the trace.
  public func take(_ records: [[TraceRecord]]) {
    for (device, records) in zip(devices, records) {
      device.take(records, outbox: control.ports[device.number].outbox)
    }
  }

  /// Ends the run because no device can go on.
  public func fail(_ problem: Diagnostic) { control.fail(EngineFailure(message: problem.message)) }
}

/// One device that is told what to do.
private final class SteppedDevice {
  let number: Int
  private let program: PreparedProgram
  private var executor: DeviceExecutor
  private var batches: BatchCursor
  private var recorder: Recorder
  private let batch: Int
  private let schedule: RateSchedule
  private let totalSteps: Int
  private let fault: Fault?

  /// The step of the compute lane.
  private var step = -1
  /// Instructions that this lane has in a step, and those of ``step`` executed so far.
  private let computed: [Bool]
  private let computeLength: Int
  private var executed = 0
  /// The learning rate of the step of the last instruction.
  private var rate: (step: Int, value: Float) = (-1, 0)
  /// What steps came to that are executed and not yet recorded.
  private var results: [LossResult] = []
  /// Instructions of the oldest step that has not ended, and of the next, that were recorded.
  private var recorded = (0, 0)
  private var recordedSteps = 0
  /// What the processor's gauge said at the instructions that are executed and not yet recorded, in order.
  private var gauges: [Int32] = []

  init(_ plan: WorkerPlan, memory: DeviceMemory) {
    number = plan.device.device
    // Links are the driver's: it knows when messages arrive.
    program = PreparedProgram(plan.device, of: plan.program)
    computed = plan.device.lanes.map { $0 == .compute }
    computeLength = computed.count { $0 }
    executor = DeviceExecutor(
      plan.device, of: plan.program, prepared: program, memory: memory, set: plan.set, seed: plan.training.seed)
    batches = BatchCursor(plan.order)
    recorder = Recorder(isTracing: plan.isTracing)
    batch = plan.program.batch
    schedule = plan.training.rate
    totalSteps = plan.totalSteps
    fault = plan.fault
  }

  func execute(_ position: Int, step: Int, channels: [DeviceChannel]) throws(Halt) {
    if computed[position], step != self.step { begin(step) }
    if let fault, fault.instruction == position, fault.step == step {
      throw .failed(instruction: position, message: "this instruction was made to fail")
    }
    let prepared = program.instructions[position]
    let memory = executor.memory
    switch prepared.instruction {
    case .send:
      let nowhen = MessageInstants(senderReady: 0, transferStart: 0, readableAt: 0)
      channels[prepared.channel].send(memory.take(prepared.slot), instants: nowhen)
    case .receive: memory.put(channels[prepared.channel].receive(), into: prepared.slot)
    default:
      if step != rate.step { rate = (step, schedule.rate(at: step, of: totalSteps)) }
      executor.execute(prepared, step: step, rate: rate.value)
    }
    guard computed[position] else { return }
    executed += 1
    if executed == computeLength { results.append(executor.result) }
  }

  /// Keeps what the gauge said at the last instruction for its record.
  func note(gauge: Int32) {
    if recorder.isTracing { gauges.append(gauge) }
  }

  private func begin(_ step: Int) {
    self.step = step
    executed = 0
    executor.beginStep()
    batches.fill(&executor.samples, step: step, positions: 0..<batch, batch: batch)
  }

  func take(_ records: [TraceRecord], outbox: Outbox) {
    defer { if recorder.isTracing { gauges.removeFirst(records.count) } }
    for (place, record) in records.enumerated() {
      if recorder.isTracing {
        var record = record
        record.gauge = gauges[place]
        recorder.append(record)
      }
      // Lanes are one step apart at most.
      if Int(record.step) == recordedSteps { recorded.0 += 1 } else { recorded.1 += 1 }
      if recorded.0 == program.instructions.count {
        let result = results.isEmpty ? LossResult() : results.removeFirst()
        recorder.append(DeviceStep(step: recordedSteps, result: result, end: record.end))
        recorded = (recorded.1, 0)
        recordedSteps += 1
      }
      if recorder.isFull { outbox.take(from: &recorder, waits: true) }
    }
    outbox.take(from: &recorder, waits: true)
  }
}
