import Networks
import Scenes
import Strategies
import Testing
import Traces

@testable import Exploration

/// Profiled layers cost the same whoever asks: a search, a sweep, a simulation or the reference of a speed-up.
@Suite struct ProfiledPriceTests {
  /// 16 layers of 0.5 + 0.5 + 0.5 ms for each of 16 samples of 256: 24 ms a microbatch, 16 times that are 384 ms of work.
  private func scene(microbatches: String = ", microbatches: 16", strategy: String = "serial") throws -> Scene {
    let layer =
      "    - profiled: {forward_ms: 0.5, backward_input_ms: 0.5, backward_weight_ms: 0.5, output_bytes: 1024}\n"
    return try Scene(
      yaml: """
        network:
          input: [16]
          layers:
        \(String(repeating: layer, count: 16))
        training: {batch: 256, steps: 3, rate: 0.1\(microbatches)}
        machine: {devices: 8, link: "0ms,inf"}
        strategy: \(strategy)
        """)
  }

  private func judge(_ scene: Scene) throws -> StrategyJudge {
    try StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual)
  }

  private func seconds(_ scene: Scene) throws -> Double {
    let forecaster = TinyScenes.forecaster
    let program = try CompiledScene(scene, forecaster: forecaster).program
    return try forecaster.forecast(program, on: scene.machine, clock: .virtual).stepSeconds
  }

  /// One device takes 384 ms for the batch, in one piece or in any number of microbatches, and eight that share the samples an
  /// eighth of it. A pipeline of eight stages of 3 ms a microbatch takes 16 + 7 of them; with 8 microbatches of twice the
  /// samples 8 + 7 of 6 ms.
  @Test(
    arguments: [
      ("serial", nil, 0.384), ("serial", 16, 0.384), ("serial", 4, 0.384), ("data(exchange=ring)", nil, 0.048),
      ("data(exchange=ring)", 16, 0.048), ("pipeline(schedule=1f1b)", 16, 0.069),
      ("pipeline(schedule=1f1b)", 8, 0.090),
    ] as [(String, Int?, Double)])
  func workDoesNotDependOnHowItIsCut(strategy: String, microbatches: Int?, seconds: Double) throws {
    let candidate = Candidate(try Strategy(parsing: strategy), microbatches: microbatches)
    let judge = try judge(scene())
    let judged = try #require(judge.verdict(of: candidate).seconds)
    #expect(abs(judged - seconds) < 1e-9)
    // What a search writes means the same to a simulation, and says how many samples were measured where it has to.
    let written = judge.document(of: candidate)
    #expect(try abs(self.seconds(Scene(yaml: written.yaml)) - seconds) < 1e-9)
    #expect(written.yaml.contains("samples: 16}") == (microbatches != 16))
  }

  /// A number of microbatches that the strategy decides counts as the scene's: 16 for eight stages.
  @Test func strategiesDecideForTheSceneToo() throws {
    let judge = try judge(scene(microbatches: "", strategy: "pipeline(schedule=1f1b)"))
    #expect(try abs(#require(judge.verdict(of: Candidate(.serial)).seconds) - 0.384) < 1e-9)
  }

  @Test func searchesLookAtTheScenesMicrobatches() throws {
    let report = StrategySearch(try judge(scene())).run(budget: .init(candidates: 60, exhaustive: 10), top: 3)
    // No way to share 384 ms out to eight devices takes less than an eighth of them.
    #expect(try abs(#require(report.ranking.first).predictedStepSeconds - 0.048) < 1e-9)
    #expect(report.ranking.first?.microbatches == 16)
    #expect(report.assumptions.contains { $0.contains("16 samples") })
    let families = Dictionary(uniqueKeysWithValues: report.families.map { ($0.name, $0) })
    #expect(families["serial"]?.judged == 2)
    for family in ["data", "table of layers, 16 microbatches"] {
      #expect(families[family]?.judged ?? 0 > 0, "\(family)")
    }
  }

  /// 384 ms over 8 stages of 3 ms with 16 microbatches, two chunks each: 48 ms of work and 7 · 1.5 ms to fill and drain.
  @Test func sweepsMeasureSpeedUpAgainstTheSameWork() throws {
    let base = try scene(microbatches: "")
    let strategies = [Strategy.data(), try Strategy(parsing: "pipeline(schedule=interleaved, chunks=2)")]
    let space = SweepSpace(base, strategies: strategies, devices: [1, 8], microbatches: [16])
    let report = Sweep(base, space: space, forecaster: TinyScenes.forecaster, clock: .virtual).run(measure: nil)
    let rows = report.rows.map { ($0.stepSeconds?.median ?? 0, $0.speedup ?? 0) }
    let expected = [0.384, 0.384, 0.048, 0.384, 0.0585]
    #expect(rows.count == expected.count)
    for (row, seconds) in zip(rows, expected) {
      #expect(abs(row.0 - seconds) < 1e-9)
      #expect(abs(row.1 - 0.384 / seconds) < 1e-6)
    }
    #expect(report.series.allSatisfy { (0...1).contains($0.serialShare ?? -1) })
    // Of several numbers of microbatches none is the scene's: its strategy takes one, of 256 samples in 24 ms.
    let several = SweepSpace(base, strategies: [.serial], devices: [1], microbatches: [4, 16])
    for row in Sweep(base, space: several, forecaster: TinyScenes.forecaster, clock: .virtual).run(measure: nil).rows {
      #expect(abs((row.stepSeconds?.median ?? 0) - 0.024) < 1e-9)
    }
  }
}
