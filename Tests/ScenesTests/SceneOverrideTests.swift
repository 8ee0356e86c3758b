import Datasets
import Diagnostics
import Networks
import Strategies
import Testing

@testable import Scenes

@Suite struct SceneOverrideTests {
  private func applied(_ texts: String..., to scene: String = "digits-cnn") throws -> Scene {
    try SceneLibrary.scene(scene, overrides: texts.map { try SceneOverride(parsing: $0) })
  }

  @Test func fieldsAreReplaced() throws {
    let scene = try applied(
      "training.batch=32", "network.layers[5].linear.outputs=20", "network.layers.0.conv.kernel=[3, 5]",
      "network.layers[1].batchNorm.momentum=0.2", "network.layers[7].linear=12", "training.steps=9",
      "training.rate.warmup=3", "data.shuffle=false", "about=new words", "network.layers[2]={leakyRelu: 0.3}")
    #expect(scene.training.batch == 32)
    #expect(scene.network.layers[5].kind == .linear(outputs: 20))
    #expect(scene.network.layers[1].kind == .batchNorm(momentum: 0.2))
    #expect(scene.network.layers[2].kind == .leakyRelu(slope: 0.3))
    #expect(scene.network.layers[7].kind == .linear(outputs: 12))
    #expect(scene.training.length == .steps(9))
    #expect(scene.training.rate == RateSchedule(rate: 0.1, warmup: 3))
    #expect(!scene.data.shuffle)
    #expect(scene.about == "new words")
  }

  @Test func whatIsMissingIsMade() throws {
    let scene = try Scene(
      yaml: sceneText(data: "digits"),
      overrides: [
        SceneOverride(parsing: "machine.devices=3"), SceneOverride(parsing: "data.shuffle=false"),
        SceneOverride(path: "strategy", value: .text("model(split=k)"), option: "--strategy model(split=k)"),
      ])
    #expect(scene.machine.devices == 3)
    #expect(scene.strategy == .model(split: .k))
    #expect(scene.data == DataSettings(.digits, shuffle: false))
  }

  @Test(arguments: [
    ("training.batch=none", "training.batch", "expected a whole number"),
    ("training.batsh=3", "training.batsh", "unknown key"),
    ("network.layers[99]=relu", "network.layers[99]", "there is no entry 99"),
    ("network.layers[0].relu=3", "network.layers[0]", "a layer has one key"),
    ("name.first=3", "name.first", "has no fields"),
    ("training..batch=3", "training..batch", "is no path"),
    ("network.layers[x]=3", "network.layers[x]", "is no path"),
    ("training.batch=[1", "training.batch", "is not YAML"),
    ("network.layers[3].maxPool=9", "network.layers[3]", "does not fit"),
  ])
  func diagnosticsNameTheOption(text: String, path: String, message: String) {
    let error = #expect(throws: DiagnosticList.self) { try applied(text) }
    let found = error?.all.first { $0.path == path }
    #expect(found?.message.contains(message) == true, "\(error?.all ?? [])")
    // What an option makes impossible elsewhere in the file keeps its line there.
    #expect(found?.message.hasPrefix("--set \(text): ") == true || found?.location != nil)
  }

  @Test func valuesWithoutPathAreRefused() {
    #expect(throws: DiagnosticList.self) { try SceneOverride(parsing: "training.batch") }
    #expect(throws: DiagnosticList.self) { try SceneOverride(parsing: "=3") }
  }

  @Test func problemsOfFileAndOptionsComeTogether() {
    let found = problems(
      sceneText(training: "{batch: 8, rate: x}"),
      [
        SceneOverride(path: "machine.devices", value: .yaml("0"), option: "--devices 0"),
        SceneOverride(path: "strategy", value: .text("sideways"), option: "--strategy sideways"),
      ])
    #expect(found.contains { $0.path == "training.rate" && $0.location?.line == 7 })
    #expect(found.contains { $0.message.hasPrefix("--devices 0: ") })
    #expect(found.contains { $0.message.hasPrefix("--strategy sideways: ") })
  }

  @Test func aSceneInMemoryTakesThemToo() throws {
    let scene = try SceneLibrary.scene("deep-narrow").applying([SceneOverride(parsing: "training.microbatches=4")])
    #expect(scene.microbatches == 4)
    #expect(scene.machine.link.description == "50us,100MB/s")
  }
}
