import Scenes
import Screens
import Testing

@testable import Workbench

/// Random keys, pastes, clicks and sizes, from a seed: no crash, and every screen can be drawn.
struct StormTests {
  private struct Dice {
    var state: UInt64
    mutating func roll(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
  }

  private static let keys: [Key] =
    (33...126).map { Key.character(Character(Unicode.Scalar(UInt8($0)))) }
    + [.space, .enter, .escape, .tab, .backTab, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .delete]
    + [.backspace, .insert, .enter, .escape, .down, .right, .left, .character("é"), .character("界")]
    + "abcdefghijklmnopqrstuwxyz".map(Key.control) + (1...12).map(Key.function)

  private static let texts = [
    "q\nr\n", "9223372036854775807", "-1", "0", "1e308", "nan", "1x8x8", "\u{1b}[201~", "serial",
    "pipeline(schedule=gpipe)",
    "set training.batch=17", "set machine.devices=3", "w x.yaml", "o other", String(repeating: "7", count: 3000),
    "é界\u{0}\t",
  ]

  /// A terminal that sends what a seed says.
  private final class Storm: Terminal {
    var size = Size(width: 100, height: 30)
    let glyphs = GlyphSet.unicode
    private var dice: Dice
    private var left: Int
    private(set) var draws = 0

    init(seed: UInt64, events: Int) {
      dice = Dice(state: seed)
      left = events
    }

    func draw(_ surface: Surface) { draws += 1 }
    func redraw() {}
    func suspend() {}
    func close() {}

    func nextEvent(timeoutMilliseconds: Int) -> Event? {
      guard left > 0 else { return .endOfInput }
      left -= 1
      switch dice.roll(60) {
      case 0: return .paste(StormTests.texts[dice.roll(StormTests.texts.count)])
      case 1:
        size = Size(width: dice.roll(160), height: dice.roll(60))
        return .resize(size)
      case 2, 3:
        let place = Point(x: dice.roll(200) - 5, y: dice.roll(80) - 5)
        return .mouse(Mouse(Mouse.Action.allCases[dice.roll(Mouse.Action.allCases.count)], at: place))
      case 4: return .signal(.resume)
      case 5, 6, 7: return nil
      default: return .key(StormTests.keys[dice.roll(StormTests.keys.count)])
      }
    }
  }

  private static let pipeline = WorkbenchRig.scene(
    WorkbenchRig.yaml.replacing("data(exchange=ring)", with: "pipeline(schedule=1f1b)")
      .replacing("training: {batch: 64", with: "training: {batch: 64, microbatches: 4"))

  @Test(arguments: [1, 2, 3, 5] as [UInt64]) func anythingCanBePressed(seed: UInt64) throws {
    let scene = [WorkbenchRig.scene(), WorkbenchRig.hosts, Self.pipeline][Int(seed) % 3]
    var left = 150
    var next = seed
    // Whoever leaves comes back until all events are used.
    while left > 0 {
      let shelf = WorkbenchRig.Shelf()
      shelf.scenes["other"] = WorkbenchRig.scene()
      let session = FakeSession()
      session.compilingTurns = Int(seed % 2) * 3
      session.predictedSeconds = seed % 3 == 0 ? 0.003 : nil
      let terminal = Storm(seed: next, events: left)
      var now = 0.0
      let loop = WorkbenchLoop(
        WorkbenchState(scene, size: terminal.size, cores: 2, presets: WorkbenchRig.presets), terminal: terminal,
        session: session, files: shelf.files,
        now: {
          now += 0.1
          return now
        })
      _ = loop.run()
      left -= max(1, terminal.draws)
      next &+= 1000
    }
  }
}
