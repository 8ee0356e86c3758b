import Diagnostics
import Networks
import Programs

/// Compiles a strategy for a network and a batch to programs. The passes, in order: constructor (strategy → splits, stages,
/// schedule), layout (boxes and junctions), lowering (instructions), copy elision, lifetimes, room in channels, verification.
public struct Compiler: Sendable {
  public let graph: Graph
  public let training: TrainingSettings
  /// Devices of the machine; a strategy may use fewer and says so.
  public let devices: Int
  /// Nil leaves the number to the strategy.
  public let microbatches: Int?
  /// Measured or calibrated seconds of each node's forward and backward, for stages that are balanced by them; in any common
  /// unit. Nil where nothing was measured.
  public let layerSeconds: [Double]?
  /// Asked while compiling; what was begun then throws ``DiagnosticList/cancelled``.
  public let cancellation: Cancellation

  public init(
    graph: Graph, training: TrainingSettings, devices: Int, microbatches: Int? = nil, layerSeconds: [Double]? = nil,
    cancellation: Cancellation = .never
  ) {
    self.graph = graph
    self.training = training
    self.devices = devices
    self.microbatches = microbatches
    self.layerSeconds = layerSeconds
    self.cancellation = cancellation
  }

  /// The training program of a strategy.
  ///
  /// - Throws: why the combination cannot be, what the verifier found, or that it was cancelled.
  public func compile(_ strategy: Strategy) throws(DiagnosticList) -> Program {
    let partitioning = try self.partitioning(for: strategy)
    return try lower(partitioning, strategy: strategy.description, mode: .training)
  }

  /// Splits, stages and schedule of a strategy: what `plan` and the ownership picture show.
  public func partitioning(for strategy: Strategy) throws(DiagnosticList) -> Partitioning {
    guard training.batch >= 1 else {
      throw DiagnosticList("a batch has at least one sample, not \(training.batch)", path: "training.batch")
    }
    return try PartitioningConstructor(
      graph: graph, batch: training.batch, devices: devices, microbatches: microbatches,
      layerSeconds: layerSeconds
    ).partitioning(for: strategy)
  }

  /// Forward and loss of `batch` samples on one device, for evaluation.
  public func compileInference(batch: Int) throws(DiagnosticList) -> Program {
    var settings = training
    settings.batch = batch
    let serial = Compiler(
      graph: graph, training: settings, devices: 1, microbatches: 1, cancellation: cancellation)
    var partitioning = try serial.partitioning(for: .serial)
    partitioning.schedule = Schedule(devices: [[Action(.forward, stage: 0, microbatch: 0)]])
    return try serial.lower(partitioning, strategy: Strategy.serial.description, mode: .inference)
  }

  /// The serial program that `program` must equal: one device, the whole batch at once, and for batch normalisation the
  /// same groups of samples with common statistics. Where some layers are updated more often than once a step, the one
  /// device does so too; where layers use older versions of their weights, it uses the same ones, microbatch by microbatch.
  public func compileReference(of program: Program) throws(DiagnosticList) -> Program {
    let serial = Compiler(
      graph: graph, training: training, devices: 1, microbatches: 1, cancellation: cancellation)
    var partitioning = try serial.partitioning(for: .serial)
    if program.schedule.devices.joined().contains(where: { $0.kind == .update && $0.microbatch != nil }) {
      partitioning.microbatches = program.microbatches
      partitioning.stages = program.stages
      partitioning.versions = program.versions
      partitioning.schedule = program.referenceSchedule
    }
    return try serial.lower(
      partitioning, strategy: Strategy.serial.description, mode: .training,
      statisticsGroups: StatisticsGroups.of(program))
  }

  private func lower(
    _ partitioning: Partitioning, strategy: String, mode: Program.Mode,
    statisticsGroups: [Int: [(samples: Int, updatesRunning: Bool)]] = [:]
  ) throws(DiagnosticList) -> Program {
    let layout = Layout(graph: graph, partitioning: partitioning, batch: training.batch)
    var lowering = ProgramLowering(
      layout: layout, training: training, mode: mode, statisticsGroups: statisticsGroups, cancellation: cancellation)
    var program = try lowering.program(strategy: strategy)
    for device in program.devices.indices {
      try cancellation.check()
      CopyElision.run(&program.devices[device], messages: &program.messages)
      Lifetimes.insertFrees(&program.devices[device], messages: program.messages)
    }
    ChannelRoom.fit(&program)
    program.assumptions += StatisticsGroups.assumptions(of: program, statistics: partitioning.statistics)
    let problems = Verifier(program, cancellation: cancellation).check()
    try cancellation.check()
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return program
  }
}
