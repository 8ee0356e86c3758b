import Networks
import Testing

@Suite struct CostTests {
  @Test func leNetHasItsKnownParameters() throws {
    let graph = try Graph(leNet)
    #expect(graph.parameterCount == 61_706)
    #expect(
      graph.nodes.map { $0.parameters.reduce(0) { $0 + $1.count } } == [
        156, 0, 0, 2416, 0, 0, 0, 48_120, 0, 10_164, 0, 850,
      ])
  }

  /// 2 per multiply-add; activations and pools as documented.
  @Test func leNetsForwardOperationsByHand() throws {
    #expect(
      try Graph(leNet).nodes.map(\.forwardFlops) == [
        2 * 25 * 1 * 6 * 28 * 28, 6 * 28 * 28, 4 * 6 * 14 * 14, 2 * 25 * 6 * 16 * 10 * 10, 16 * 10 * 10, 4 * 16 * 5 * 5,
        0, 2 * 400 * 120, 120, 2 * 120 * 84, 84, 2 * 84 * 10,
      ])
  }

  @Test func theFirstLayerNeedsNoInputGradient() throws {
    let nodes = try Graph(leNet).nodes
    #expect(nodes[0].backwardFlops == 235_200)
    #expect(nodes[3].backwardFlops == 960_000)
    #expect(nodes[7].backwardFlops == 192_000)
    #expect(nodes[1].backwardFlops == 4704)
    #expect(nodes[6].backwardFlops == 0)
  }

  /// forward 845 852 + backward: convolutions 235 200 + 960 000, linear 235 680, the rest 12 812.
  @Test func leNetsOperationsPerSample() throws {
    #expect(try Graph(leNet).flopsPerSample == 845_852 + 235_200 + 960_000 + 235_680 + 12_812)
  }

  @Test func perceptronByHand() throws {
    let graph = try Graph(
      Network(
        input: .features(784),
        layers: [Layer(.linear(outputs: 100)), Layer(.sigmoid), Layer(.linear(outputs: 10, bias: false))]))
    #expect(graph.parameterCount == 784 * 100 + 100 + 1000)
    #expect(graph.flopsPerSample == 2 * (156_800 + 100) + 3 * 2000)
    #expect(graph.nodes.map(\.activationBytes) == [400, 400, 40])
  }

  @Test func residualBlockByHand() throws {
    let graph = try Graph(residualNet)
    #expect(graph.parameterCount == 2 * (4 * 4 * 9 + 8) + 15)
    let words = 4 * 6 * 6
    #expect(
      graph.nodes.map(\.forwardFlops) == [
        2 * 9 * 4 * words, 8 * words, words, 2 * 9 * 4 * words, 8 * words, words, words, words, 2 * 4 * 3,
      ])
    // The sum reads a layer too, so its gradient is needed.
    #expect(graph.nodes[5].backwardFlops == words)
  }

  @Test func aPoolOverTheInputHasNoBackward() throws {
    let graph = try Graph(
      Network(
        input: .image(channels: 1, height: 4, width: 4),
        layers: [Layer(.averagePool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.flatten)]))
    #expect(graph.nodes[0].forwardFlops == 16)
    #expect(graph.nodes[0].backwardFlops == 0)
  }
}
