import Diagnostics
import Machines
import Networks
import Scenes
import Strategies
import Testing

@testable import Workbench

/// Fields of layers and scenes read back what they show.
struct SettingsTests {
  @Test(arguments: LayerSettings.templates.map(\.kind))
  func everyFieldOfALayerReadsBack(_ kind: LayerKind) throws {
    let layer = Layer(kind)
    for field in LayerSettings.fields(of: layer, name: "x") {
      #expect(try LayerSettings.setting(field.key, field.value, in: layer) == layer, "\(field.key)")
    }
  }

  @Test func windowsAreTypedInEveryForm() throws {
    let conv = Layer(.conv2d(outputs: 8, window: Window(kernel: Extent(3), padding: .same(kernel: Extent(3)))))
    func window(_ key: String, _ text: String) throws -> Window? {
      guard case .conv2d(_, let window, _, _) = try LayerSettings.setting(key, text, in: conv).kind else { return nil }
      return window
    }
    #expect(try window("kernel", "5")?.padding == .same(kernel: Extent(5)))
    #expect(try window("kernel", "3x5")?.kernel == Extent(3, 5))
    #expect(try window("padding", "0")?.padding == Edges())
    #expect(try window("padding", "1 2")?.padding == Edges(top: 1, left: 2, bottom: 1, right: 2))
    #expect(try window("padding", "1 2 3 4")?.padding == Edges(top: 1, left: 2, bottom: 3, right: 4))
    for (key, text) in [
      ("kernel", "0"), ("kernel", "x"), ("stride", ""), ("padding", "1 2 3"), ("outputs", "-1"), ("bias", "2"),
    ] {
      #expect(throws: FieldProblem.self, "\(key)=\(text)") { try LayerSettings.setting(key, text, in: conv) }
    }
  }

