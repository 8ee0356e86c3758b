import Networks
import Programs
import Testing

@testable import Strategies

@Suite struct SplitTests {
  @Test func partsCoverTheWholeOnce() {
    let shape = Shape.image(channels: 5, height: 4, width: 3)
    for (n, k, h, w) in [(1, 1, 1, 1), (3, 1, 1, 1), (2, 2, 1, 1), (1, 5, 2, 1), (2, 3, 2, 2)] {
      let split = Split(n: n, k: k, h: h, w: w, devices: Array(0..<n * k * h * w))
      let boxes = split.boxes(samples: 2..<9, shape: shape)
      #expect(boxes.reduce(0) { $0 + $1.count } == 7 * shape.count)
      for (a, first) in boxes.enumerated() {
        for second in boxes[(a + 1)...] { #expect(first.intersection(second).isEmpty) }
      }
    }
  }

  @Test func replicasComputeTheSamePart() {
    let boxes = Split(n: 2, devices: [4, 5, 6, 7]).boxes(samples: 0..<6, shape: .features(3))
    #expect(boxes[0] == boxes[2])
    #expect(boxes[1] == boxes[3])
    #expect(boxes[0].n == 0..<3)
  }

  @Test func flattenedImagesAreCutBetweenChannels() {
    let boxes = Split(k: 2, devices: [0, 1]).boxes(samples: 0..<1, shape: .features(3 * 4), channelUnit: 4)
    #expect(boxes.map(\.k) == [0..<4, 4..<12])
  }

  @Test func receptiveFieldOfAStridedConvolutionAddsPaddingOnlyAtTheBorder() throws {
    let window = Window(kernel: Extent(3), stride: Extent(2), padding: Edges(1))
    let graph = try Graph(
      Network(
        input: .image(channels: 2, height: 9, width: 9),
        layers: [Layer(.conv2d(outputs: 4, window: window)), Layer(.globalAveragePool), Layer(.linear(outputs: 2))]))
    var box = Box(samples: 0..<1, shape: graph.nodes[0].outputShape)
    box.h = 2..<5
    let field = ReceptiveField(of: graph.nodes[0], output: box)
    #expect(field.inputs[0].h == 3..<9)
    #expect(field.padding == Edges(top: 0, left: 1, bottom: 1, right: 1))
  }

  @Test func subtractionLeavesDisjointBoxesWithTheRest() {
    let whole = Box(n: 0..<4, k: 0..<4, h: 0..<4, w: 0..<4)
    let hole = Box(n: 1..<3, k: 0..<2, h: 3..<6, w: 1..<2)
    let rest = whole.subtracting(hole)
    #expect(rest.reduce(0) { $0 + $1.count } == 256 - whole.intersection(hole).count)
    for (a, first) in rest.enumerated() {
      #expect(first.intersection(hole).isEmpty)
      for second in rest[(a + 1)...] { #expect(first.intersection(second).isEmpty) }
    }
  }
}
