import Foundation
import Networks
import Programs
import Testing

@testable import Strategies

/// Pictures of owners as text.
@Suite struct OwnershipPictureTests {
  private func program(_ text: String, devices: Int, graph: Graph = OwnershipTests.images) throws -> Program {
    let settings = TrainingSettings(
      batch: 12, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    return try Compiler(graph: graph, training: settings, devices: devices).compile(Strategy(parsing: text))
  }

  private func picture(
    _ name: String, _ text: String, devices: Int, width: Int = 80, height: Int = 40,
    glyphs: OwnershipCanvas.Glyphs = .unicode, graph: Graph = OwnershipTests.images
  ) throws -> OwnershipCanvas {
    let node = try #require(graph.node(named: name)).index
    let layer = LayerOwnership(try program(text, devices: devices, graph: graph), node: node)
    return OwnershipPicture(layer, names: graph.nodes.map(\.name), glyphs: glyphs).canvas(width: width, height: height)
  }

  @Test func haloRowsStandAroundEveryTile() throws {
    let text = try picture("conv2", "model(split=h)", devices: 4).text
    let tiles = """
      what each device needs of conv1, h × w: ░1 is fetched from device 1, · are zeros
      device 0                device 1                device 2
                 0…5                     0…5                     0…5
           · · · · · · · ·      1  ·░0░0░0░0░0░0 ·      3  ·░1░1░1░1░1░1 ·
      0…1  · 0 0 0 0 0 0 ·    2…3  · 1 1 1 1 1 1 ·    4…5  · 2 2 2 2 2 2 ·
           · 0 0 0 0 0 0 ·         · 1 1 1 1 1 1 ·         · 2 2 2 2 2 2 ·
        2  ·░1░1░1░1░1░1 ·      4  ·░2░2░2░2░2░2 ·      6  ·░3░3░3░3░3░3 ·

      device 3
                 0…5
        5  ·░2░2░2░2░2░2 ·
      6…7  · 3 3 3 3 3 3 ·
           · 3 3 3 3 3 3 ·
           · · · · · · · ·
      """
    #expect(text.suffix(14).joined(separator: "\n") == tiles)
    #expect(text[0] == "conv2: h=4 on devices 0-3, output 4×8×6")
    #expect(text[1] == "gradients of the weights are added up by devices 0-3")
  }

  @Test func asciiSaysTheSame() throws {
    let text = try picture("conv2", "model(split=h)", devices: 4, glyphs: .ascii).text
    #expect(text.joined().allSatisfy { $0.isASCII })
    #expect(text.contains("0-1  . 0 0 0 0 0 0 .    2-3  . 1 1 1 1 1 1 .    4-5  . 2 2 2 2 2 2 ."))
    #expect(text.contains("  2  .:1:1:1:1:1:1 .      4  .:2:2:2:2:2:2 .      6  .:3:3:3:3:3:3 ."))
    #expect(text.contains { $0.contains("+--------+") })
  }

  @Test func outputChannelsCutRowsOfTheWeightAndColumnsOfTheOutput() throws {
    let text = try picture("linear1", "model(split=k)", devices: 3, height: 24).text.prefix(11)
    let expected = """
      linear1: k=3 on devices 0-2, output 6
      every device's gradient of its weights is complete, nothing is added up

      weight, k 6 × c 48: 96 of 288 words each    output, n × k 6
                0…47                                    0…1  2…3  4…5
          ┌──────────────┐                             ┌────┬────┬────┐
      0…1 │      0       │                             │    │    │    │
          │              │                        0…11 │ 0  │ 1  │ 2  │
          ├──────────────┤                             │    │    │    │
      2…3 │      1       │                             └────┴────┴────┘
          │              │
      """
    #expect(text.joined(separator: "\n") == expected)
  }

  /// Partial sums are told from replicas: `0+1` and `0,1`.
  @Test func partialSumsAndReplicasDiffer() throws {
    let sums = try picture("linear1", "model(split=c)", devices: 3).text
    #expect(sums.contains { $0.contains("0+1+2") })
    #expect(sums.contains("each device has one of 3 parts of every sum over the inputs; + adds them up"))
    let table = "conv1 n=1 | 0 1\nconv2 n=1 | 0 1\nlinear1 n=1 | 0 1\nlinear2 k=2 | 0 1"
    let replicas = try picture("linear1", table, devices: 2).text
    #expect(replicas.contains { $0.contains("0,1") })
    #expect(!replicas.contains { $0.contains("0+1") })
  }

  /// Boxes that meet keep a stroke between them; equal neighbours have none.
  @Test func overlapsShareCells() {
    let grid = OwnershipGrid(
      title: "a",
      holdings: [
        .init(device: 0, rows: 0..<1, columns: 0..<6), .init(device: 1, rows: 0..<1, columns: 4..<10),
        .init(device: 2, rows: 1..<2, columns: 0..<10),
      ])
    let expected = """
      a
           0…3     4…5    6…9
        ┌────────┬─────┬───────┐
      0 │   0    │ 0,1 │   1   │
        ├────────┴─────┴───────┤
      1 │          2           │
        └──────────────────────┘
      """
    #expect(grid.canvas(width: 26, lines: 3, glyphs: .unicode).text.joined(separator: "\n") == expected)
  }

  /// Where there is no room, long ranges are shortened, but every box and every halo row stays.
  @Test(arguments: [1, 10, 20, 36]) func nothingThinIsLeftOut(height: Int) throws {
    let window = Window(kernel: Extent(5), padding: Edges(2))
    let graph = try Graph(
      Network(
        input: .image(channels: 1, height: 28, width: 28),
        layers: [
          Layer(.conv2d(outputs: 2, window: window)), Layer(.conv2d(outputs: 2, window: window)), Layer(.flatten),
          Layer(.linear(outputs: 3)),
        ]))
    let text = try picture("conv2", "model(split=h)", devices: 4, width: 82, height: height, graph: graph).text
    for device in 0..<4 { #expect(text.contains { $0.contains("device \(device)") }) }
    // Above and below each inner tile, and on one side of the outer ones.
    for label in ["7…8", "5…6", "14…15", "12…13", "21…22", "19…20"] {
      #expect(text.contains { $0.contains(label) }, "\(label) at \(height)")
    }
    for label in ["0…6 │", "7…13 │", "14…20 │", "21…27 │"] { #expect(text.contains { $0.contains(label) }, "\(label)") }
  }

  /// Every size is drawn, the empty one and thousands of devices included, and none is exceeded.
  @Test(arguments: ["model(split=h)", "model(split=k)", "model(split=c)", "data", "serial"])
  func everySizeIsDrawn(text: String) throws {
    let graph = OwnershipTests.images
    for layer in LayerOwnership.all(try program(text, devices: 4)) where [1, 3, 5].contains(layer.node.index) {
      let picture = OwnershipPicture(layer, names: graph.nodes.map(\.name))
      for width in [0, 1, 5, 40, 120] {
        for height in [0, 1, 10, 60] {
          let canvas = picture.canvas(width: width, height: height)
          #expect(canvas.width <= width)
          #expect(canvas.height > 0 || width == 0 || height == 0)
        }
      }
    }
    let grid = OwnershipGrid(
      title: "many", holdings: (0..<2000).map { .init(device: $0, rows: 0..<1, columns: $0..<$0 + 1) })
    let canvas = grid.canvas(width: 60, lines: 5, glyphs: .unicode)
    #expect(canvas.width <= 60)
    #expect(canvas.text.contains { $0.contains("…") && $0.contains("1999") })
  }
}
