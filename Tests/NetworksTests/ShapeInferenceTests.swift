import Networks
import Testing

@Suite struct ShapeInferenceTests {
  @Test(arguments: 1...9) func samePaddingKeepsTheSizeAtStrideOne(kernel: Int) throws {
    let padding = Edges.same(kernel: Extent(kernel))
    #expect(padding.top + padding.bottom == kernel - 1)
    #expect(padding.left + padding.right == kernel - 1)
    let graph = try Graph(
      Network(
        input: .image(channels: 1, height: 11, width: 10),
        layers: [
          Layer(.conv2d(outputs: 2, window: Window(kernel: Extent(kernel), padding: padding))),
          Layer(.globalAveragePool),
        ]))
    #expect(graph.nodes[0].outputShape == .image(channels: 2, height: 11, width: 10))
  }

  @Test func anEvenKernelsOddRowGoesToTheEnd() {
    #expect(Edges.same(kernel: Extent(4, 2)) == Edges(top: 1, left: 0, bottom: 2, right: 1))
    #expect(Edges.same(kernel: Extent(3, 5)) == Edges(top: 1, left: 2, bottom: 1, right: 2))
  }

  /// The extent is the number of places of the window, found by trying.
  @Test func outputExtentCountsPlacesOfTheWindow() {
    for size in 1...9 {
      for kernel in 1...5 {
        for stride in 1...4 {
          for padding in 0...2 {
            let window = Window(
              kernel: Extent(kernel), stride: Extent(stride), padding: Edges(top: padding, bottom: padding))
            let places = Swift.stride(from: 0, through: size + 2 * padding - kernel, by: stride).map { $0 }.count
            #expect(window.outputExtent(size, kernel) == Extent(places, 1))
          }
        }
      }
    }
  }

  @Test func elementwiseLayersKeepTheShape() throws {
    let kinds: [LayerKind] = [
      .relu, .leakyRelu(), .sigmoid, .tanh, .gelu, .dropout(), .batchNorm(),
    ]
    for input in [Shape.features(5), .image(channels: 2, height: 3, width: 4)] {
      let graph = try Graph(Network(input: input, layers: kinds.map { Layer($0) } + [Layer(.flatten)]))
      for node in graph.nodes.dropLast() { #expect(node.outputShape == input, "\(node.name)") }
    }
  }

  @Test func flattenOfAVectorIsTheVector() throws {
    #expect(try Graph(Network(input: .features(5), layers: [Layer(.flatten)])).output == .features(5))
  }

  @Test func poolsKeepChannelsAndRoundDown() throws {
    let graph = try Graph(
      Network(
        input: .image(channels: 3, height: 7, width: 8),
        layers: [
          Layer(.maxPool(Window(kernel: Extent(3), stride: Extent(2), padding: Edges(1)))),
          Layer(.averagePool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.flatten),
        ]))
    #expect(graph.nodes[0].outputShape == .image(channels: 3, height: 4, width: 4))
    #expect(graph.nodes[1].outputShape == .image(channels: 3, height: 2, width: 2))
  }

  @Test func shapesPrintTheirExtents() {
    #expect(Shape.features(64).description == "64")
    #expect(Shape.image(channels: 16, height: 8, width: 4).description == "16×8×4")
    #expect(Shape.image(channels: 16, height: 8, width: 4).count == 512)
    #expect(Shape.features(4) != .image(channels: 4, height: 1, width: 1))
  }
}
