import Diagnostics
import Programs
import Scenes
import Simulator
import Strategies
import Traces

/// What a search found, as `search --json` prints it (`partita.search/1`). Seconds, bytes and counts; unknown is null.
public struct SearchReport: Codable, Hashable, Sendable {
  public static let schema = "partita.search/1"

  /// Where a simulated step's time goes: means over the devices, which add up to the step, and what travels.
  public struct Phases: Codable, Hashable, Sendable {
    public var stepSeconds: Double
    public var computeSeconds: Double
    public var exposedCommunicationSeconds: Double
    public var waitSeconds: Double
    public var overheadSeconds: Double
    public var idleSeconds: Double
    public var bytesPerStep: Double
    public var messagesPerStep: Double
    /// What no device can exceed.
    public var peakBytes: Int

    enum CodingKeys: String, CodingKey {
      case stepSeconds = "step_seconds"
      case computeSeconds = "compute_seconds"
      case exposedCommunicationSeconds = "exposed_communication_seconds"
      case waitSeconds = "wait_seconds"
      case overheadSeconds = "overhead_seconds"
      case idleSeconds = "idle_seconds"
      case bytesPerStep = "bytes_per_step"
      case messagesPerStep = "messages_per_step"
      case peakBytes = "peak_bytes"
    }
  }

  /// A real run of a ranked candidate.
  public struct Measured: Codable, Hashable, Sendable {
    public var clock: Clock
    @Nullable public var stepSeconds: Double? = nil
    /// (predicted - measured) / measured.
    @Nullable public var relativeError: Double? = nil
    /// The median of the undisturbed steps, and the error against it.
    @Nullable public var undisturbedStepSeconds: Double? = nil
    @Nullable public var undisturbedRelativeError: Double? = nil
    public var oversubscribed: Bool

    enum CodingKeys: String, CodingKey {
      case clock, oversubscribed
      case stepSeconds = "step_seconds"
      case relativeError = "relative_error"
      case undisturbedStepSeconds = "undisturbed_step_seconds"
      case undisturbedRelativeError = "undisturbed_relative_error"
    }
  }

  /// One candidate of the ranking.
  public struct Ranked: Codable, Hashable, Sendable {
    /// From 1.
    public var rank: Int
    public var strategy: String
    /// What the scene has to say; null leaves it to the strategy.
    @Nullable public var microbatches: Int? = nil
    public var family: String
    /// By the simulator: a prediction.
    public var predictedStepSeconds: Double
    /// Other candidates with the same step, phases, bytes and memory: the same work under another name.
    public var equivalents = 0
    @Nullable public var phases: Phases? = nil
    @Nullable public var measured: Measured? = nil
    /// Why it was not measured, where it should have been.
    @Nullable public var notMeasured: String? = nil

    enum CodingKeys: String, CodingKey {
      case rank, strategy, microbatches, family, equivalents, phases, measured
      case predictedStepSeconds = "predicted_step_seconds"
      case notMeasured = "not_measured"
    }
  }

  /// What became of one family of candidates.
  public struct Family: Codable, Hashable, Sendable {
    public var name: String
    /// Null where there are more than can be counted.
    @Nullable public var count: Int? = nil
    public var judged: Int
    public var method: Search.FamilyOutcome.Method
    @Nullable public var bestStepSeconds: Double? = nil
    @Nullable public var bestStrategy: String? = nil

    enum CodingKeys: String, CodingKey {
      case name, count, judged, method
      case bestStepSeconds = "best_step_seconds"
      case bestStrategy = "best_strategy"
    }
  }

  /// Candidates that cannot be used for one reason.
  public struct Infeasible: Codable, Hashable, Sendable {
    public var reason: String
    public var count: Int
    public var example: String
  }

