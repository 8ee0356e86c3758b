import Datasets
import Diagnostics
import Foundation
import Networks
import Testing

@testable import Scenes

/// Which data fit a network is known when the scene is read, before anything runs.
@Suite struct SceneFitTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("partita-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func write(_ name: String, _ text: String) throws -> String {
    let file = folder.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  private func scene(_ data: String, input: String = "[1, 3, 3]", outputs: Int = 2) -> String {
    sceneText(
      input: input, layers: ["flatten", "linear: \(outputs)"], data: data, training: "{batch: 2, steps: 1, rate: 0.1}")
  }

  @Test func rowsOfAsManyValuesAreReadInTheNetworksShape() throws {
    let file = try write("nine.csv", "1,2,3,4,5,6,7,8,9,0\n9,8,7,6,5,4,3,2,1,1\n")
    let data = try Scene(yaml: scene("{set: csv, file: \(file)}")).loadDataset()
    #expect(data.train.shape == .image(channels: 1, height: 3, width: 3))
    #expect(data.train.features == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  }

  @Test func anImageSetIsReadInAnyShapeOfAsManyValues() throws {
    let text = sceneText(input: "[4, 4, 4]", layers: ["flatten", "linear: 10"])
    #expect(try Scene(yaml: text).loadDataset().train.shape == .image(channels: 4, height: 4, width: 4))
  }

  @Test func anyOtherNumberIsRefusedNamingBoth() throws {
    let file = try write("eight.csv", "a,b,c,d,e,f,g,h,label\n1,2,3,4,5,6,7,8,0\n9,8,7,6,5,4,3,2,1\n")
    let found = problems(scene("{set: csv, file: \(file)}"))
    #expect(found.map(\.message) == ["the network's input is 1×3×3 (9 values), but the samples of csv are 8 values"])
    #expect(found.first?.path == "network.input")
    #expect(found.first?.location?.line == 2)
  }

  @Test func whatTheHeadersOfFilesSayIsHeldAgainstTheNetwork() throws {
    let images = folder.appendingPathComponent("images")
    let labels = folder.appendingPathComponent("labels")
    // Two images of 3 rows and 3 columns, labels 0 and 4.
    try Data([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3] + Array(repeating: 9, count: 18)).write(to: images)
    try Data([0, 0, 8, 1, 0, 0, 0, 2, 0, 4]).write(to: labels)
    let data = "{set: idx, images: \(images.path), labels: \(labels.path)}"
    #expect(problems(scene(data, outputs: 5)).isEmpty)
    #expect(problems(scene(data)).map(\.message) == ["the network has 2 outputs for the 5 classes of idx"])
    #expect(problems(scene(data, input: "[2, 3, 3]", outputs: 5)).map(\.path) == ["network.input"])
  }

  /// What is not there may come later: a scene is planned and simulated without its data.
  @Test func missingFilesAreNoMisfit() { #expect(problems(scene("{set: csv, file: /nowhere/x.csv}")).isEmpty) }

  @Test func classesCountFromZeroAndTheHintSaysSo() throws {
    let file = try write("one.csv", "1,2,3,4,5,6,7,8,9,1\n9,8,7,6,5,4,3,2,1,2\n1,2,3,4,5,6,7,8,9,2\n")
    let scene = try Scene(yaml: scene("{set: csv, file: \(file)}"))
    let error = #expect(throws: DiagnosticList.self) { try scene.loadDataset() }
    #expect(error?.all.first?.message == "the network has 2 outputs for the 3 classes of csv")
    #expect(
      error?.all.first?.hint
        == "classes count from 0, but the labels are 1...2: subtract 1, or end with linear: 3")
  }

  @Test func syntheticSetsTakeShapeAndClassesFromTheNetwork() throws {
    let scene = try Scene(yaml: scene("{set: synthetic}", outputs: 7))
    #expect(scene.data.source == .synthetic())
    #expect(try scene.samples() == .synthetic(shape: .image(channels: 1, height: 3, width: 3), classes: 7))
    #expect(scene.yaml.contains("data: {set: synthetic, samples: 1000, shuffle: true}"))
    #expect(try Scene(yaml: scene.yaml) == scene)
    #expect(try scene.loadDataset().train.classes == 7)
    // The set follows the network.
    let larger = try scene.applying([SceneOverride(parsing: "network.input=[2, 5, 5]")])
    #expect(try larger.loadDataset().train.shape == .image(channels: 2, height: 5, width: 5))
  }

  @Test func aSyntheticSetThatIsTooLargeByTheNetworkIsRefused() {
    let found = problems(
      sceneText(
        input: "[1048576]", layers: ["linear: 2"], data: "{set: synthetic, samples: 1000000}",
        training: "{batch: 2, rate: 0.1}"))
    #expect(found.map(\.message) == ["the set would take more than 4 GiB"])
  }

  @Test func aTildeIsTheUsersHome() throws {
    let home = try #require(ProcessInfo.processInfo.environment["HOME"])
    let scene = try Scene(yaml: scene("{set: csv, file: \"~/rows/x.csv\"}"), directory: "/elsewhere")
    #expect(scene.data.source == .csv(file: "\(home)/rows/x.csv"))
  }
}
