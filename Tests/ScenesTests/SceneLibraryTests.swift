import Diagnostics
import Foundation
import Networks
import Testing

@testable import Scenes

@Suite struct SceneLibraryTests {
  @Test func holdsWhatTheFolderHolds() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../presets").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
    #expect(Set(files) == Set(SceneLibrary.presets.map { "\($0.name).yaml" }))
    for preset in SceneLibrary.presets {
      #expect(
        try String(contentsOf: folder.appendingPathComponent("\(preset.name).yaml"), encoding: .utf8) == preset.yaml)
    }
  }

  @Test(arguments: SceneLibrary.presets)
  func everyPresetIsSound(preset: SceneLibrary.Preset) throws {
    let scene = try SceneLibrary.scene(preset.name)
    #expect(scene.name == preset.name)
    #expect(scene.about == preset.about)
    #expect(scene.about.count > 40)
    _ = try Graph(scene.network)
  }

  @Test func unknownNamesAreCorrected() {
    let error = #expect(throws: DiagnosticList.self) { try SceneLibrary.scene("digit-cnn") }
    #expect(error?.all.first?.message == "there is no preset 'digit-cnn'")
    #expect(error?.all.first?.hint?.contains("did you mean 'digits-cnn'?") == true)
  }

  @Test func missingFilesAreNamed() {
    for path in ["nowhere/x.yaml", "digits-cnn.yaml", "/", "x.yml"] {
      let error = #expect(throws: DiagnosticList.self) { try SceneLibrary.scene(path) }
      #expect(error?.all.first?.message.contains("'\(path)'") == true)
    }
  }

  @Test func filesAreNamedInDiagnostics() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("scene-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(sceneText(training: "{batch: x, rate: 1}").utf8).write(to: file)
    let error = #expect(throws: DiagnosticList.self) { try SceneLibrary.scene(file.path) }
    #expect(error?.all.first?.location?.file == file.path)
    try Data(sceneText().utf8).write(to: file)
    #expect(try SceneLibrary.scene(file.path).name == file.deletingPathExtension().lastPathComponent)
    try Data([0xFF, 0xFE, 0x00]).write(to: file)
    #expect(throws: DiagnosticList.self) { try SceneLibrary.scene(file.path) }
  }
}