  /// Numbers of any size are refused with the limits that a scene's file has.
  @Test func typedNumbersHaveTheLimitsOfScenes() throws {
    let conv = Layer(.conv2d(outputs: 8, window: Window(kernel: Extent(3))))
    for number in ["9223372036854775807", "99999999999999999999999", "-9223372036854775809"] {
      for key in ["outputs", "kernel", "stride", "padding", "tile"] {
        #expect(throws: FieldProblem.self, "\(key)=\(number)") { try LayerSettings.setting(key, number, in: conv) }
      }
      for key in ["devices", "batch", "microbatches", "length", "slow device", "seed"] {
        #expect(throws: FieldProblem.self, "\(key)=\(number)") {
          try SceneSettings.setting(key, key == "seed" ? "-\(number)" : number, in: SceneLibrary.scene("digits-cnn"))
        }
      }
    }
    let scene = try SceneLibrary.scene("digits-cnn")
    #expect(throws: FieldProblem("a whole number from 1 to 65536")) {
      try SceneSettings.setting("devices", "65537", in: scene)
    }
    #expect(throws: FieldProblem("a whole number from 1 to 1000000")) {
      try SceneSettings.setting("length", "1000001 epochs", in: scene)
    }
    #expect(throws: FieldProblem("a whole number from 1 to 1000000000")) {
      try SceneSettings.setting("length", "1000000001 steps", in: scene)
    }
  }

  @Test func theTileOfAConvolutionIsAField() throws {
    let window = Window(kernel: Extent(3), padding: .same(kernel: Extent(3)))
    let conv = Layer(.conv2d(outputs: 8, window: window))
    func tiled(_ sharing: FilterSharing) -> Layer { Layer(.conv2d(outputs: 8, window: window, sharing: sharing)) }
    func tile(_ layer: Layer) -> String? {
      LayerSettings.fields(of: layer, name: "x").first { $0.key == "tile" }?.value
    }
    #expect(try LayerSettings.setting("tile", "2", in: conv) == tiled(.tiled(Extent(2))))
    #expect(try LayerSettings.setting("tile", "2x3", in: conv) == tiled(.tiled(Extent(2, 3))))
    #expect(try LayerSettings.setting("tile", "1", in: tiled(.tiled(Extent(2)))) == conv)
    #expect(throws: FieldProblem.self) { try LayerSettings.setting("tile", "0", in: conv) }
    #expect(tile(conv) == "1")
    #expect(tile(tiled(.tiled(Extent(2, 3)))) == "2x3")
    #expect(LayerSettings.summary(of: tiled(.tiled(Extent(2, 3))).kind) == "8, 3x3, same, tile 2x3")
    // A locally connected layer is a kind of its own, without a tile.
    #expect(tile(tiled(.nowhere)) == nil)
    #expect(throws: FieldProblem.self) { try LayerSettings.setting("tile", "2", in: tiled(.nowhere)) }
    #expect(LayerSettings.templates.contains { $0.kind.name == "locallyConnected" })
  }

  @Test func aPoolsStrideFollowsItsSize() throws {
    let pool = Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2))))
    #expect(
      try LayerSettings.setting("kernel", "3", in: pool).kind == .maxPool(Window(kernel: Extent(3), stride: Extent(3))))
  }

  @Test(arguments: ["serial", "data(exchange=direct)", "model(split=k)", "pipeline(schedule=gpipe, stages=2)"])
  func everyFieldOfASceneReadsBack(_ strategy: String) throws {
    var scene = WorkbenchRig.scene()
    scene.strategy = try Strategy(parsing: strategy)
    for field in SceneSettings.fields(of: scene) where field.key != "devices" {
      #expect(try SceneSettings.setting(field.key, field.value, in: scene) == scene, "\(field.key)")
    }
  }

  @Test func choosingAKindTakesItsDefaults() throws {
    let scene = WorkbenchRig.scene()
    for kind in StrategyKind.all {
      let changed = try SceneSettings.setting("strategy", kind.name, in: scene)
      #expect(SceneSettings.kind(of: changed.strategy) == kind)
    }
  }

  @Test func aTableOfLayersIsCalledSoAndCanBeReplaced() throws {
    var scene = WorkbenchRig.scene()
    scene.strategy = try Strategy(parsing: "conv1 n=2 | 0 1\nlinear1 n=1 | 0")
    let field = try #require(SceneSettings.fields(of: scene).first)
    #expect(field.value == "layers")
    #expect(try SceneSettings.setting("strategy", "layers", in: scene) == scene)
    #expect(try SceneSettings.setting("strategy", "serial", in: scene).strategy == .serial)
    #expect(field.stepped(1) == "serial")
  }

  @Test func aMarkBelowALineStaysBelowIt() throws {
    let problem = Diagnostic("wrong\n  0F0\n  ^^^ <-- here", path: "strategy", hint: "right")
    let lines = PlanSummary.lines(.refused([problem])).map { $0.parts.map(\.text).joined() }
    #expect(lines == ["✗ wrong (strategy)", "  0F0", "  ^^^ <-- here", "hint: right"])
  }

  @Test func valuesThatCannotBeReadAreRefusedWithWhatWouldBeAccepted() throws {
    let scene = WorkbenchRig.scene()
    let wrong = [
      ("devices", "0"), ("devices", "two"), ("batch", "-4"), ("rate", "0"), ("rate", "inf"), ("link", "fast"),
      ("length", "soon"), ("seed", "-1"), ("microbatches", "x"), ("data", "mnist"), ("optimizer", "lion"),
      ("strategy", "magic"),
    ]
    for (key, text) in wrong {
      #expect(throws: FieldProblem.self, "\(key)=\(text)") { try SceneSettings.setting(key, text, in: scene) }
    }
    #expect(try SceneSettings.setting("length", "12 steps", in: scene).training.length == .steps(12))
    #expect(try SceneSettings.setting("length", "3", in: scene).training.length == .epochs(3))
    #expect(try SceneSettings.setting("link", "20us,1GB/s", in: scene).machine.link != .shared)
    #expect(try SceneSettings.setting("data", "spirals", in: scene).data.source.name == "spirals")
  }

  @Test func steppingStopsAtTheEndsOrGoesAround() {
    func step(_ value: String, _ values: SettingField.Values, _ direction: Int) -> String? {
      SettingField("x", value, values).stepped(direction)
    }
    #expect(step("b", .choice(["a", "b"]), 1) == "a")
    #expect(step("a", .choice(["a", "b"]), -1) == "b")
    #expect(step("odd", .choice(["a", "b"]), 1) == "a")
    #expect(step("1", .integer(1...4), -1) == nil)
    #expect(step("1", .integer(1...4, automatic: "auto"), -1) == "auto")
    #expect(step("auto", .integer(1...4, automatic: "auto"), 1) == "1")
    #expect(step("4", .integer(1...4), 1) == nil)
    #expect(step("64", .doubling(1...64), 1) == nil)
    #expect(step("64", .doubling(1...64), -1) == "32")
    #expect(step("0.1", .decade, 1) == "0.2")
    #expect(step("0.05", .decade, -1) == "0.02")
    #expect(step("0.07", .decade, 1) == "0.1")
    #expect(step("x", .text, 1) == nil)
  }
}
