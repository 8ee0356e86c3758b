import ArgumentParser
import Diagnostics
import Engine
import Exploration
import Foundation
import Machines
import Scenes
import Traces

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Looks for the strategy with the shortest step, explains it, and measures the best ones.",
    discussion: """
      Candidates are strategies with their options, tables with a line per layer, and tables of pipeline stages; each is \
      compiled and simulated. Small families are enumerated, large ones searched by dynamic programming and annealing. The \
      result depends on --seed and --candidates alone, unless --budget or Ctrl-C end it earlier. The best ones are then \
      trained for 30 steps (--steps) where the machine has a core for every device.
      """)

  @OptionGroup var options: SceneOptions

  @Option(
    help: ArgumentHelp("Memory of every device, as 512MiB or 2GB; without it there is no limit.", valueName: "size"))
  var memory: ByteCount?

  @Option(help: "How many candidates are simulated at most.")
  var candidates = 3000

  @Option(
    help: ArgumentHelp(
      "Families of candidates with at most so many points are judged point by point, as far as a fifth of --candidates goes.",
      valueName: "points"))
  var exhaustive = 600

  @Option(
    help: ArgumentHelp(
      "Ends the search after so many seconds; the result then depends on the machine.", valueName: "seconds"))
  var budget: Double?

  @Option(help: "How many of the best are shown, and measured.")
  var top = 5

  @Flag(
    inversion: .prefixedNo, help: "Really trains the best ones; the default where there is a core for every device.")
  var measure: Bool?

  @Flag(help: "Prints one JSON document and nothing else on standard output.")
  var json = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Writes the scene with the best strategy there.", valueName: "file"))
  var output: String?

  private static let candidateCounts = WholeNumbers(1...1_000_000)
  private static let pointCounts = WholeNumbers(0...1_000_000)
  private static let rankCounts = WholeNumbers(1...1000)

  /// A run that is predicted to take longer is not made unasked.
  private static let quickSeconds = 20.0

  func validate() throws {
    guard options.strategy == nil else { throw ValidationError("search chooses the strategy; leave --strategy out.") }
    guard options.microbatches == nil else {
      throw ValidationError("search chooses the microbatches; leave --microbatches out.")
    }
    try Outputs.validate(wishes, json: json)
    for (option, value, numbers) in [
      ("--candidates", candidates, Self.candidateCounts), ("--exhaustive", exhaustive, Self.pointCounts),
      ("--top", top, Self.rankCounts),
    ] {
      guard numbers.contains(value) else { throw ValidationError("\(option) is \(numbers), not \(value).") }
    }
    if let budget, !(budget > 0 && budget.isFinite) {
      throw ValidationError("--budget is a number of seconds above 0.")
    }
  }

  private var wishes: [OutputWish] { [OutputWish(.scene, output)].compactMap { $0 } }

  func run() throws {
    let scene = try options.load(standardSteps: 30)
    let outputs = try Outputs(wishes, keeping: scene.inputs)
    let judge = try StrategyJudge(
      scene, forecaster: .ofThisMachine, clock: options.pacing(of: scene).clock, memoryLimit: memory?.bytes,
      workspace: { KernelWorkspace.words(of: $0) })
    let search = StrategySearch(judge)
    let interruption = Interruption()
    Signals.forward { interruption.ask() }
    let deadline = budget.map { Date(timeIntervalSinceNow: $0) }
    var news = SearchProgress(budget: candidates)
    var report = search.run(
      budget: Search.Budget(candidates: candidates, exhaustive: exhaustive, seed: options.seed ?? 1), top: top,
      isCancelled: { interruption.isCancelled || deadline.map { $0 < Date() } ?? false }, progress: { news.show($0) })
    news.clear()
    if !interruption.isCancelled { measureBest(&report, judge, interruption) }
    let signal = Signals.finish()
    if let best = report.ranking.first?.candidate { outputs.write(judge.document(of: best).yaml, to: .scene) }
    try outputs.deliver(json ? try report.json() : SearchText(report).text)
    if let signal { throw Failure(signal) }
    if report.ranking.isEmpty { throw Failure(.wrongInput, "error: no strategy can be used; the result says why") }
  }

  /// Trains the ranked candidates, or says why not.
  private func measureBest(_ report: inout SearchReport, _ judge: StrategyJudge, _ interruption: Interruption) {
    guard measure != false else { return }
    if let reason = whyNot(report, judge) {
      for ranked in report.ranking { report.note(.failure(SearchRefusal(reason)), rank: ranked.rank) }
      report.assumptions.append("nothing was measured: \(reason)")
      return
    }
    do {
      let dataset = try judge.scene.loadDataset()
      for ranked in report.ranking {
        guard !interruption.isCancelled, let candidate = ranked.candidate else { break }
        Console.error(
          "measuring \(ranked.rank) of \(report.ranking.count): \(ranked.strategy.replacing("\n", with: " / "))")
        do {
          let measured = try MeasuredRun.report(
            judge.program(of: candidate), of: judge.scene(with: candidate), dataset: dataset, clock: judge.clock,
            gaugeNanoseconds: judge.forecaster.calibration.gaugeNanoseconds, interruption: interruption)
          report.note(.success(measured), rank: ranked.rank)
        } catch {
          report.note(.failure(SearchRefusal("rank \(ranked.rank): \(error)")), rank: ranked.rank)
        }
      }
    } catch {
      report.assumptions.append("nothing was measured: \(error)")
    }
  }

  /// What keeps the best from being measured; nil where nothing does.
  private func whyNot(_ report: SearchReport, _ judge: StrategyJudge) -> String? {
    if judge.scene.network.isMeasured { return "layers with given times compute nothing" }
    guard measure == nil else { return nil }
    let cores = report.cores ?? 1
    if report.devices > cores {
      return "\(report.devices) devices on \(cores) \(cores == 1 ? "core" : "cores"); --measure does it nevertheless"
    }
    guard case .steps(let steps) = judge.scene.training.length, let slowest = report.ranking.last else { return nil }
    let seconds = Double(steps) * slowest.predictedStepSeconds
    return seconds > Self.quickSeconds
      ? "a run would take \(secondsText(seconds)); --measure does it nevertheless, --steps makes it shorter"
      : nil
  }
}

