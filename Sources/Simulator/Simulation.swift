import Diagnostics
import Programs
import Traces

/// What a simulation came to, apart from its trace.
public struct SimulationOutcome: Hashable, Sendable {
  /// The most bytes that a device used at once: of each kind, not necessarily at the same time, and of all together.
  public struct Memory: Hashable, Sendable {
    public var byKind: [BufferKind: Int]
    public var total: Int
  }

  /// When the last device ended each step, in picoseconds from the simulation's start.
  public var stepEnds: [Int64]
  /// Per device.
  public var peaks: [Memory]
  /// Instructions that all devices executed.
  public var instructions: Int
  /// What was sent over each channel, counted as it is sent.
  public var carried: CarriedTraffic
  /// What the cost source assumed.
  public var assumptions: [String]

  /// The time of the last step that is not the first, in seconds; of the first if there is no other.
  public var lastStepSeconds: Double? {
    guard let end = stepEnds.last else { return nil }
    return Double(end - (stepEnds.dropLast().last ?? 0)) / SimulatedTime.perSecond
  }
}

/// A program ready to be simulated: the second executor, in virtual time.
///
/// Preparing takes about as long as compiling; running takes the time of the events alone. So a program is prepared once
/// and run with as many links and costs as somebody wants to compare.
public struct Simulation: Sendable {
  public let program: Program
  private let flat: FlatProgram

  /// Records that are kept before they are handed over.
  private static let batchRecords = 1 << 18

  public init(_ program: Program) {
    self.program = program
    flat = FlatProgram(program)
  }

  /// Simulates steps with known durations.
  ///
  /// - Parameters:
  ///   - deliver: Takes the trace in pieces, as an executor's records are taken; nothing is recorded without it.
  /// - Throws: a deadlock, with the devices and instructions that wait for each other, or more time than can be counted.
  public func run(
    _ costs: CostTable, on machine: MachineModel, steps: Int, deliver: ((TraceBatch) throws -> Void)? = nil
  ) throws -> SimulationOutcome {
    var costs = costs
    return try simulate(&costs, machine, steps, deliver)
  }

  /// The same on equal devices with a wire of its own for each ordered pair.
  ///
  /// - Throws: as ``run(_:on:steps:deliver:)``.
  public func run(
    _ costs: CostTable, link: LinkModel, steps: Int, deliver: ((TraceBatch) throws -> Void)? = nil
  ) throws -> SimulationOutcome {
    try run(costs, on: MachineModel(link), steps: steps, deliver: deliver)
  }

  /// Simulates steps and asks `source` for every instruction how long it takes.
  ///
  /// - Throws: as the other form, and what `deliver` throws.
  public func run<Source: CostSource>(
    asking source: inout Source, on machine: MachineModel, steps: Int, deliver: ((TraceBatch) throws -> Void)? = nil
  ) throws -> SimulationOutcome {
    try simulate(&source, machine, steps, deliver)
  }

  /// The same on equal devices with a wire of its own for each ordered pair.
  ///
  /// - Throws: as the other forms.
  public func run<Source: CostSource>(
    asking source: inout Source, link: LinkModel, steps: Int, deliver: ((TraceBatch) throws -> Void)? = nil
  ) throws -> SimulationOutcome {
    try simulate(&source, MachineModel(link), steps, deliver)
  }

  /// A simulation that goes on from step to step as somebody lets it, beginning before its first.
  public func paced<Source: CostSource>(asking source: Source, on machine: MachineModel) -> PacedSimulation<Source> {
    PacedSimulation(EventLoop(flat, source: source, machine: machine, isRecording: true), program: program)
  }

  /// The same on equal devices with a wire of its own for each ordered pair.
  public func paced<Source: CostSource>(asking source: Source, link: LinkModel) -> PacedSimulation<Source> {
    paced(asking: source, on: MachineModel(link))
  }

  /// All records of a simulation, and its outcome.
  ///
  /// - Throws: as ``run(_:on:steps:deliver:)``.
  public func trace(
    _ costs: CostTable, link: LinkModel, steps: Int
  ) throws -> (outcome: SimulationOutcome, trace: TraceBatch) {
    try trace(costs, on: MachineModel(link), steps: steps)
  }

  /// All records of a simulation, and its outcome.
  ///
  /// - Throws: as ``run(_:on:steps:deliver:)``.
  public func trace(
    _ costs: CostTable, on machine: MachineModel, steps: Int
  ) throws -> (outcome: SimulationOutcome, trace: TraceBatch) {
    var records = program.devices.map { _ in [TraceRecord]() }
    let outcome = try run(costs, on: machine, steps: steps) { batch in
      for device in records.indices { records[device] += batch.records[device] }
    }
    return (outcome, TraceBatch(records: records, dropped: records.map { _ in 0 }))
  }

  private func simulate<Source: CostSource>(
    _ source: inout Source, _ machine: MachineModel, _ steps: Int, _ deliver: ((TraceBatch) throws -> Void)?
  ) throws -> SimulationOutcome {
    var loop = EventLoop(flat, source: source, machine: machine, isRecording: deliver != nil)
    loop.release(upTo: steps)
    var goesOn = true
    while goesOn {
      goesOn = loop.run(upTo: Self.batchRecords)
      guard let deliver else { continue }
      let records = loop.takeRecords()
      try deliver(TraceBatch(records: records, dropped: records.map { _ in 0 }))
    }
    source = loop.source
    if loop.isBeyondLimit { throw DiagnosticList([SimulatedTime.beyondLimit]) }
    let blocked = loop.blocked
    guard blocked.isEmpty else { throw DiagnosticList([program.deadlock(blocked)]) }
    return SimulationOutcome(
      stepEnds: Array(loop.stepEnds), peaks: program.devices.indices.map { loop.memory.peak(of: $0) },
      instructions: loop.executed, carried: loop.carried, assumptions: source.assumptions)
  }
}
