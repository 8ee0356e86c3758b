import Networks
import Programs
import Scenes
import Strategies
import Testing
import Traces

@testable import Exploration

@Suite struct SearchTests {
  /// The smallest objective of all points.
  private func enumerate(_ family: Family, _ judge: (Candidate) -> Judgement) -> Double? {
    (0..<(family.count ?? 0)).compactMap { family.candidate(family.point($0)) }.compactMap { judge($0).seconds }.min()
  }

  private func guided(_ family: Family, candidates: Int, seed: UInt64, _ judge: @escaping (Candidate) -> Judgement)
    -> SearchLedger
  {
    Search([family], budget: .init(candidates: candidates, exhaustive: 0, seed: seed), judge: judge).run().ledger
  }

  /// Layers with costs, and pairs with costs of passing activations on, along a chain with a skip: where prices are all there
  /// is, the cheapest point is the best and few others are judged.
  @Test(arguments: 1...6) func whatIsASumIsSolvedByPrices(seed: UInt64) {
    let axes = [5, 4, 6, 5, 4, 5]
    let random = CounterRandom(seed: seed, stream: "costs")
    let alone = { @Sendable (axis: Int, value: Int) in 1 + Double(random.uniform(100 * axis + value)) }
    let passing = { @Sendable (pair: Int, first: Int, second: Int) in
      2 * Double(random.uniform(1000 * (pair + 1) + 10 * first + second))
    }
    let pairs = [(0, 1), (1, 2), (1, 3), (2, 3), (3, 4), (4, 5)].map { (first: $0.0, second: $0.1) }
    let prices = PriceSource(
      pairs: pairs, alone: alone,
      together: { pair, first, second in
        alone(pairs[pair].first, first) + alone(pairs[pair].second, second) + passing(pair, first, second)
      })
    let family = NumberFamily.family(axes, prices: prices)
    let judge = { (candidate: Candidate) -> Judgement in
      let point = NumberFamily.point(candidate, family)
      let seconds =
        axes.indices.reduce(0) { $0 + alone($1, point[$1]) }
        + pairs.enumerated().reduce(0) { $0 + passing($1.offset, point[$1.element.first], point[$1.element.second]) }
      return .feasible(seconds: seconds, peakBytes: nil)
    }
    let ledger = guided(family, candidates: 400, seed: seed, judge)
    #expect(ledger.judged <= 400)
    #expect(abs((ledger.best?.seconds ?? 0) - (enumerate(family, judge) ?? 1)) < 1e-9)
    // The table alone knows the order of all points.
    let table = PriceTable(prices, axes: axes, most: 1000, isCancelled: { false })
    let cheapest = table?.cheapest(50) ?? []
    let all = (0..<(family.count ?? 0)).compactMap { judge(family.candidate(family.point($0))!).seconds }.sorted()
    #expect(cheapest.count == 50 && zip(cheapest, all).allSatisfy { abs($0.price - $1) < 1e-9 })
  }

  /// The slowest of four devices decides, so that costs are no sums; some combinations cannot be.
  @Test(arguments: 1...6) func whatIsNoSumIsFoundByAnnealing(seed: UInt64) {
    let axes = [6, 6, 6, 6]
    let family = NumberFamily.family(axes)
    let random = CounterRandom(seed: seed, stream: "loads")
    let judge = { (candidate: Candidate) -> Judgement in
      let point = NumberFamily.point(candidate, family)
      if point[0] == 5, point[1] > 3 { return .refused("cannot be") }
      var loads = [1.0, 1.0, 1.0, 1.0]
      for axis in axes.indices { loads[point[axis] % 4] += Double(random.uniform(10 * axis + point[axis])) }
      return .feasible(seconds: loads.max() ?? 0, peakBytes: nil)
    }
    let ledger = guided(family, candidates: 900, seed: seed, judge)
    #expect(ledger.best?.seconds == enumerate(family, judge))
  }

