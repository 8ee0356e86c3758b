import Networks
import Programs
import Scenes
import Strategies
import Traces

/// Tries what a verdict may advise: small changes of a scene's strategy that leave what is learned as it is.
public struct StrategyTrials: Sendable {
  private let judge: StrategyJudge
  private let scene: Scene
  private let program: Program

  /// Programs with more instructions are not compiled and simulated again and again for an advice.
  public static let instructionLimit = 20_000

  /// - Parameters:
  ///   - program: of the scene.
  ///   - clock: whose time the runs are told in.
  /// - Returns: nil for a program beyond ``instructionLimit``, and where the network cannot be compiled.
  public init?(_ program: Program, of scene: Scene, forecaster: Forecaster, clock: Clock) {
    guard program.devices.reduce(0, { $0 + $1.instructions.count }) <= Self.instructionLimit,
      let judge = try? StrategyJudge(scene, forecaster: forecaster, clock: clock)
    else { return nil }
    self.judge = judge
    self.scene = scene
    self.program = program
  }

  /// Simulates the program and each change; nil where the program itself cannot be.
  public func run() -> Trials? {
    guard
      let forecast = try? judge.forecaster.forecast(program, on: scene.machine, clock: judge.clock)
    else { return nil }
    let changes = candidates.compactMap { name, candidate in
      judge.verdict(of: candidate).seconds.map { Replay.Change(name, stepSeconds: $0) }
    }
    return Trials(stepSeconds: forecast.stepSeconds, changes: changes)
  }

  private var candidates: [(String, Candidate)] {
    switch scene.strategy {
    case .data(let data): exchanges(of: data)
    case .pipeline(let pipeline): schedules(of: pipeline)
    case .serial, .model, .mesh, .grid, .hybrid, .cannon, .summa, .redundant, .tree, .layers: data
    }
  }

  private func exchanges(of data: DataParallel) -> [(String, Candidate)] {
    var list: [(String, Candidate)] = []
    func add(_ name: String, _ change: (inout DataParallel) -> Void) {
      var changed = data
      change(&changed)
      if changed != data { list.append((name, Candidate(.data(changed), microbatches: scene.microbatches))) }
    }
    if data.buckets.overlap == .off {
      add("overlap=on") { $0.buckets.overlap = .on }
      add("overlap=on with bucket=1MB") {
        $0.buckets.overlap = .on
        $0.buckets.size = ByteSize(parsing: "1MB")
      }
    } else {
      add("overlap=priority") { $0.buckets.overlap = .priority }
      add("bucket=1MB") { $0.buckets.size = ByteSize(parsing: "1MB") }
    }
    for exchange in [ExchangeAlgorithm.ring, .halvingDoubling, .direct] {
      add("exchange=\(exchange.rawValue)") { $0.exchange = exchange }
    }
    return list
  }

  private func schedules(of pipeline: PipelineParallel) -> [(String, Candidate)] {
    // What updates without a flush learns something else.
    guard pipeline.schedule != .pipedream, pipeline.schedule != .pipedream2BW else { return [] }
    let now = program.microbatches
    let counts: [Int] = groupsMatter ? [] : [2 * now, 4 * now].filter { $0 <= scene.training.batch }
    var list = counts.map { ("microbatches=\($0)", Candidate(.pipeline(pipeline), microbatches: $0)) }
    for schedule in [PipelineSchedule.oneForwardOneBackward, .zeroBubbleH1, .zeroBubbleV, .interleaved]
    where schedule != pipeline.schedule && pipeline.replicas.isEmpty {
      var changed = pipeline
      changed.schedule = schedule
      list.append(("schedule=\(schedule.rawValue)", Candidate(.pipeline(changed), microbatches: now)))
    }
    if pipeline.balance != .measured, pipeline.cuts.isEmpty {
      var changed = pipeline
      changed.balance = .measured
      list.append(("balance=measured", Candidate(.pipeline(changed), microbatches: now)))
    }
    return list + data
  }

  /// Whether it changes what is learned into which groups a batch is cut: batch normalisation's statistics are theirs.
  private var groupsMatter: Bool {
    program.graph.nodes.contains { $0.parameters.contains { $0.role == .runningMean } }
  }

  /// The plain alternative to any other division.
  private var data: [(String, Candidate)] {
    guard scene.machine.devices > 1, !groupsMatter else { return [] }
    let plain = DataParallel(buckets: GradientBuckets(overlap: .on))
    return [(plain.description, Candidate(.data(plain)))]
  }
}
