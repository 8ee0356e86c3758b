import Diagnostics
import Foundation
import Machines
import Networks
import Scenes
import Strategies
import Testing
import Traces

@testable import Exploration

@Suite struct SweepTests {
  private let scene = TinyScenes.perceptron()

  private func sweep(_ strategies: [Strategy], devices: [Int], batches: [Int] = []) -> Sweep {
    Sweep(
      scene, space: SweepSpace(scene, strategies: strategies, devices: devices, batches: batches),
      forecaster: TinyScenes.forecaster, clock: .wall)
  }

  @Test func theReferenceComesFirstAndNothingTwice() {
    let points = SweepSpace(scene, strategies: [.serial, .data(), .data()], devices: [1, 2], batches: [8, 4]).points
    #expect(points.map(\.batch) == [8, 8, 8, 8, 4, 4, 4, 4])
    #expect(points[0].strategy == .serial && points[0].devices == 1)
    #expect(Set(points).count == points.count)
  }

  @Test func simulationsAreComparedWithOneDevice() throws {
    let report = sweep([.data()], devices: [1, 2, 4]).run(measure: nil)
    #expect(report.rows.map(\.devices) == [1, 1, 2, 4])
    #expect(report.rows[0].isReference && report.rows[0].strategy == "serial" && !report.rows[1].isReference)
    let serial = try #require(report.rows[0].stepSeconds?.median)
    for row in report.rows {
      let median = try #require(row.stepSeconds?.median)
      #expect(row.clock == .model && row.predicted == nil && row.oversubscribed == false)
      #expect(abs((row.speedup ?? 0) - serial / median) < 1e-12)
      #expect(abs((row.efficiency ?? 0) - serial / median / Double(row.devices)) < 1e-12)
      #expect(row.peakBytes ?? 0 > 0)
    }
    #expect(report.series.count == 1 && report.series[0].serialShare != nil && report.isComplete)
  }

  /// A strategy that takes more microbatches on more devices is one line in the picture; asked for several numbers of them, it
  /// is as many lines.
  @Test func microbatchesThatAStrategyDecidesAreOneSeries() throws {
    let automatic = sweep([.pipeline(PipelineParallel())], devices: [1, 2, 3]).run(measure: nil)
    let counts = automatic.rows.filter { !$0.isReference }.map(\.microbatches)
    #expect(Set(counts).count > 1 && automatic.rows.allSatisfy { $0.microbatchesAsked == nil })
    #expect(automatic.series.count == 1 && automatic.series[0].microbatches == nil)
    let space = SweepSpace(
      scene, strategies: [.pipeline(PipelineParallel())], devices: [1, 2], microbatches: [2, 4])
    let asked = Sweep(scene, space: space, forecaster: TinyScenes.forecaster, clock: .wall).run(measure: nil)
    #expect(asked.series.map(\.microbatches) == [2, 4])
  }

  /// A link alone does not say what messages have to share.
  @Test func rowsNameTheTopology() throws {
    var scene = scene
    scene.machine.topology = .ring
    let space = SweepSpace(
      scene, strategies: [.data()], devices: [2],
      links: [try Link(parsing: "20us,1GB/s"), try Link(parsing: "1us,1GB/s")])
    let report = Sweep(scene, space: space, forecaster: TinyScenes.forecaster, clock: .wall).run(measure: nil)
    #expect(Set(report.rows.map(\.link)) == ["ring of 20us,1GB/s", "ring of 1us,1GB/s"])
  }

  @Test func whatCannotBeStandsInTheTable() throws {
    let report = sweep([.pipeline(stages: 3), .data()], devices: [2, 9]).run(measure: nil)
    let refused = report.rows.filter { $0.refused != nil }
    #expect(report.rows.count == 5 && refused.count == 3)
    #expect(refused.allSatisfy { $0.speedup == nil && $0.stepSeconds == nil && $0.clock == nil })
    #expect(refused[0].refused?.contains("3 stages") == true)
    let text = SweepTable(report).text
    #expect(text.contains("not run, see below") && text.contains("data(exchange=ring) on 9 devices"))
    #expect(try report.json().contains("\"speedup\" : null"))
  }

  @Test func runsHavePredictionsBesideThem() throws {
    var seen: [Int] = []
    let report = sweep([.data()], devices: [2]).run { scene, program in
      seen.append(scene.machine.devices)
      // A measurement that takes half as long again as the model says.
      var report = try Report(simulating: program, of: scene, forecaster: TinyScenes.forecaster, clock: .wall, steps: 5)
      report.clock = .wall
      report.stepSeconds.median = report.stepSeconds.median.map { $0 * 1.5 }
      return report
    }
    #expect(seen == [1, 2])
    for row in report.rows {
      #expect(row.clock == .wall)
      #expect(abs((row.predicted?.relativeError ?? 0) + 1.0 / 3) < 1e-3)
    }
    #expect(SweepTable(report).text.contains("predicted"))
  }

