import Foundation
import Networks
import Testing
import Traces

@Suite struct ReportTests {
  private func report(measured: Bool = true) throws -> Report {
    let program = try pipelineProgram(microbatches: 1)
    var facts = RunFacts(scene: "tiny", clock: .wall, cores: 1, seed: 7, steps: 1)
    guard measured else { return Report(facts, statistics: RunStatistics(program: program)) }
    facts.losses = [2.5, .nan]
    facts.testAccuracy = 0.75
    facts.serial = SerialReference(source: "by hand", steps: 1, stepSeconds: 840e-9, computeSeconds: 700e-9)
    facts.assumptions = ["one thing"]
    facts.peaks = [
      Report.PeakBytes(parameters: 1, gradients: 2, optimizer: 3, activations: 4, buffers: 5, workspace: 6, total: 12)
    ]
    return Report(facts, statistics: statistics(program, latePipelineTrace))
  }

  private func object(_ report: Report) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
  }

  /// The contract's keys, level by level.
  private static let keys: [String: Set<String>] = [
    "": [
      "schema", "scene", "strategy", "devices", "clock", "cores", "oversubscribed", "batch", "microbatches", "seed",
      "steps", "warmup_steps", "samples_per_second", "step_seconds", "undisturbed", "loss", "train_accuracy",
      "test_accuracy",
      "ensemble_accuracy", "oracle_accuracy", "train_oracle_accuracy", "heads", "parameter_count", "flops_per_sample",
      "per_device", "communication", "links", "bubble", "efficiency", "serial_reference", "predicted",
      "analysis", "assumptions",
    ],
    "step_seconds": ["median", "p10", "p90"],
    "communication": [
      "bytes_per_step", "expected_bytes_per_step", "messages_per_step", "matrix_bytes", "by_purpose",
    ],
    "bubble": ["fraction_of_total", "formula"],
    "efficiency": ["speedup", "strong", "load_balance", "communication", "parallel"],
  ]

  private static let deviceKeys: Set<String> = [
    "device", "window_seconds", "compute_seconds", "exposed_communication_seconds", "wait_seconds", "overhead_seconds",
    "idle_seconds", "withheld_seconds", "processor_speed", "first_start_seconds", "last_end_seconds", "waits",
    "bytes_sent",
    "bytes_received", "messages_sent", "peak_bytes", "expected_peak_bytes",
  ]

  @Test(arguments: [true, false]) func everyKeyIsPresent(measured: Bool) throws {
    let root = try object(report(measured: measured))
    for (name, keys) in Self.keys {
      let level = name.isEmpty ? root : try #require(root[name] as? [String: Any])
      #expect(Set(level.keys) == keys, "\(name)")
    }
    let devices = try #require(root["per_device"] as? [[String: Any]])
    #expect(devices.count == 2)
    for device in devices {
      #expect(Set(device.keys) == Self.deviceKeys)
      let peak = try #require(device["peak_bytes"] as? [String: Any])
      #expect(
        Set(peak.keys) == ["parameters", "gradients", "optimizer", "activations", "buffers", "workspace", "total"])
    }
  }

  @Test func headsOfATreeAreReportedAndNullWithoutOne() throws {
    var facts = RunFacts(scene: "tree", clock: .wall, cores: 1, seed: 7, steps: 1)
    facts.testAccuracy = 0.75
    facts.testOracleAccuracy = 0.875
    facts.trainOracleAccuracy = 1
    facts.heads = Report.Heads(accuracy: [0.5, 0.625], wins: [[3, 0], [1, 4]])
    let plain = Report(facts, statistics: RunStatistics(program: try pipelineProgram(microbatches: 1)))
    let nothing = try object(plain)
    for key in ["ensemble_accuracy", "oracle_accuracy", "train_oracle_accuracy", "heads"] {
      #expect(nothing[key] is NSNull, "\(key)")
    }
    var program = try pipelineProgram(microbatches: 1)
    var network = program.graph.network
    network.tree = Tree(after: "input", copies: 2)
    program.graph = try Graph(network)
    let report = Report(facts, statistics: RunStatistics(program: program))
    #expect(report.ensembleAccuracy == 0.75 && report.testAccuracy == 0.75)
    #expect(report.oracleAccuracy == 0.875 && report.trainOracleAccuracy == 1)
    let again = try Report(json: report.json())
    #expect(again.heads == facts.heads)
    let text = ReportText(report).text
    #expect(text.contains("any head right        87.5 % of the test set, 100.0 % in training"))
    #expect(text.contains("test samples for which a head has the smallest loss"))
    #expect(!ReportText(plain).text.contains("any head"))
  }

  @Test func whatWasNotMeasuredIsNull() throws {
    let root = try object(report(measured: false))
    #expect(root["loss"] is NSNull)
    #expect(root["samples_per_second"] is NSNull && root["test_accuracy"] is NSNull && root["predicted"] is NSNull)
    let device = try #require((root["per_device"] as? [[String: Any]])?.first)
    #expect(device.filter { $0.value is NSNull }.count == Self.deviceKeys.count - 3, "all but number and peaks")
    #expect((device["peak_bytes"] as? [String: Any])?.values.allSatisfy { $0 is NSNull } == true)
    let communication = try #require(root["communication"] as? [String: Any])
    #expect(communication["bytes_per_step"] is NSNull && communication["expected_bytes_per_step"] as? Int == 48)
    #expect((root["efficiency"] as? [String: Any])?.values.allSatisfy { $0 is NSNull } == true)
  }

  @Test func numbersFollowTheirDefinitions() throws {
    let report = try report()
    #expect(report.schema == "partita.report/1")
    #expect(report.oversubscribed, "two worker threads on one core")
    #expect(report.assumptions.contains("one thing"))
    #expect(report.assumptions.contains { $0.hasPrefix("oversubscribed: 2 devices on 1 core") })
    #expect(report.stepSeconds.median == 420e-9)
    #expect(report.samplesPerSecond.map { abs($0 - 8 / 420e-9) < 1 } == true)
    #expect(report.losses == [2.5, nil])
    // Neither computing nor communicating: 180 + 10 ns of waiting and overhead on device 0; 100 + 10 and 130 of idling on device 1.
    #expect(report.bubble.fractionOfTotal == 430.0 / 840)
    #expect(report.bubble.formula == 0.5)
    #expect(report.efficiency.loadBalance == 175.0 / 200)
    #expect(report.efficiency.communication == 200.0 / 420)
    #expect(report.efficiency.parallel == 175.0 / 420)
    #expect(report.efficiency.speedup.map { abs($0 - 2) < 1e-12 } == true)
    #expect(report.efficiency.strong.map { abs($0 - 1) < 1e-12 } == true)
    // 350 ns of computing on two devices, where one alone needs 700.
    #expect(report.analysis?.efficiency.computationScaling.map { abs($0 - 2) < 1e-12 } == true)
    let device = report.perDevice[1]
    #expect(device.waits == ["late_sender": 100e-9, "back_pressure": 0])
    #expect(device.firstStartSeconds == 133e-9 && device.lastEndSeconds == 285e-9)
    #expect(device.bytesSent == 24 && device.bytesReceived == 24 && device.messagesSent == 1)
    #expect(device.peakBytes == .unknown && report.perDevice[0].peakBytes.total == 12)
    let sum = Activity.allCases.reduce(0.0) { $0 + (device.seconds($1) ?? .nan) }
    #expect(abs(sum - 420e-9) < 1e-15)
    #expect(report.communication.bytesPerStep == 48 && report.communication.matrixBytes == [[0, 24], [24, 0]])
    #expect(report.communication.byPurpose?["activation_gradients"] == 24)
    #expect(report.communication.byPurpose?["other"] == 0)
  }

  /// A report is a reference for runs of the same work on the same clock, and says why it is none for others.
  @Test func reportsOfOneDeviceAreReferences() throws {
    let serial = Report(
      RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: 7, steps: 3),
      statistics: statistics(try serialProgram(), serialTrace([300, 100, 200])))
    let reference = try #require(SerialReference(serial, source: "there"))
    #expect(reference.steps == 3 && abs(reference.stepSeconds - 200e-9) < 1e-15 && reference.source == "there")
    let compute = try #require(serial.perDevice[0].computeSeconds)
    #expect(reference.computeSeconds.map { abs($0 - compute / 3) < 1e-15 } == true)
    var key = ReferenceKey(serial)
    #expect(key.objections(to: serial).isEmpty)
    key.cores = nil
    #expect(key.objections(to: serial).isEmpty, "an unknown number agrees with any")
    (key.cores, key.batch, key.clock) = (4, key.batch + 1, .virtual)
    let objections = key.objections(to: serial)
    #expect(objections.count == 3)
    #expect(objections.contains("its clock is wall, the run's virtual"))
    let parallel = try report()
    #expect(ReferenceKey(parallel).objections(to: parallel).contains("it is of 2 devices"))
    let nothing = Report(
      RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: 7, steps: 0), statistics: statistics(try serialProgram()))
    #expect(SerialReference(nothing, source: "") == nil)
    #expect(ReferenceKey(nothing).objections(to: nothing) == ["it has no measured step"])
    #expect(ReportText(try report()).text.contains("speedup               2, 100.0 % of 2 devices, one device's step"))
  }

  @Test func wholeNumbersOfBytesPrintAsWholeNumbers() throws {
    #expect(try report().json().contains("\"bytes_per_step\" : 48,"))
  }

  @Test func reportsReadBack() throws {
    for measured in [true, false] {
      let report = try report(measured: measured)
      #expect(try Report(json: report.json()) == report)
    }
  }

  @Test func bubblesOfProgramsWithoutStagesAreUnknown() throws {
    let report = Report(
      RunFacts(scene: "tiny", clock: .virtual, cores: 2, seed: 0, steps: 1),
      statistics: statistics(try exchangeProgram(), overlappedExchangeTrace))
    #expect(report.bubble.fractionOfTotal == nil && report.bubble.formula == nil)
    #expect(!report.oversubscribed, "virtual time knows no cores")
  }

  @Test func withoutATraceTheExecutorsStepsCount() throws {
    var facts = RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: 0, steps: 4)
    facts.stepSeconds = [9, 1, 2, 3]
    let report = Report(facts, statistics: RunStatistics(program: try serialProgram(), warmupSteps: 1))
    #expect(report.stepSeconds.median == 2)
    #expect(report.samplesPerSecond == 8 * 3 / 6.0)
    #expect(report.perDevice[0].windowSeconds == nil && report.efficiency.parallel == nil)
  }

  @Test func predictionsCarryTheirError() throws {
    var facts = RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: 0, steps: 1)
    facts.predictedStepSeconds = 12e-9
    let report = Report(facts, statistics: statistics(try serialProgram(), serialTrace([10])))
    #expect(report.predicted?.relativeError.map { abs($0 - 0.2) < 1e-12 } == true)
    #expect(!ReportText(report).text.contains("of the error"))
    // With the steps' own durations the simulation says 11 for 10, and half of that without what was withheld.
    facts.analysis.replay = Replay(stepSeconds: 9e-9, idealNetworkStepSeconds: 9e-9, changes: [])
    facts.analysis.replay?.repeated = Replay.Repeated(stepSeconds: 11e-9, undisturbedStepSeconds: 5.5e-9)
    let replayed = ReportText(Report(facts, statistics: statistics(try serialProgram(), serialTrace([10])))).text
    #expect(replayed.contains("relative error +20.0 %"))
    #expect(
      replayed.contains(
        "  of the error        +60.0 % instructions' times other than predicted, -50.0 % processors withheld, "
          + "+10.0 % the simulation"))
    #expect(!replayed.contains("undisturbed"), "nobody looked")
  }

  /// Six steps of 10 ms and as many of 20 ms on a processor at half speed: the median is 15, of the undisturbed ones 10.
  @Test func slowerProcessorsAreAPartOfTheError() throws {
    var trace = serialTrace([10, 20, 10, 20, 10, 20, 10, 20, 10, 20, 10, 20].map { $0 * 1_000_000 })
    for place in trace.records[0].indices {
      trace.records[0][place].gauge = trace.records[0][place].step % 2 == 0 ? 700 : 1400
    }
    var facts = RunFacts(scene: "tiny", clock: .wall, cores: 2, seed: 0, steps: 12)
    facts.predictedStepSeconds = 12e-3
    facts.analysis.replay = Replay(stepSeconds: 15e-3, idealNetworkStepSeconds: 15e-3, changes: [])
    facts.analysis.replay?.repeated = Replay.Repeated(stepSeconds: 20e-3, undisturbedStepSeconds: 20e-3)
    let report = Report(facts, statistics: statistics(try serialProgram(), trace))
    #expect(report.undisturbed?.steps == 6)
    let predicted = try #require(report.predicted)
    #expect(predicted.undisturbedRelativeError.map { abs($0 - 0.2) < 1e-9 } == true)
    let parts = try #require(predicted.errorParts)
    #expect(parts.slowed.map { abs($0 - (10.0 / 15 - 1)) < 1e-9 } == true)
    #expect(
      try abs(parts.times + parts.simulation + #require(parts.slowed) - #require(predicted.relativeError)) < 1e-12)
    let text = ReportText(report).text
    #expect(text.contains("  undisturbed         median 10 ms of 6 steps with processors at full speed"))
    #expect(text.contains("  undisturbed         relative error +20.0 % of the undisturbed steps"))
  }

  @Test func whatNobodyMeasuredIsNotWithheld() throws {
    var facts = RunFacts(scene: "tiny", clock: .virtual, cores: 2, seed: 0, steps: 1)
    facts.predictedStepSeconds = 12e-9
    facts.analysis.replay = Replay(stepSeconds: 9e-9, idealNetworkStepSeconds: 9e-9, changes: [])
    facts.analysis.replay?.repeated = Replay.Repeated(stepSeconds: 11e-9, undisturbedStepSeconds: nil)
    let report = Report(facts, statistics: statistics(try serialProgram(), serialTrace([10])))
    #expect(report.perDevice[0].withheldSeconds == nil)
    let text = ReportText(report).text
    #expect(
      text.contains(
        "  of the error        +10.0 % instructions' times other than predicted, +10.0 % the simulation"))
    #expect(!text.contains("undisturbed"))
  }

  @Test func textSaysWhatIsUnknown() throws {
    let unknown = ReportText(try report(measured: false)).text
    #expect(unknown.contains("throughput            n/a"))
    #expect(!unknown.contains("nan") && !unknown.contains("Optional"))
    let known = ReportText(try report()).text
    #expect(known.contains("oversubscribed: 2 devices on 1 core"))
    #expect(known.contains("51.2 % measured, 50.0 % by formula"))
    #expect(
      known.contains("1       420 ns   35.7 %          7.1 %  23.8 %     2.4 %  31.0 %       23.8 %          0.0 %"))
    #expect(known.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
  }
}

