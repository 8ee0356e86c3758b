import Foundation
import Testing

/// What wrong input is told, and how the program ends.
@Suite struct InputTests {
  @Test func fiveMistakesAreReportedAtOnce() throws {
    let place = try Workplace()
    try place.write(
      """
      name: broken
      network:
        input: [1, 8, 8]
        layers:
          - conv: {outputs: 16, kernal: 3}
          - flatten
          - linear: ten
      data: {set: digitz}
      training: {batch: -4, rate: 0.1}
      machine: {devices: 2, link: quick}
      strategy: data(exchange=rings)
      """, to: "broken.yaml")
    for command in ["run", "plan", "verify"] {
      let run = try place.run(command, "broken.yaml", "--json")
      #expect(run.status == 2)
      #expect(run.output.isEmpty)
      let places = [
        (5, "network.layers[0].conv.kernal"), (7, "network.layers[2].linear"), (8, "data.set"), (9, "training.batch"),
        (10, "machine.link"), (11, "strategy"),
      ]
      for (line, path) in places {
        #expect(run.errors.contains("broken.yaml:\(line):"), "line \(line) in \(run.errors)")
        #expect(run.errors.contains("(at \(path))"), "\(path) in \(run.errors)")
      }
      #expect(run.errors.contains("did you mean 'kernel'?"))
    }
  }

  @Test func aTruncatedFileIsRefusedWithWhatWasExpected() throws {
    let place = try Workplace()
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 8, 0, 0, 0, 8] + Array(repeating: 9, count: 100)
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 10] + (0..<10).map { $0 }
    try FileManager.default.createDirectory(atPath: place.path("data"), withIntermediateDirectories: true)
    try Data(images).write(to: URL(fileURLWithPath: place.path("data/images")))
    try Data(labels).write(to: URL(fileURLWithPath: place.path("data/labels")))
    try place.write(
      """
      network: {input: [1, 8, 8], layers: [flatten, linear: 10]}
      data: {set: idx, images: data/images, labels: data/labels}
      training: {batch: 5, steps: 3, rate: 0.1}
      """, to: "scene.yaml")
    let run = try place.run("run", "scene.yaml")
    #expect(run.status == 2)
    #expect(run.errors.contains("data/images"), "\(run.errors)")
    #expect(run.errors.contains("656 bytes"), "the bytes that were expected: \(run.errors)")
    try Data(images + Array(repeating: 9, count: 540)).write(to: URL(fileURLWithPath: place.path("data/images")))
    #expect(try place.run("run", "scene.yaml").status == 0)
  }

  @Test func optionsReplaceFieldsAndAreNamedWhereTheyAreWrong() throws {
    let place = try Workplace()
    let run = try place.run(
      "run", "digits-cnn", "--steps", "3", "--batch", "32", "--strategy", "data(exchange=direct)", "--devices", "2",
      "--set",
      "network.layers[5].linear.outputs=16", "--set", "data.shuffle=false", "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.json["batch"] as? Int == 32)
    #expect(try run.json["strategy"] as? String == "data(exchange=direct)")
    let wrong = try place.run(
      "run", "digits-cnn", "--set", "network.layers[5].linear=none", "--devices", "0", "--link", "20us", "--strategy",
      "both")
    #expect(wrong.status == 2)
    for option in ["--set network.layers[5].linear=none: ", "--devices 0: ", "--link 20us: ", "--strategy both: "] {
      #expect(wrong.errors.contains(option), "\(option) in \(wrong.errors)")
    }
  }

  @Test(arguments: [
    ["run"], ["run", "digits-cnn", "--steps", "3", "--epochs", "2"], ["run", "digits-cnn", "--stepps", "3"],
    ["run", "digits-cnn", "--devices", "two"], ["run", "digits-cnn", "--clock", "sun"],
    ["plan", "digits-cnn", "--trace", "t"],
    ["run", "digits-cnn", "-o", "x", "--trace", "x"], ["presets", "a", "b"],
  ])
  func wrongUsage(arguments: [String]) throws {
    let run = try Workplace().start(arguments).finish()
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("Usage:"))
  }

  @Test(arguments: [
    (["run", "digits"], "did you mean 'digits-cnn'?"),
    (["plan", "./nowhere.yaml"], "there is no file './nowhere.yaml'"),
    (["verify", "digits-cnn.yaml"], "the preset is called digits-cnn"),
    (["presets", "spiral"], "did you mean 'spirals'?"),
    (["digits-cn"], "did you mean 'digits-cnn'?"),
  ])
  func unknownScenes(arguments: [String], text: String) throws {
    let run = try Workplace().start(arguments).finish()
    #expect(run.status == 2)
    #expect(run.errors.contains(text), "\(run.errors)")
  }

  @Test func helpAndVersion() throws {
    let place = try Workplace()
    let help = try place.run("--help")
    #expect(help.status == 0)
    for command in ["run", "plan", "verify", "presets"] { #expect(help.output.contains("  \(command)")) }
    #expect(try place.run("run", "-h").output.contains("--save-parameters"))
    let version = try place.run("--version")
    #expect(version.status == 0)
    #expect(version.output.split(separator: ".").count == 3)
  }
}
