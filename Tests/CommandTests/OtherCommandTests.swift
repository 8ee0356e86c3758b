import Foundation
import Testing

@Suite struct PlanTests {
  @Test func text() throws {
    let run = try Workplace().run("plan", "digits-cnn")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("device 3  0F0 0B0"))
    #expect(run.output.contains("program of device 3"))
    #expect(run.output.contains("peak memory by formula"))
    #expect(run.output.contains("verifier: the program is sound"))
  }

  @Test func json() throws {
    let run = try Workplace().run("plan", "deep-narrow", "--json")
    let plan = try run.json
    #expect(plan["schema"] as? String == "partita.plan/1")
    #expect(plan["bytes_per_step"] as? Int == plan["expected_bytes_per_step"] as? Int)
    #expect((plan["per_device"] as? [Any])?.count == 4)
    #expect((plan["problems"] as? [Any])?.isEmpty == true)
    #expect(run.errors.isEmpty)
  }

  /// Measured layers have no kernels to ask for memory.
  @Test func measuredLayersAreDrawnInSlots() throws {
    let run = try Workplace().run("plan", "imbalance")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("stages by cost take 2.4 4.8 2.4 2.4"))
    #expect(run.output.contains("(average 3): makespan 45.6"))
    #expect(run.output.contains("T = sum t + (m-1) max t = 45.6 by formula"))
  }

  @Test func stagesAreBalancedByCalibratedTimes() throws {
    let run = try Workplace().run("plan", "bubble", "--strategy", "pipeline(balance=measured)", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let slots = try #require(try run.json["slots"] as? [String: Any])
    let stages = try #require(slots["unequal_stages"] as? [String: Any])
    #expect((stages["times"] as? [Double])?.count == 4)
  }

  @Test func aScheduleThatCannotRunIsMarkedInTheFile() throws {
    let place = try Workplace()
    let scene = try place.run("presets", "hand-schedule").output.replacing("0F0 0F1 0F2 0I0", with: "0F0 0I1 0F2 0I0")
    try place.write(scene, to: "scene.yaml")
    let run = try place.run("plan", "scene.yaml")
    #expect(run.status == 2)
    #expect(run.errors.contains("0I1 comes before its forward"))
    #expect(run.errors.contains("^^^ <-- here"))
    let line = scene.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("0I1 0F2") } ?? 0
    #expect(run.errors.contains("scene.yaml:\(line + 1):20: "), "\(run.errors)")
  }

  @Test func needsNoDataFiles() throws {
    let place = try Workplace()
    let run = try place.run("plan", "digits-mlp", "--set", "data={set: idx, images: nowhere, labels: nowhere}")
    #expect(run.status == 0, "\(run.errors)")
  }
}

@Suite struct VerifyTests {
  @Test func parallelTrainingEqualsSerial() throws {
    let run = try Workplace().run("verify", "digits-cnn", "--devices", "2", "--steps", "8", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    let keys: Set = [
      "schema", "strategy", "devices", "steps", "max_relative_loss_difference", "max_relative_gradient_difference",
      "max_relative_parameter_difference", "tolerance", "equal", "bytes_per_step", "expected_bytes_per_step",
    ]
    #expect(keys.isSubset(of: Set(report.keys)))
    #expect(report["schema"] as? String == "partita.verify/1")
    #expect(report["equal"] as? Bool == true)
    #expect(report["steps"] as? Int == 8)
  }

  @Test(arguments: ["digits-cnn", "digits-mlp", "deep-narrow"])
  func presetsEqualSerialTraining(name: String) throws {
    let run = try Workplace().run("verify", name)
    #expect(run.status == 0, "\(run.output)")
  }

  @Test func anInterruptedComparisonLeavesNoFile() throws {
    let place = try Workplace()
    let running = try place.start(["verify", "digits-cnn", "--devices", "2", "--steps", "100000000", "-o", "v.txt"])
    try running.waitForError("verifying digits-cnn")
    running.send(SIGINT)
    let run = running.finish()
    #expect(run.status == 130 && !run.wasKilled)
    #expect(place.files.isEmpty)
  }

  @Test func twentyStepsUnlessSaid() throws {
    let run = try Workplace().run("verify", "spirals")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("20 steps"))
    #expect(run.output.contains("equal: losses within"))
  }
}

@Suite struct PresetsTests {
  @Test func listAndText() throws {
    let place = try Workplace()
    let list = try place.run("presets")
    #expect(list.status == 0)
    let lines = list.output.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.prefix { $0 != " " })
    }
    let parts = lines.split(separator: "").map(Array.init)
    #expect(parts.count == 3)
    let names = parts[0]
    #expect(names.first == "digits-cnn")
    #expect(parts[1].first == "machines" && parts[1].contains("dgx1-v100"))
    #expect(parts[2].first == "links" && parts[2].contains("ethernet-10g"))
    for name in parts[1].dropFirst() {
      #expect(try place.run("presets", name).output.contains("name: \(name)\n"))
    }
    #expect(try place.run("presets", "pcie3-x16").output.contains("15.754GB/s"))
    for name in names {
      let text = try place.run("presets", name)
      #expect(text.output.contains("name: \(name)\n"))
      // What is printed is a scene file like any other.
      try place.write(text.output, to: "copy.yaml")
      #expect(try place.run("plan", "copy.yaml", "--json").status == 0)
    }
  }
}

@Suite struct WorkbenchRefusalTests {
  @Test func aPipeIsNoTerminal() throws {
    for arguments in [[], ["digits-mlp"]] {
      let run = try Workplace().start(arguments).finish()
      #expect(run.status == 4)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains("partita run \(arguments.first ?? "digits-cnn")"))
    }
  }

  @Test func anUnknownTerminalIsNamed() throws {
    // `script` gives its child a terminal; what the child writes to it comes out here.
    let output = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
    process.arguments = ["-qec", "'\(Running.binary.path)'", "/dev/null"]
    process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "no-such-terminal"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 4, "\(text)")
    #expect(text.contains("no-such-terminal"))
    #expect(text.contains("partita run digits-cnn"))
  }
}
