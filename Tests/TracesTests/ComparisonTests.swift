import Foundation
import Testing
import Traces

@Suite struct RunComparisonTests {
  private func report(_ lengths: [Int64], seed: UInt64 = 7) throws -> Report {
    Report(
      RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: seed, steps: lengths.count),
      statistics: statistics(try serialProgram(), serialTrace(lengths)))
  }

  private func compare(_ a: Report, _ b: Report) -> RunComparison { RunComparison(a, b, names: ("a.json", "b.json")) }

  /// Numbers that no run has are refused by name, before anything is reckoned with them.
  @Test func impossibleNumbersAreRefused() throws {
    func expect(_ message: String, _ change: (inout Report) -> Void) throws {
      var report = try report([100, 100, 100])
      change(&report)
      let problem = #expect(throws: ReportProblem.self) { try Report(reading: Data(report.json().utf8)) }
      #expect(problem?.description.contains(message) == true, "\(String(describing: problem))")
    }
    try expect("'steps' is not a whole number from 0 to 1000000000") { $0.steps = .max }
    try expect("'warmup_steps' is not a number of steps") { $0.warmupSteps = .min }
    try expect("'warmup_steps' is not a number of steps") { $0.warmupSteps = 4 }
    try expect("'devices' is not a whole number from 1 to 65536") { $0.devices = 0 }
    try expect("'batch' is not a whole number from 1 to 16777216") { $0.batch = .max }
    try expect("'step_seconds.median' is not a number of seconds") { $0.stepSeconds.median = 1e10 }
    try expect("'step_seconds.p90' is not a number of seconds") { $0.stepSeconds.p90 = -1 }
  }

  @Test func anyNumberOfSecondsHasAText() {
    #expect(secondsText(1.5) == "1.5 s" && secondsText(1e-7) == "100 ns" && secondsText(1e10) == "1e+10 s")
    #expect(secondsText(-1e300) == "-1e+300 s" && secondsText(.nan) == "n/a" && secondsText(.infinity) == "n/a")
  }

  @Test func clearDifferencesNameTheirPart() throws {
    let result = compare(try report([100, 100, 100]), try report([150, 150, 150]))
    #expect(result.outcome == .slower && result.largestChange == "compute" && result.unlike.isEmpty)
    #expect(result.slowdown.map { abs($0 - 0.5) < 1e-9 } == true)
    #expect(
      result.verdict == "B is slower: 50 % more time per sample, most of it in compute (+50 ns per step and device).")
    let back = compare(try report([150, 150, 150]), try report([100, 100, 100]))
    #expect(back.outcome == .faster && back.verdict.hasPrefix("B is faster: 33 % less time"))
    let rows = result.rows.filter {
      ["compute", "exposed communication", "wait", "overhead", "idle"].contains($0.name)
    }
    #expect(abs(rows.reduce(0) { $0 + ($1.b ?? .nan) } - 150e-9) < 1e-15, "the parts add up to the mean step")
  }

  /// One device of 420 ns beside two of 420 ns: no faster, half as efficient; an own reference of the report goes first.
  @Test func aSerialReportGivesTheSpeedUp() throws {
    let program = try pipelineProgram(microbatches: 1)
    var facts = RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: 7, steps: 1)
    let parallel = Report(facts, statistics: statistics(program, latePipelineTrace))
    var serial = try report([840, 840, 840])
    (serial.parameterCount, serial.flopsPerSample, serial.batch) = (
      parallel.parameterCount, parallel.flopsPerSample, parallel.batch
    )
    func row(_ name: String, _ a: Report, _ b: Report) -> RunComparison.Row? {
      compare(a, b).rows.first { $0.name == name }
    }
    let factor = try #require(row("speed-up over serial", serial, parallel))
    #expect(factor.a == 1 && factor.b.map { abs($0 - 2) < 1e-12 } == true)
    #expect(row("speed-up over serial", parallel, serial)?.a.map { abs($0 - 2) < 1e-12 } == true)
    #expect(row("efficiency, speed-up / devices", serial, parallel)?.b.map { abs($0 - 1) < 1e-12 } == true)
    let scaling = try #require(row("computation scaling", serial, parallel))
    #expect(scaling.a == 1)
    let useful = try #require(serial.perDevice[0].computeSeconds) / 3
    #expect(scaling.b.map { abs($0 - useful / 350e-9) < 1e-9 } == true)

    serial.clock = .virtual
    #expect(row("speed-up over serial", serial, parallel)?.b == nil, "times of two clocks are not compared")
    #expect(row("speed-up over serial", parallel, parallel) == nil)
    facts.serial = SerialReference(source: "by hand", steps: 1, stepSeconds: 1260e-9)
    let own = Report(facts, statistics: statistics(program, latePipelineTrace))
    #expect(row("speed-up over serial", parallel, own)?.b.map { abs($0 - 3) < 1e-12 } == true)
    #expect(row("computation scaling", parallel, own)?.b == nil)
  }

  @Test func overlappingRangesAreNoDifference() throws {
    let result = compare(try report([100, 200, 300]), try report([110, 230, 310]))
    #expect(result.outcome == .unclear && result.largestChange == nil)
    #expect(result.verdict.hasPrefix("No clear difference: the steps' ranges from p10 to p90 overlap"))
  }

  @Test func unlikeRunsAreNamedAndSomeForbidden() throws {
    var other = try report([100, 100], seed: 8)
    let labelled = compare(try report([100, 100, 100]), other)
    #expect(labelled.unlike.map(\.what) == ["seed", "steps"] && !labelled.isForbidden)
    other.clock = .model
    other.oversubscribed = true
    #expect(compare(try report([100]), other).unlike.map(\.what).contains("clock"))
    #expect(compare(try report([100]), other).unlike.map(\.what).contains("oversubscribed"))
    other.batch = 16
    #expect(compare(try report([100, 100]), other).isForbidden)
    other.batch = 8
    other.parameterCount += 1
    #expect(compare(try report([100, 100]), other).isForbidden)
    #expect(ComparisonText(compare(try report([100]), other)).unlike[0].contains("parameters of the network"))
  }

  @Test func whatWasNotMeasuredIsUnknown() throws {
    let nothing = Report(
      RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: 7, steps: 0),
      statistics: statistics(try serialProgram()))
    let result = compare(try report([100]), nothing)
    #expect(result.outcome == .unknown && result.slowdown == nil)
    #expect(result.rows[0].b == nil && result.rows[0].relative == nil)
    #expect(ComparisonText(result).text.contains("n/a"))
  }

  @Test func documentsHaveTheirKeys() throws {
    let text = try compare(try report([100, 100]), try report([150, 150])).json()
    let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(root["schema"] as? String == "partita.compare/1")
    #expect(
      Set(root.keys) == [
        "schema", "a", "b", "unlike", "rows", "outcome", "slowdown", "largest_change", "verdict",
      ])
    #expect(try JSONDecoder().decode(RunComparison.self, from: Data(text.utf8)).outcome == .slower)
  }

  @Test(arguments: [
    ("", "it is no JSON"), ("[1]", "it is no JSON object"), ("{}", "it has no \"schema\""),
    (#"{"schema": "partita.verify/1"}"#, "it is a document of 'partita.verify/1'"),
    (#"{"schema": "partita.report/1"}"#, "' is missing"),
  ])
  func otherFilesAreRefusedWithTheReason(text: String, reason: String) {
    do {
      _ = try Report(reading: Data(text.utf8))
      Issue.record("it was taken")
    } catch {
      #expect(error.description.contains(reason), "\(error)")
    }
  }

  @Test func wrongMembersAreNamedByTheirPath() throws {
    let text = try report([100]).json().replacing("\"devices\" : 1", with: "\"devices\" : \"one\"")
    do {
      _ = try Report(reading: Data(text.utf8))
      Issue.record("it was taken")
    } catch {
      #expect(error.description == "'devices' is not of the kind that belongs there")
    }
  }
}