  /// Pairs of strategies with all else equal are compared, and those that changed places are named.
  @Test func theOrderOfStrategiesIsCompared() throws {
    func row(_ strategy: Strategy, _ devices: Int, measured: Double, predicted: Double?) -> SweepRow {
      var row = SweepRow(
        SweepPoint(strategy: strategy, devices: devices, batch: 8, link: .shared), link: "shared", seed: 1,
        isReference: false, .nothing(""))
      row.refused = nil
      row.clock = .wall
      row.stepSeconds = .init(median: measured, p10: nil, p90: nil)
      row.predicted = predicted.map { Report.Prediction(stepSeconds: $0, measured: measured) }
      return row
    }
    var rows = [
      row(.serial, 1, measured: 9, predicted: 1), row(.data(), 2, measured: 3, predicted: 3.5),
      row(.model(), 2, measured: 4, predicted: 3), row(.data(exchange: .tree), 2, measured: 5, predicted: 5),
      row(.pipeline(stages: 2), 2, measured: 1, predicted: nil),
    ]
    let report = SweepReport(scene: "tiny", cores: 2, seed: 1, sceneBatch: 8, rows: rows)
    let agreement = try #require(report.rankAgreement)
    #expect(agreement.pairs == 3 && agreement.kept == 2 && abs(agreement.tau - 1.0 / 3) < 1e-12)
    #expect(agreement.swapped == ["data(exchange=ring) before model(split=k) on 2 devices, batch 8"])
    let text = SweepTable(report).text
    #expect(text.contains("order of strategies: 2 of 3 pairs") && text.contains("predicted the other way round"))
    #expect(try report.json().contains("\"tau\" : 0.33"))
    #expect(SweepReport(scene: "tiny", cores: 2, seed: 1, sceneBatch: 8, rows: [rows[0]]).rankAgreement == nil)
    // Undisturbed, the second was the faster one.
    rows[1].undisturbed = Report.Undisturbed(UndisturbedSteps(count: 9, medianSeconds: 2.5))
    rows[2].undisturbed = Report.Undisturbed(UndisturbedSteps(count: 9, medianSeconds: 2))
    let calm = SweepReport(scene: "tiny", cores: 2, seed: 1, sceneBatch: 8, rows: rows)
    #expect(calm.rankAgreement?.kept == 3 && SweepTable(calm).text.contains("undisturbed"))
  }