@Suite struct VerifyReportTests {
  private func report(_ loss: Double?, _ gradient: Double?, _ parameter: Double?) -> VerifyReport {
    VerifyReport(
      strategy: "serial", devices: 1, steps: 2, lossDifference: loss, gradientDifference: gradient,
      parameterDifference: parameter, tolerance: 1e-5, bytesPerStep: nil, expectedBytesPerStep: 0)
  }

  @Test func equalNeedsAllThree() {
    #expect(report(1e-6, 1e-5, 0).equal)
    #expect(!report(1e-6, 2e-5, 0).equal)
    #expect(!report(1e-6, nil, 0).equal, "what was not compared is not equal")
    #expect(!report(.nan, 0, 0).equal)
  }

  @Test func keysAreTheContracts() throws {
    let text = try report(.infinity, 0, 0).json()
    let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let keys: Set = [
      "schema", "strategy", "devices", "steps", "max_relative_loss_difference", "max_relative_gradient_difference",
      "max_relative_parameter_difference", "tolerance", "equal", "bytes_per_step", "expected_bytes_per_step",
    ]
    #expect(keys.subtracting(root.keys).isEmpty)
    #expect(root["schema"] as? String == "partita.verify/1")
    #expect(root["max_relative_loss_difference"] is NSNull && root["bytes_per_step"] is NSNull)
  }
}