  public var schema = SearchReport.schema
  public var scene: String
  public var devices: Int
  public var batch: Int
  public var link: String
  @Nullable public var cores: Int? = nil
  /// Of the search.
  public var seed: UInt64
  /// Candidates that might have been judged, and those that were.
  public var budget: Int
  public var judged: Int
  /// Bytes per device; null without a limit.
  @Nullable public var memoryLimit: Int? = nil
  public var families: [Family]
  /// Best first; empty where nothing can be used.
  public var ranking: [Ranked]
  /// Plain data parallelism around a ring; null where it cannot be.
  @Nullable public var dataParallel: Ranked? = nil
  public var infeasible: [Infeasible]
  /// Whether the measured steps have the order of the predicted ones, undisturbed ones where all runs have them; null where
  /// fewer than two were measured.
  @Nullable public var orderKept: Bool? = nil
  /// False where the search was interrupted.
  public var isComplete: Bool
  public var assumptions: [String]

  enum CodingKeys: String, CodingKey {
    case schema, scene, devices, batch, link, cores, seed, budget, judged, families, ranking, infeasible, assumptions
    case memoryLimit = "memory_limit_bytes"
    case dataParallel = "data_parallel"
    case orderKept = "order_kept"
    case isComplete = "complete"
  }

  init(
    _ judge: StrategyJudge, budget: Search.Budget, ledger: SearchLedger, outcomes: [Search.FamilyOutcome],
    isComplete: Bool, top: Int
  ) {
    let scene = judge.scene
    self.scene = scene.name
    devices = scene.machine.devices
    batch = scene.training.batch
    link = scene.machine.linkDescription
    seed = budget.seed
    self.budget = budget.candidates
    judged = ledger.judged
    self.isComplete = isComplete
    families = outcomes.map { outcome in
      var family = Family(name: outcome.name, judged: outcome.judged, method: outcome.method)
      let best = ledger.ranking.first { $0.family == outcome.name }
      family.count = outcome.count
      family.bestStepSeconds = best?.seconds
      family.bestStrategy = best.map { $0.candidate.text }
      return family
    }
    ranking = Self.distinct(ledger, judge, top: max(top, 1), explained: isComplete ? .max : Self.explainedWhenEnded)
    infeasible = ledger.refusals.sorted { $0.count > $1.count }.map {
      Infeasible(reason: $0.reason, count: $0.count, example: $0.example.text)
    }
    assumptions = [
      "the objective is the simulated step of a run on the \(judge.clock.rawValue) clock: \(judge.forecaster.origin)",
      judge.memoryLimit == nil
        ? "no memory limit; peak memory is what no device can exceed, however early messages come"
        : "the memory limit holds for every device's peak, which cannot be exceeded however early messages come",
      "options that change what is learned (statistics, variable batches, asynchronous updates) stay as they are by default",
    ]
    if scene.network.isMeasured { assumptions += CostTable.profileAssumptions(of: judge.graph) }
    let plain = Candidate(.data(), microbatches: scene.microbatches)
    if let known = ledger.ranking.firstIndex(where: { $0.candidate == plain }) {
      let ranked = ranking.first { $0.strategy == plain.strategy.description && $0.microbatches == plain.microbatches }
      var plain = ranked ?? Ranked(ledger.ranking[known], rank: known + 1, isComplete ? judge : nil)
      plain.equivalents = 0
      plain.rank = ranking.first { $0.comesToTheSame(as: plain) }?.rank ?? plain.rank
      dataParallel = plain
    }
    memoryLimit = judge.memoryLimit
    cores = judge.forecaster.cores
  }

  /// Who ends a search early does not wait for more than the best and its runner-up to be simulated once more.
  private static let explainedWhenEnded = 2

  /// The best candidates that differ in what they come to.
  ///
  /// - Parameter explained: for how many, counted from the best, it is looked where their time goes.
  private static func distinct(
    _ ledger: SearchLedger, _ judge: StrategyJudge, top: Int, explained: Int
  ) -> [Ranked] {
    var ranking: [Ranked] = []
    for (place, entry) in ledger.ranking.prefix(20 * top).enumerated() {
      let next = Ranked(entry, rank: ranking.count + 1, place < explained ? judge : nil)
      if let same = ranking.firstIndex(where: { $0.comesToTheSame(as: next) }) {
        ranking[same].equivalents += 1
      } else if ranking.count < top {
        ranking.append(next)
      } else {
        break
      }
    }
    return ranking
  }

