import Foundation
import Testing

@Suite struct SimulateTests {
  private static let pipeline = """
    network:
      input: [1]
      layers:
        - profiled: {name: a, forward_ms: 1, backward_input_ms: 1, backward_weight_ms: 1, output_bytes: 1000000, parameter_bytes: 4000}
        - profiled: {name: b, forward_ms: 1, backward_input_ms: 1, backward_weight_ms: 1, output_bytes: 1000000, parameter_bytes: 4000}
        - profiled: {name: c, forward_ms: 1, backward_input_ms: 1, backward_weight_ms: 1, output_bytes: 1000000, parameter_bytes: 4000}
        - profiled: {name: d, forward_ms: 1, backward_input_ms: 1, backward_weight_ms: 1, output_bytes: 1000000, parameter_bytes: 4000}
    training: {batch: 8, microbatches: 8, rate: 0.1}
    machine: {devices: 4}
    strategy: pipeline(schedule=1f1b)
    """

  @Test func measuredPipelinesTakeTheirClosedForm() throws {
    let place = try Workplace()
    try place.write(Self.pipeline, to: "scene.yaml")
    let run = try place.run(
      "simulate", "scene.yaml", "--json", "--trace", "trace.json", "--svg", "t.svg", "--csv", "t.csv")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    #expect(report["clock"] as? String == "model")
    #expect(report["steps"] as? Int == 5)
    let step = try #require((report["step_seconds"] as? [String: Any])?["median"] as? Double)
    #expect(abs(step - 0.033) < 1e-9)
    #expect(report["predicted"] is NSNull && report["loss"] is NSNull)
    let communication = try #require(report["communication"] as? [String: Any])
    #expect(communication["bytes_per_step"] as? Int == 3 * 2 * 8 * 1_000_000)
    let assumptions = try #require(report["assumptions"] as? [String])
    #expect(assumptions.contains { $0.contains("exactly as given") } && assumptions.contains("link: shared"))
    #expect(place.files == ["scene.yaml", "trace.json", "t.svg", "t.csv"])
    #expect(try place.read("trace.json").contains("\"clock\":\"model\""))
  }

  /// The reference does the work of all 8 microbatches: 4 layers of 3 ms for each; the pipeline takes (8 + 3) · 3 ms.
  @Test func theReferenceDoesTheSameWork() throws {
    let place = try Workplace()
    try place.write(Self.pipeline, to: "scene.yaml")
    let report = try place.run("simulate", "scene.yaml", "--json").json
    let efficiency = try #require(report["efficiency"] as? [String: Any])
    #expect(abs((efficiency["speedup"] as? Double ?? 0) - 96.0 / 33) < 1e-6)
    let tree = try #require((report["analysis"] as? [String: Any])?["efficiency"] as? [String: Any])
    #expect(abs((tree["computation_scaling"] as? Double ?? 0) - 1) < 1e-6)
  }

  @Test func linksAndLengthsAreOptions() throws {
    let place = try Workplace()
    try place.write(Self.pipeline, to: "scene.yaml")
    let run = try place.run(
      "simulate", "scene.yaml", "--json", "--steps", "1", "--link", "0.5ms,1GB/s", "--strategy",
      "pipeline(schedule=gpipe)", "--microbatches", "1")
    #expect(run.status == 0, "\(run.errors)")
    let step = try #require((try run.json["step_seconds"] as? [String: Any])?["median"] as? Double)
    // Four forward and four backward passes, six hops of 1.5 ms.
    #expect(abs(step - (4 * 3 + 6 * 1.5) * 1e-3) < 1e-9)
  }

  /// Four stages of 1 ms on a bus of 1 GB/s: seven microbatches more than the first, but here one; six transfers in a row.
  @Test func machinesAreObeyedAndTheirLinksReported() throws {
    let place = try Workplace()
    try place.write(Self.pipeline, to: "scene.yaml")
    let run = try place.run(
      "simulate", "scene.yaml", "--json", "--steps", "1", "--microbatches", "1", "--link", "0,1GB/s", "--set",
      "machine.topology=bus", "--set", "machine.perturb.slow={device: 1, factor: 2}")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    let step = try #require((report["step_seconds"] as? [String: Any])?["median"] as? Double)
    // Three ms of each stage, twice that of the slow one, six transfers of a millisecond.
    #expect(abs(step - (5 * 3 + 6) * 1e-3) < 1e-9)
    let links = try #require(report["links"] as? [[String: Any]])
    #expect(links.count == 1 && links[0]["name"] as? String == "bus" && links[0]["messages"] as? Int == 6)
    #expect(abs((links[0]["busy_seconds"] as? Double ?? 0) - 6e-3) < 1e-12)
    let assumptions = try #require(report["assumptions"] as? [String])
    #expect(assumptions.contains("perturbed: device 1 2x slower"))
    let named = try place.run("simulate", "scene.yaml", "--json", "--link", "ethernet-10g")
    #expect(try (named.json["assumptions"] as? [String])?.contains("link: ethernet-10g") == true)
    let wrong = try place.run("simulate", "scene.yaml", "--link", "etherent-10g")
    #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'ethernet-10g'?"))
  }

  @Test func memoryThatDoesNotSufficeIsRefused() throws {
    for command in ["plan", "run", "simulate"] {
      let run = try Workplace().run(command, "digits-mlp", "--set", "machine.memory=10kB")
      #expect(run.status == 2 && run.errors.contains("device 0 needs up to"), "\(run.errors)")
    }
    #expect(try Workplace().run("plan", "digits-mlp", "--set", "machine.memory=1GB").status == 0)
  }

