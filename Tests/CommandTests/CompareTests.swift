import Foundation
import Testing

@Suite struct CompareTests {
  private func place() throws -> Workplace {
    let place = try Workplace()
    for (name, link) in [("a", "inf"), ("b", "1MB/s")] {
      let run = try place.run(
        "simulate", "digits-cnn", "--devices", "2", "--json", "-o", "\(name).json", "--link", "1us,\(link)")
      try #require(run.status == 0, "\(run.errors)")
    }
    return place
  }

  @Test func slowerRunsMissTheGate() throws {
    let place = try place()
    let plain = try place.run("compare", "a.json", "b.json")
    #expect(plain.status == 0 && plain.output.contains("B is slower"), "\(plain.errors)")
    #expect(plain.output.contains("exposed communication"))
    let gate = try place.run("compare", "a.json", "b.json", "--fail-over", "5", "--json")
    #expect(gate.status == 3 && gate.errors.contains("more time per sample"))
    #expect(try gate.json["schema"] as? String == "partita.compare/1")
    #expect(try place.run("compare", "b.json", "a.json", "--fail-over", "0").status == 0)
  }

  @Test func otherNetworksAndBadFilesAreRefused() throws {
    let place = try place()
    let other = try place.run("simulate", "digits-mlp", "--json", "-o", "c.json", "--batch", "32")
    try #require(other.status == 0, "\(other.errors)")
    let refused = try place.run("compare", "a.json", "c.json")
    #expect(refused.status == 2 && refused.errors.contains("global batch") && refused.output.isEmpty)
    let labelled = try place.run("compare", "a.json", "c.json", "--anyway")
    #expect(labelled.status == 0 && labelled.output.contains("unlike: global batch"))
    try place.write("no report", to: "d.json")
    let bad = try place.run("compare", "d.json", "nowhere.json")
    #expect(bad.status == 2)
    #expect(bad.errors.contains("'d.json' is no report") && bad.errors.contains("there is no file 'nowhere.json'"))
    #expect(try place.run("compare", "a.json").status == 64)
  }

  @Test func reportsTellWhatTheirTraceTells() throws {
    let place = try place()
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(place.read("b.json").utf8)) as? [String: Any])
    let analysis = try #require(report["analysis"] as? [String: Any])
    #expect((analysis["verdict"] as? [String: Any])?["limit"] as? String == "communication")
    let path = try #require(analysis["critical_path"] as? [String: Any])
    let parts = try #require(path["parts"] as? [String: Double])
    let window = try #require(analysis["window_seconds"] as? Double)
    #expect(abs(parts.values.reduce(0, +) - window) < 1e-9)
    #expect((analysis["replay"] as? [String: Any])?["relative_error"] as? Double != nil)
    #expect((report["efficiency"] as? [String: Any])?["speedup"] as? Double != nil, "the reference is simulated too")
  }
}