  /// Tables of layers over real programs, simulated: the guided search finds what enumeration of the same space finds.
  @Test func tablesOfLayersAreAsGoodAsEnumerated() throws {
    let scene = TinyScenes.scene([.linear(outputs: 48), .relu, .linear(outputs: 16), .linear(outputs: 4)], input: 16)
    let judge = try StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual)
    let table = LayerTableFamily(try Graph(scene.network), batch: 8, devices: 2)
    let family = table.family(prices: LayerFragments(table, judge).source)
    let count = try #require(family.count)
    #expect(count == 432)
    var known: [Candidate: Judgement] = [:]
    for number in 0..<count {
      if let candidate = family.candidate(family.point(number)) { known[candidate] = judge.verdict(of: candidate) }
    }
    let best = try #require(known.values.compactMap(\.seconds).min())
    for seed: UInt64 in 1...4 {
      let ledger = guided(family, candidates: 130, seed: seed) { known[$0] ?? .refused("unknown") }
      #expect(ledger.best?.seconds == best)
      #expect(ledger.judged <= 130)
    }
    // Something is to be found: plain data parallelism is not the best of these.
    #expect(best < known[family.candidate(family.starts[0])!]?.seconds ?? 0)
  }

  @Test func oneSeedFindsTheSameAgain() throws {
    let scene = TinyScenes.perceptron()
    let search = try StrategySearch(StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual))
    let budget = Search.Budget(candidates: 150, exhaustive: 40, seed: 3)
    let (one, other) = (search.run(budget: budget, top: 4), search.run(budget: budget, top: 4))
    #expect(one == other)
    #expect(one.judged <= 150 && one.isComplete)
    #expect(one.ranking.map(\.rank) == [1, 2, 3, 4])
    #expect(one.ranking.map(\.predictedStepSeconds) == one.ranking.map(\.predictedStepSeconds).sorted())
    // What is printed can be used: it parses and gives the predicted step again.
    for ranked in one.ranking {
      let candidate = try #require(ranked.candidate)
      #expect(search.judge.verdict(of: candidate).seconds == ranked.predictedStepSeconds)
      let phases = try #require(ranked.phases)
      let sum =
        phases.computeSeconds + phases.exposedCommunicationSeconds + phases.waitSeconds + phases.overheadSeconds
        + phases.idleSeconds
      #expect(abs(sum - phases.stepSeconds) < 0.02 * phases.stepSeconds)
    }
    let families = Dictionary(uniqueKeysWithValues: one.families.map { ($0.name, $0) })
    #expect(families["serial"]?.method == .exhaustive && families["serial"]?.count == 1)
    #expect(families["table of layers"]?.method == .guided)
    #expect(families["data"]?.bestStepSeconds != nil)
  }

  @Test func infeasibleOnesAreListedWithReasons() throws {
    let scene = TinyScenes.perceptron()
    let limit = try StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual)
    let whole = limit.peakBytes(of: try limit.program(of: Candidate(.serial)))
    // Not enough for the whole model on one device.
    let judge = try StrategyJudge(
      scene, forecaster: TinyScenes.forecaster, clock: .virtual, memoryLimit: whole * 9 / 10)
    let report = StrategySearch(judge).run(
      budget: .init(candidates: 120, exhaustive: 60, seed: 1), top: 3)
    let reasons = report.infeasible.map(\.reason)
    #expect(reasons.contains("needs more memory than the limit"))
    #expect(report.infeasible.allSatisfy { $0.count > 0 && !$0.example.isEmpty })
    #expect(report.infeasible.reduce(0) { $0 + $1.count } < report.judged)
    for ranked in report.ranking { #expect(ranked.phases?.peakBytes ?? .max <= whole * 9 / 10) }
    let nothing = try StrategySearch(
      StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual, memoryLimit: 10)
    ).run(
      budget: .init(candidates: 40, exhaustive: 30, seed: 1), top: 3)
    #expect(nothing.ranking.isEmpty && !nothing.infeasible.isEmpty)
    #expect(SearchText(nothing).text.contains("no candidate can be used"))
  }

  @Test func aCancelledSearchTellsWhatItFound() throws {
    let search = try StrategySearch(
      StrategyJudge(TinyScenes.perceptron(), forecaster: TinyScenes.forecaster, clock: .virtual))
    var judged = 0
    let report = search.run(
      budget: .init(candidates: 500), top: 2, isCancelled: { judged >= 7 }, progress: { judged = $0.judged })
    #expect(report.judged == 7 && !report.isComplete)
    #expect(report.ranking.count == 2)
    #expect(SearchText(report).text.contains("ended early: the best so far"))
  }

  @Test func measurementsStandBesidePredictions() throws {
    let scene = TinyScenes.perceptron()
    let judge = try StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual)
    var report = StrategySearch(judge).run(budget: .init(candidates: 30, exhaustive: 30), top: 2)
    for ranked in report.ranking {
      let candidate = try #require(ranked.candidate)
      let measured = try Report(
        simulating: judge.program(of: candidate), of: scene, forecaster: judge.forecaster, clock: .virtual, steps: 3,
        warmupSteps: 1)
      report.note(.success(measured), rank: ranked.rank)
    }
    #expect(report.orderKept == true)
    #expect(report.ranking.allSatisfy { abs($0.measured?.relativeError ?? 1) < 1e-3 })
    report.note(.failure(SearchRefusal("it failed")), rank: 2)
    let text = SearchText(report).text
    #expect(text.contains("measured steps have the predicted order") && text.contains("not measured: it failed"))
    #expect(text.contains("runner-up: ") && text.contains("data parallelism: data(exchange=ring)"))
    #expect(try report.json().contains("\"schema\" : \"partita.search/1\""))
  }
}