  /// The table, the document and the comma-separated values say the same, and nothing of what is not known.
  @Test func allFormsAgree() throws {
    let report = sweep([.data(), .pipeline(stages: 3)], devices: [1, 2]).run(measure: nil)
    let rows = try JSONDecoder().decode(SweepReport.self, from: Data(report.json().utf8)).rows
    #expect(rows == report.rows)
    let lines = SweepTable(report).csv.split(separator: "\n")
    let names = lines[0].split(separator: ",").map(String.init)
    for (line, row) in zip(lines.dropFirst(), rows) {
      // Strategies with commas are quoted; the fields behind are plain.
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).suffix(names.count - 1).map(String.init)
      func field(_ name: String) -> String { fields[(names.firstIndex(of: name) ?? 0) - 1] }
      guard row.refused == nil else { continue }
      #expect(Double(field("step_seconds_median")) == row.stepSeconds?.median)
      #expect(Double(field("speedup")) == row.speedup && Double(field("efficiency")) == row.efficiency)
      #expect(Int(field("peak_bytes")) == row.peakBytes && field("predicted_step_seconds").isEmpty)
    }
    let refused = try #require(rows.first { $0.refused != nil })
    #expect(refused.speedup == nil && refused.peakBytes == nil)
  }

  /// Speed-ups are measured against serial training alone, not against whatever else ran on one device.
  @Test func theReferenceIsSerialTraining() throws {
    let report = sweep([.data()], devices: [1, 2]).run(measure: nil)
    let serial = try #require(report.rows.first { $0.isReference }?.stepSeconds?.median)
    for row in report.rows { #expect(row.speedup == serial / (row.stepSeconds?.median ?? 0)) }
    let lines = SpeedupPicture(report).lines
    #expect(lines.contains { $0.hasPrefix("serial ") } && lines.contains { $0.hasPrefix("     1 ") })
    // Without it nothing is said.
    let alone = SweepReport(
      scene: "tiny", cores: 2, seed: 1, sceneBatch: 8, rows: report.rows.filter { !$0.isReference })
    #expect(alone.rows.allSatisfy { $0.speedup == nil && $0.notes.contains("no serial reference") })
    #expect(SpeedupPicture(alone).lines.isEmpty)
  }

  @Test func aFailedRunIsSaid() {
    struct Failure: Error, CustomStringConvertible { var description: String { "a buffer is missing" } }
    let report = sweep([.data()], devices: [2]).run { scene, program in
      if scene.machine.devices == 2 { throw Failure() }
      return try Report(simulating: program, of: scene, forecaster: .builtIn, clock: .wall, steps: 3)
    }
    #expect(report.rows[1].refused == "the run failed: a buffer is missing")
  }

  @Test func interruptionKeepsWhatWasMeasured() {
    var begun = 0
    let report = sweep([.data(), .model()], devices: [2, 3]).run(
      measure: nil, isCancelled: { begun >= 2 }, progress: { _, _ in begun += 1 })
    #expect(!report.isComplete && report.rows.count == 5)
    #expect(report.rows.count { $0.stepSeconds != nil } == 2)
    #expect(report.rows.suffix(3).allSatisfy { $0.refused == "interrupted before it was run" })
    #expect(report.assumptions.contains { $0.hasPrefix("interrupted") })
  }

  @Test func otherBatchesAndOversubscriptionAreLabelled() {
    let report = sweep([.data()], devices: [4], batches: [8, 16]).run { scene, program in
      var report = try Report(simulating: program, of: scene, forecaster: .builtIn, clock: .wall, steps: 3)
      report.clock = .wall
      report.oversubscribed = scene.machine.devices > 2
      return report
    }
    #expect(report.rows.map { $0.notes.contains("batch differs from the scene's 8") } == [false, false, true, true])
    #expect(report.rows.map { $0.notes.contains("oversubscribed") } == [false, true, false, true])
    // Each batch has its own reference.
    #expect(report.rows.filter(\.isReference).allSatisfy { $0.speedup == 1 })
  }

  @Test func commaSeparatedValuesAreQuoted() {
    let report = sweep([.pipeline(stages: 3), .grid(Grid(rows: 2, columns: 1))], devices: [2]).run(measure: nil)
    let lines = SweepTable(report).csv.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("strategy,devices,batch,microbatches,seed,link,clock,is_reference"))
    #expect(lines[3].hasPrefix("\"grid(rows=2, columns=1, split=k)\",2,8,"))
    #expect(lines[2].contains(",,"))
  }

  @Test func amdahlsLawIsFittedExactly() throws {
    let law = { (devices: Int) in (devices: devices, speedup: 1 / (0.1 + 0.9 / Double(devices))) }
    let fit = try #require(AmdahlFit([law(1), law(2), law(4), law(8)]))
    #expect(abs(fit.serialShare - 0.1) < 1e-12)
    #expect(abs(fit.speedup(devices: 16) - 6.4) < 1e-9)
    #expect(AmdahlFit([law(1)]) == nil)
    #expect(try #require(AmdahlFit([(devices: 2, speedup: 2.5)])).serialShare < 0)
  }

  @Test func thePictureShowsMeasuredIdealAndFit() throws {
    func row(_ devices: Int, _ seconds: Double) throws -> SweepRow {
      let point = SweepPoint(strategy: devices == 1 ? .serial : .data(), devices: devices, batch: 8, link: .shared)
      var row = SweepRow(point, link: "shared", seed: 1, isReference: devices == 1, .nothing(""))
      row.refused = nil
      row.clock = .wall
      row.stepSeconds = .init(median: seconds, p10: nil, p90: nil)
      return row
    }
    let report = SweepReport(
      scene: "tiny", cores: 2, seed: 1, sceneBatch: 8, rows: [try row(1, 8), try row(2, 5), try row(4, 4)])
    let lines = SpeedupPicture(report, width: 20).lines
    #expect(
      lines == [
        "speed-up over devices: = measured or simulated, | ideal (as many as devices), + fit of Amdahl's law", "",
        "data(exchange=ring), batch 8, link shared: serial share 30.8 %",
        "serial =====|                  1.00  efficiency 100.0 %",
        "     2 ========+ |             1.60  efficiency 80.0 %",
        "     4 ==========+         |   2.00  efficiency 50.0 %",
      ])
  }
}
