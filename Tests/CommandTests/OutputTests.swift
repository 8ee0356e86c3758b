import Foundation
import Testing

/// Where results go, and what they keep off.
@Suite struct OutputTests {
  private static let scene = """
    name: "ring\\a <b> \\e[31m"
    network: {input: [2], layers: [{linear: 2}]}
    data: {set: csv, file: rows.csv, shuffle: false}
    training: {batch: 2, steps: 2, rate: 0.1}
    """

  private func place() throws -> Workplace {
    let place = try Workplace()
    try place.write(Self.scene, to: "s.yaml")
    try place.write("0.5,1,0\n1.5,2,1\n", to: "rows.csv")
    return place
  }

  @Test func aDashIsStandardOutput() throws {
    let place = try place()
    let report = try place.run("run", "s.yaml", "--json", "-o", "-")
    #expect(try report.json["steps"] as? Int == 2)
    let trace = try place.run("run", "s.yaml", "--trace", "-")
    #expect(try trace.json["traceEvents"] != nil)
    #expect(trace.errors.contains("assumptions"), "the summary goes where it mixes with nothing")
    for other in ["-", "/dev/stdout"] {
      let mixed = try place.run("run", "s.yaml", "--json", "--trace", other)
      #expect(mixed.status == 64, "\(mixed.errors)")
    }
    #expect(place.files == ["s.yaml", "rows.csv"])
  }

  @Test func anOutputNeverOverwritesAnInput() throws {
    let place = try place()
    try FileManager.default.createSymbolicLink(atPath: place.path("link.csv"), withDestinationPath: "rows.csv")
    #expect(try place.run("run", "s.yaml", "--save-parameters", "w").status == 0)
    for arguments in [
      ["-o", "s.yaml"], ["--csv", "rows.csv"], ["--svg", "./link.csv"], ["--trace", place.path("s.yaml")],
      ["--load-parameters", "w", "--save-parameters", "./w"],
    ] {
      let run = try place.start(["run", "s.yaml"] + arguments).finish()
      #expect(run.status == 2, "\(arguments)")
      #expect(run.errors.contains("would overwrite"), "\(run.errors)")
    }
    #expect(try place.read("s.yaml") == Self.scene)
    #expect(try place.read("rows.csv") == "0.5,1,0\n1.5,2,1\n")
    let twice = try place.run("run", "s.yaml", "-o", "./f", "--trace", "f")
    #expect(twice.status == 64)
  }

  @Test func oneOutputThatFailsKeepsNoOtherFromBeingWritten() throws {
    let place = try place()
    let run = try place.run(
      "run", "s.yaml", "--json", "--trace", "/dev/full", "--svg", "p.svg", "--csv", "c.csv", "--save-parameters", "w")
    #expect(run.status == 1)
    #expect(run.errors.contains("cannot write '/dev/full': No space left on device"), "\(run.errors)")
    #expect(try run.json["steps"] as? Int == 2)
    #expect(place.files == ["s.yaml", "rows.csv", "p.svg", "c.csv", "w"])
  }

  @Test func nothingHiddenReachesATerminalOrAPicture() throws {
    let place = try place()
    let run = try place.run("run", "s.yaml", "--svg", "p.svg")
    for text in [run.output, run.errors, try place.read("p.svg")] {
      #expect(!text.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || $0.value == 0x7f })
      #expect(text.contains("ring\\u{7}"), "\(text.prefix(200))")
    }
    let wrong = try place.run("run", "\u{1b}[2J.yaml", "--strategy", "x\u{7}")
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("\\u{1b}[2J.yaml"), "\(wrong.errors)")
    let usage = try place.run("run", "s.yaml", "\u{1b}[2J")
    #expect(usage.status == 64)
    #expect(!usage.errors.contains("\u{1b}"))
  }

  @Test func helpThatCannotBePrintedIsNoSuccess() throws {
    let place = try place()
    let binary = Running.binary.path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "\"\(binary)\" --help > /dev/full"]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    _ = place
  }

  @Test func scenesAndReportsComeThroughPipes() throws {
    let place = try place()
    let shell = { (command: String) throws -> Int32 in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", command]
      process.currentDirectoryURL = place.folder
      process.environment = [
        "PARTITA": Running.binary.path, "XDG_CACHE_HOME": place.cache.path, "HOME": place.folder.path,
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    #expect(try shell("cat s.yaml | \"$PARTITA\" run - --json > a.json") == 0)
    #expect(try shell("cat s.yaml | \"$PARTITA\" run /dev/stdin --json -o /dev/stdout > b.json") == 0)
    #expect(try shell("\"$PARTITA\" compare <(cat a.json) - < b.json > c.txt") == 0)
    #expect(try shell("\"$PARTITA\" compare - - < b.json > d.txt") == 2)
    #expect(try shell("echo first > log; \"$PARTITA\" run s.yaml -o /dev/stdout >> log") == 0)
    #expect(try place.read("log").hasPrefix("first\n"))
    #expect(try shell("\"$PARTITA\" simulate s.yaml --trace='~/t.json.gz' > e.txt && gzip -t t.json.gz") == 0)
  }

  @Test func theWorkbenchTakesTheOptionsThatReplaceFields() throws {
    let place = try place()
    try place.write("screen start\n", to: "script")
    let run = try place.run(
      "digits-cnn", "--devices", "3", "--set", "name=three", "--script", "script", "--size", "100x30")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("three"))
  }
}

/// A training that got lost.
@Suite struct DivergenceTests {
  @Test func isNamedWithItsStep() throws {
    let place = try Workplace()
    let arguments = ["run", "digits-mlp", "--steps", "6", "--set", "training.rate=1e30"]
    let run = try place.start(arguments + ["--json"]).finish()
    #expect(run.status == 1)
    let losses = try #require(try run.json["loss"] as? [Any])
    let first = try #require(losses.firstIndex { $0 is NSNull })
    #expect(run.errors.contains("from step \(first + 1) on the loss is no finite number"), "\(run.errors)")
    #expect(try place.start(arguments).finish().output.contains("diverged"))
  }

  @Test func aTableOfAnOptionIsLocatedByItsLine() throws {
    let place = try Workplace()
    let lines = ["linear1 k=2 | 0 1"] + (0..<2000).map { "wide\($0) q=2 | 0 1" }
    let run = try place.run("plan", "digits-mlp", "--strategy", lines.joined(separator: "\n"))
    #expect(run.status == 2)
    #expect(run.errors.contains(": line 2, column 7: 'q=2' is no degree"), "\(run.errors.prefix(500))")
    #expect(run.errors.contains(": line 2001, column 10: "))
    #expect(run.errors.utf8.count < 2000 * 400)
  }

  @Test func aPlanLeavesNoKeyOut() throws {
    let place = try Workplace()
    let plan = try place.run("plan", "digits-mlp", "--strategy", "serial", "--json").json
    for key in ["slots", "predicted_step_seconds", "predicted_clock", "exposed_exchange_seconds"] {
      #expect(plan[key] != nil, "\(key)")
    }
    #expect(plan["exposed_exchange_seconds"] is NSNull)
    #expect(try place.run("search", "digits-mlp", "--budget", "nan").status == 64)
  }
}