  /// Puts a real run beside a prediction.
  ///
  /// - Parameter result: the run's report, or why there is none.
  public mutating func note(_ result: Result<Report, SearchRefusal>, rank: Int) {
    guard let place = ranking.firstIndex(where: { $0.rank == rank }) else { return }
    switch result {
    case .failure(let refusal): ranking[place].notMeasured = refusal.reason
    case .success(let report):
      var measured = Measured(clock: report.clock, oversubscribed: report.oversubscribed)
      let predicted = Report.Prediction(
        stepSeconds: ranking[place].predictedStepSeconds, measured: report.stepSeconds.median,
        undisturbed: report.undisturbed?.stepSeconds)
      measured.stepSeconds = report.stepSeconds.median
      measured.relativeError = predicted.relativeError
      measured.undisturbedStepSeconds = report.undisturbed?.stepSeconds
      measured.undisturbedRelativeError = predicted.undisturbedRelativeError
      ranking[place].measured = measured
    }
    let runs = ranking.compactMap(\.measured)
    let calm = runs.compactMap(\.undisturbedStepSeconds)
    let steps = calm.count == runs.count ? calm : runs.compactMap(\.stepSeconds)
    orderKept = steps.count > 1 ? zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 } : nil
  }

  /// One JSON document with a final line break.
  public func json() throws -> String { try JSONText.document(self) }
}

/// Why a run did not happen.
public struct SearchRefusal: Error, Hashable, Sendable {
  public var reason: String

  public init(_ reason: String) { self.reason = reason }
}

extension Candidate {
  /// For people: the strategy, and the microbatches that go with it.
  var text: String { oneLine(strategy.description) + (microbatches.map { ", microbatches \($0)" } ?? "") }
}

extension SearchReport.Ranked {
  /// - Parameter judge: simulates the candidate again for its ``phases``; nil leaves them out.
  init(_ entry: SearchLedger.Entry, rank: Int, _ judge: StrategyJudge?) {
    self.rank = rank
    strategy = entry.candidate.strategy.description
    family = entry.family
    predictedStepSeconds = entry.seconds
    microbatches = entry.candidate.microbatches
    phases = judge.flatMap { SearchReport.Phases(entry.candidate, $0) }
  }

  /// Whether nothing that is predicted tells the two apart.
  func comesToTheSame(as other: SearchReport.Ranked) -> Bool {
    predictedStepSeconds == other.predictedStepSeconds && phases != nil && phases == other.phases
  }

  /// The candidate again.
  public var candidate: Candidate? {
    (try? Strategy(parsing: strategy)).map { Candidate($0, microbatches: microbatches) }
  }
}

extension SearchReport.Phases {
  /// Simulates the same steps of a candidate once more, with every instruction's times; nil where it cannot be.
  init?(_ candidate: Candidate, _ judge: StrategyJudge) {
    let steps = 3
    guard let program = try? judge.program(of: candidate),
      let report = try? Report(
        simulating: program, of: judge.scene(with: candidate), forecaster: judge.forecaster, clock: judge.clock,
        steps: steps, warmupSteps: 1)
    else { return nil }
    let measured = Double((steps - report.warmupSteps) * max(report.perDevice.count, 1))
    func mean(_ activity: Activity) -> Double {
      report.perDevice.reduce(0) { $0 + ($1.seconds(activity) ?? 0) } / measured
    }
    stepSeconds = report.perDevice.reduce(0) { $0 + ($1.windowSeconds ?? 0) } / measured
    computeSeconds = mean(.compute)
    exposedCommunicationSeconds = mean(.communication)
    waitSeconds = mean(.wait)
    overheadSeconds = mean(.overhead)
    idleSeconds = mean(.idle)
    bytesPerStep = report.communication.bytesPerStep ?? 0
    messagesPerStep = report.communication.messagesPerStep ?? 0
    peakBytes = judge.peakBytes(of: program)
  }
}