/// How far a search is, on stderr: one line that is drawn over and over, or where stderr is no terminal a line for every
/// candidate that is the best so far.
private struct SearchProgress {
  let budget: Int
  private var best = Double.infinity
  private var width = 0

  init(budget: Int) { self.budget = budget }

  mutating func show(_ ledger: SearchLedger) {
    let isBetter = ledger.best.map { $0.seconds < best } ?? false
    guard isBetter || Console.hasProgress && ledger.judged % 25 == 0 else { return }
    best = ledger.best?.seconds ?? best
    let found =
      ledger.best.map {
        "\(secondsText($0.seconds)) by \($0.candidate.strategy.description.replacing("\n", with: " / "))"
      } ?? "nothing yet"
    let line = "\(ledger.judged) of \(budget) candidates, best \(found)"
    guard Console.hasProgress else { return Console.error(line) }
    let short = String(line.prefix(max(10, Console.errorColumns - 1)))
    Console.progress(short + String(repeating: " ", count: max(0, width - short.count)))
    width = short.count
  }

  mutating func clear() {
    guard width > 0 else { return }
    Console.progress(String(repeating: " ", count: width))
    Console.progress("")
    width = 0
  }
}

/// A number of bytes as `512MiB`, `2GB` or `4096`.
struct ByteCount: ExpressibleByArgument {
  var bytes: Int

  init?(argument: String) {
    guard let bytes = ByteCountText.bytes(argument) else { return nil }
    self.bytes = bytes
  }
}
