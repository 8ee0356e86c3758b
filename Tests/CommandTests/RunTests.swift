import Foundation
import Testing

@Suite struct RunTests {
  @Test func jsonIsAloneOnStandardOutput() throws {
    let run = try Workplace().run("run", "digits-cnn", "--steps", "6", "--devices", "2", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    let keys: Set = [
      "schema", "scene", "strategy", "devices", "clock", "cores", "oversubscribed", "batch", "microbatches", "seed",
      "steps",
      "warmup_steps", "samples_per_second", "step_seconds", "loss", "train_accuracy", "test_accuracy",
      "parameter_count",
      "flops_per_sample", "per_device", "communication", "bubble", "efficiency", "predicted", "assumptions",
    ]
    #expect(keys.isSubset(of: Set(report.keys)), "missing: \(keys.subtracting(report.keys))")
    #expect(report["schema"] as? String == "partita.report/1")
    #expect(report["clock"] as? String == "wall")
    #expect(report["steps"] as? Int == 6)
    #expect((report["loss"] as? [Double])?.count == 6)
    #expect((report["per_device"] as? [Any])?.count == 2)
    #expect(report["predicted"] is NSNull)
    let communication = try #require(report["communication"] as? [String: Any])
    #expect(communication["bytes_per_step"] as? Double == communication["expected_bytes_per_step"] as? Double)
    #expect((report["test_accuracy"] as? Double) != nil)
    #expect(run.errors.contains("training digits-cnn: 6 steps"))
  }

  @Test func summaryIsForPeople() throws {
    let run = try Workplace().run(
      "run", "digits-mlp", "--steps", "4", "--strategy", "serial", environment: ["NO_COLOR": "1"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("samples/s"))
    #expect(!run.output.contains("\u{1b}") && !run.errors.contains("\u{1b}") && !run.errors.contains("\r"))
  }

  /// Speed-up and computation scaling where serial steps were timed or a report of them is at hand; null elsewhere.
  @Test func aSerialReferenceGivesTheSpeedUp() throws {
    let place = try Workplace()
    let size = ["--steps", "4", "--devices", "2", "--clock", "virtual", "--json"]
    func numbers(_ report: [String: Any]) throws -> (speedup: Any?, scaling: Any?, source: String?) {
      let efficiency = try #require(report["efficiency"] as? [String: Any])
      let tree = try #require((report["analysis"] as? [String: Any])?["efficiency"] as? [String: Any])
      let reference = report["serial_reference"] as? [String: Any]
      return (efficiency["speedup"], tree["computation_scaling"], reference?["source"] as? String)
    }
    let plain = try numbers(place.start(["run", "digits-cnn"] + size).finish().json)
    #expect(plain.speedup is NSNull && plain.scaling is NSNull && plain.source == nil)

    let timed = try place.start(["run", "digits-cnn", "--reference"] + size).finish()
    #expect(timed.status == 0 && timed.errors.contains("timing 4 serial steps on one device"), "\(timed.errors)")
    let measured = try numbers(timed.json)
    #expect((measured.speedup as? Double ?? 0) > 0 && (measured.scaling as? Double ?? 0) > 0)
    #expect(measured.source == "3 serial steps before the run, virtual clock")

    let serial = try place.run(
      "run", "digits-cnn", "--steps", "4", "--devices", "1", "--strategy", "serial", "--clock", "virtual", "--json",
      "-o",
      "serial.json")
    #expect(serial.status == 0, "\(serial.errors)")
    let saved = try place.start(
      ["run", "digits-cnn", "--reference-from", "serial.json", "-o", "p.json"] + size
    ).finish()
    #expect(saved.status == 0, "\(saved.errors)")
    let compared = try place.run("compare", "serial.json", "p.json")
    #expect(compared.output.contains("speed-up over serial"))

    let wrong = try place.start(
      ["run", "digits-cnn", "--reference-from", "serial.json", "--batch", "32"] + size
    ).finish()
    #expect(wrong.status == 2 && wrong.errors.contains("its batch is 64, the run's 32"), "\(wrong.errors)")
    let both = try place.start(["run", "digits-cnn", "--reference", "--reference-from", "serial.json"]).finish()
    #expect(both.status == 64)
  }

  @Test func sameSeedSameLosses() throws {
    let place = try Workplace()
    func losses(_ seed: String) throws -> [Double] {
      let run = try place.run("run", "digits-cnn", "--steps", "5", "--devices", "2", "--seed", seed, "--json")
      return try #require(run.json["loss"] as? [Double])
    }
    let first = try losses("3")
    #expect(try losses("3") == first)
    #expect(try losses("4") != first)
  }

  /// More devices than cores are timed alone unless somebody wants the wall clock; the arithmetic is the same.
  @Test func theClockFollowsDevicesAndCores() throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let place = try Workplace()
    func run(_ devices: Int, _ options: String...) throws -> (report: [String: Any], errors: String) {
      let run = try place.start(
        ["run", "digits-cnn", "--steps", "3", "--devices", "\(devices)", "--batch", "\(devices * 2)", "--json"]
          + options
      ).finish()
      #expect(run.status == 0, "\(run.errors)")
      return (try run.json, run.errors)
    }
    let standard = try run(cores + 1, "--trace", "t.json")
    #expect(standard.report["clock"] as? String == "virtual" && standard.report["oversubscribed"] as? Bool == false)
    #expect(standard.errors.contains("virtual clock: \(cores + 1) devices on \(cores) core"))
    #expect(try place.read("t.json").contains("\"clock\":\"virtual\""))
    let wall = try run(cores + 1, "--clock", "wall")
    #expect(wall.report["clock"] as? String == "wall" && wall.report["oversubscribed"] as? Bool == true)
    #expect(wall.errors.contains("oversubscribed: \(cores + 1) devices on \(cores) core"))
    #expect(wall.report["loss"] as? [Double] == standard.report["loss"] as? [Double])
    let single = try run(1, "--clock", "virtual")
    #expect(single.report["clock"] as? String == "virtual")
    #expect((single.report["assumptions"] as? [String])?.contains { $0.hasPrefix("virtual clock: ") } == true)
  }

  @Test func filesAreWritten() throws {
    let place = try Workplace()
    let run = try place.run(
      "run", "digits-cnn", "--steps", "4", "--devices", "2", "--json", "-o", "r.json", "--trace", "t.json", "--svg",
      "t.svg",
      "--csv", "t.csv", "--save-parameters", "m.safetensors")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(place.files == ["r.json", "t.json", "t.svg", "t.csv", "m.safetensors"])
    let trace = try JSONSerialization.jsonObject(with: Data(place.read("t.json").utf8)) as? [String: Any]
    #expect((trace?["traceEvents"] as? [Any])?.isEmpty == false)
    #expect(try place.read("t.svg").contains("<svg"))
    #expect(try place.read("t.csv").hasPrefix("device,step,"))
    #expect(try JSONSerialization.jsonObject(with: Data(place.read("r.json").utf8)) is [String: Any])
  }

  @Test func trainingGoesOnFromSavedParametersUnderAnotherStrategy() throws {
    let place = try Workplace()
    _ = try place.run("run", "digits-mlp", "--epochs", "3", "--save-parameters", "m.safetensors")
    let fresh = try place.run("run", "digits-mlp", "--steps", "1", "--json")
    let loaded = try place.run(
      "run", "digits-mlp", "--steps", "1", "--json", "--load-parameters", "m.safetensors", "--strategy", "data",
      "--devices", "2")
    let before = try #require((fresh.json["loss"] as? [Double])?.first)
    let after = try #require((loaded.json["loss"] as? [Double])?.first)
    #expect(after < before / 2)
    let missing = try place.run("run", "digits-mlp", "--load-parameters", "nowhere.safetensors")
    #expect(missing.status == 2)
    #expect(missing.errors.contains("nowhere.safetensors"))
    let other = try place.run("run", "spirals", "--steps", "1", "--load-parameters", "m.safetensors")
    #expect(other.status == 2, "\(other.errors)")
  }

  @Test func unwritablePathsAreReportedBeforeTheRun() throws {
    let place = try Workplace()
    try place.write("kept", to: "t.csv")
    let run = try place.run(
      "run", "digits-cnn", "--steps", "1000000", "--trace", "no/such/folder/t.json", "--svg", ".", "--csv", "t.csv")
    #expect(run.status == 2)
    #expect(run.errors.contains("--trace: cannot write 'no/such/folder/t.json'"))
    #expect(run.errors.contains("--svg: cannot write '.'"))
    #expect(run.output.isEmpty)
    #expect(place.files == ["t.csv"])
    #expect(try place.read("t.csv") == "kept")
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func signalsKeepWhatWasMeasured(signal: Int32, status: Int32) throws {
    let place = try Workplace()
    let running = try place.start(
      ["run", "digits-mlp", "--steps", "100000000", "--strategy", "serial", "--json", "--csv", "t.csv"])
    try running.waitForError("after step 22")
    running.send(signal)
    let run = running.finish()
    #expect(run.status == status && !run.wasKilled, "\(run.errors)")
    let report = try run.json
    let steps = try #require(report["steps"] as? Int)
    #expect(steps >= 22)
    #expect((report["loss"] as? [Any])?.count == steps)
    #expect((report["assumptions"] as? [String])?.contains { $0.hasPrefix("interrupted after \(steps) of") } == true)
    #expect(place.files == ["t.csv"])
  }

  @Test func aClosedPipeDoesNotCrash() throws {
    let place = try Workplace()
    for arguments in [["presets"], ["run", "spirals", "--steps", "2", "--json"], ["plan", "deep-narrow"]] {
      let running = try place.start(arguments)
      running.closeOutput()
      let run = running.finish(readsOutput: false)
      #expect(!run.wasKilled)
      #expect(run.status == 0, "\(arguments): \(run.errors)")
    }
  }
}