  @Test func manyMoreDevicesThanCoresAreFine() throws {
    let run = try Workplace().run("simulate", "digits-cnn", "--devices", "16", "--json", "--steps", "2")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    #expect(report["devices"] as? Int == 16 && report["oversubscribed"] as? Bool == false)
    #expect((report["step_seconds"] as? [String: Any])?["median"] as? Double ?? 0 > 0)
  }

  @Test(arguments: ["run", "verify"]) func measuredNetworksAreNotTrained(command: String) throws {
    let place = try Workplace()
    try place.write(Self.pipeline, to: "scene.yaml")
    let run = try place.run(command, "scene.yaml")
    #expect(run.status == 2)
    #expect(run.errors.contains("layer 'a' has measured times and computes nothing"))
    #expect(run.errors.contains("partita simulate"))
  }

  @Test func whatASimulationCannotDoIsWrongUsage() throws {
    #expect(try Workplace().run("simulate", "digits-cnn", "--clock", "wall").status == 64)
    #expect(try Workplace().run("simulate", "digits-cnn", "--save-parameters", "x").status == 64)
  }

  @Test func brokenCalibrationsAreSaidAndNotUsed() throws {
    let place = try Workplace()
    let cache = place.folder.appendingPathComponent("partita")
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    try place.write("{}", to: "partita/calibration.json")
    let run = try place.run(
      "simulate", "digits-cnn", "--steps", "1", environment: ["XDG_CACHE_HOME": place.folder.path])
    #expect(run.status == 0 && run.errors.contains("calibration.json is not used"))
    #expect(run.output.contains("built in"))
    // One of an older version, as the program once wrote it.
    let old = #"{"schema": "partita.calibration/1", "machine": "m", "date": "d", "costs": {}, "wake_nanoseconds": 1}"#
    try place.write(old, to: "partita/calibration.json")
    let later = try place.run(
      "run", "digits-mlp", "--steps", "2", "--devices", "1", "--strategy", "serial", "--json",
      environment: ["XDG_CACHE_HOME": place.folder.path])
    #expect(later.errors.contains("it is of version 'partita.calibration/1'"))
    #expect(try later.json["predicted"] is NSNull && place.read("partita/calibration.json") == old)
  }

  /// After a measurement of this machine every run is predicted before it begins, and adds to what is known.
  @Test func runsArePredictedByWhatWasMeasured() throws {
    let place = try Workplace()
    try place.write(
      """
      name: tiny
      network: {input: [2], layers: [{linear: 3}]}
      data: {set: blobs, classes: 3, samples: 64}
      training: {batch: 8, steps: 12, rate: 0.1}
      machine: {devices: 1}
      strategy: serial
      """, to: "tiny.yaml")
    // With something known already, only the scene is measured.
    let store = place.cache.appendingPathComponent("partita/calibration.json")
    try FileManager.default.createDirectory(at: store.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(
      #"{"schema": "partita.calibration/2", "machine": "m", "date": "d", "costs": {}, "wake_nanoseconds": 1, "measurements": []}"#
        .utf8
    ).write(to: store)
    let bench = try place.run("bench", "tiny.yaml")
    #expect(bench.status == 0, "\(bench.errors)")
    #expect(bench.output.contains("sizes measured, 1 at work"))
    let before = try String(contentsOf: store, encoding: .utf8)
    let silent = try place.run("run", "tiny.yaml", "--json", "--no-calibration")
    let predicted = try #require(silent.json["predicted"] as? [String: Any])
    #expect((predicted["step_seconds"] as? Double ?? 0) > 0 && predicted["relative_error"] is Double)
    #expect((try silent.json["assumptions"] as? [String])?.contains { $0.contains("100.0 % is measured") } == true)
    #expect(try String(contentsOf: store, encoding: .utf8) == before)
    // Sizes that the bench has not measured are learned on disturbed processors too, as those of a test may be.
    let recorded = try place.run("run", "tiny.yaml", "--batch", "16")
    #expect(recorded.output.contains("predicted step") && !recorded.output.contains("recorded run"))
    #expect(try String(contentsOf: store, encoding: .utf8).contains(#""origin" : "run""#))
    #expect(
      try place.run("run", "tiny.yaml", "--batch", "16").output.contains(
        "calibrated from a recorded run of the same sizes"))
    let virtual = try place.run("run", "tiny.yaml", "--clock", "virtual", "--json")
    let expected = try #require((virtual.json["predicted"] as? [String: Any])?["step_seconds"] as? Double)
    // Every command predicts the same; runs on the virtual clock add nothing to what is known.
    let plan = try place.run("plan", "tiny.yaml", "--clock", "virtual", "--json")
    #expect(try plan.json["predicted_step_seconds"] as? Double == expected)
    let sweep = try place.run("sweep", "tiny.yaml", "--steps", "3", "--clock", "virtual", "--json")
    let row = try #require((sweep.json["rows"] as? [[String: Any]])?.first)
    #expect((row["predicted"] as? [String: Any])?["step_seconds"] as? Double == expected)
    let search = try place.run("search", "tiny.yaml", "--clock", "virtual", "--no-measure", "--json")
    let best = try #require((search.json["ranking"] as? [[String: Any]])?.first)
    #expect(best["predicted_step_seconds"] as? Double == expected)
  }
}
