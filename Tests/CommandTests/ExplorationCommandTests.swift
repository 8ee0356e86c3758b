import Foundation
import Testing

@Suite struct ExplorationCommandTests {
  private static let scene = """
    network:
      input: [8]
      layers: [linear: 16, relu, linear: 4]
    data: {set: synthetic, shape: [8], classes: 4, samples: 64}
    training: {batch: 16, rate: 0.1}
    machine: {devices: 2}
    strategy: data(exchange=ring)
    """

  private func place() throws -> Workplace {
    let place = try Workplace()
    try place.write(Self.scene, to: "scene.yaml")
    return place
  }

  @Test func sweepsTrainAndWriteTheirTable() throws {
    let place = try place()
    let run = try place.run(
      "sweep", "scene.yaml", "--devices", "1,2", "--strategy", "data(exchange=ring)", "--strategy",
      "pipeline(stages=9)",
      "--steps", "4", "--json", "--csv", "table.csv")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    #expect(report["schema"] as? String == "partita.sweep/1" && report["complete"] as? Bool == true)
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.count == 5)
    let measured = try #require(rows.first { $0["devices"] as? Int == 2 && $0["refused"] is NSNull })
    #expect(measured["clock"] as? String == "wall" && measured["steps"] as? Int == 4)
    #expect(measured["speedup"] as? Double ?? 0 > 0 && measured["peak_bytes"] as? Int ?? 0 > 0)
    // Built-in costs are no ground for a prediction, here as in a run's report.
    #expect(measured["predicted"] is NSNull && report["rank_agreement"] is NSNull)
    let assumptions = try #require(report["assumptions"] as? [String])
    #expect(assumptions.contains("n/a where predicted: this machine is not calibrated (partita bench)"))
    #expect(rows.count { $0["refused"] is String } == 2)
    #expect(try place.read("table.csv").split(separator: "\n").count == 6)
    #expect(run.errors.contains("training 1 of 5: serial on 1 device, batch 16"))
  }

  @Test func sweepsSimulateManyDevices() throws {
    let run = try place().run("sweep", "scene.yaml", "--devices", "1,2,16", "--simulate", "--batch", "16,32")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("batch differs from the scene's 16") && run.output.contains("serial share"))
    #expect(run.output.contains("all times are simulated as runs on the virtual clock, every device alone"))
    #expect(run.output.contains("serial ="))
  }

  @Test func whatIsWrongWithASweepIsSaid() throws {
    let place = try place()
    #expect(try place.run("sweep", "scene.yaml", "--devices", "1,x").status == 64)
    #expect(try place.run("sweep", "scene.yaml", "--strategy", "nonsense", "--simulate").status == 2)
    let none = try place.run("sweep", "scene.yaml", "--batch", "1000", "--simulate")
    #expect(none.status == 2 && none.output.contains("is larger than"))
  }

  @Test func aSearchFindsMeasuresAndSavesAScene() throws {
    let place = try place()
    let run = try place.run(
      "search", "scene.yaml", "--devices", "1", "--candidates", "40", "--top", "1", "--measure", "--steps", "3", "-o",
      "best.yaml", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json
    #expect(report["schema"] as? String == "partita.search/1")
    let best = try #require((report["ranking"] as? [[String: Any]])?.first)
    #expect(best["strategy"] as? String == "serial")
    #expect((best["measured"] as? [String: Any])?["step_seconds"] as? Double ?? 0 > 0)
    #expect(try place.run("plan", "best.yaml").status == 0)
  }

  @Test func aSearchWithoutCoresSaysWhyItMeasuresNothing() throws {
    let run = try place().run("search", "scene.yaml", "--devices", "64", "--batch", "64", "--candidates", "12")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("nothing was measured: 64 devices on"))
    #expect(run.output.contains("ranking by predicted step") && run.output.contains("to use it: --strategy"))
  }

  @Test func aMemoryThatIsTooSmallIsRefused() throws {
    let run = try place().run("search", "scene.yaml", "--candidates", "20", "--memory", "100B")
    #expect(run.status == 2 && run.output.contains("needs more memory than the limit"))
    #expect(try place().run("search", "scene.yaml", "--memory", "lots").status == 64)
    #expect(try place().run("search", "scene.yaml", "--strategy", "serial").status == 64)
  }

  @Test func interruptedSweepsKeepWhatWasMeasured() throws {
    let place = try place()
    let running = try place.start([
      "sweep", "scene.yaml", "--devices", "1,2", "--steps", "100000000", "--json",
    ])
    try running.waitForError("training 1 of")
    running.send(SIGINT)
    let run = running.finish()
    #expect(run.status == 130)
    let report = try run.json
    #expect(report["complete"] as? Bool == false)
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.count == 3 && rows[2]["refused"] as? String == "interrupted before it was run")
  }
}
