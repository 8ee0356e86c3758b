import Networks
import Testing

@Suite struct GraphTests {
  @Test func layersAreNamedByKindAndOrdinal() throws {
    let graph = try Graph(leNet)
    #expect(
      graph.nodes.map(\.name) == [
        "conv1", "relu1", "maxPool1", "conv2", "relu2", "maxPool2", "flatten1", "linear1", "relu3", "linear2", "relu4",
        "linear3",
      ])
  }

  @Test func aNamedLayerStillCounts() {
    let layers = [Layer(.relu, name: "first"), Layer(.relu), Layer(.tanh)]
    #expect(Graph.names(of: layers) == ["first", "relu2", "tanh1"])
  }

  @Test func layersReadTheOneBeforeUnlessToldOtherwise() throws {
    let graph = try Graph(leNet)
    #expect(graph.nodes.map(\.inputs) == (0..<12).map { [$0 - 1] })
    #expect(graph.nodes[0].inputs == [Graph.networkInput])
    #expect(graph.nodes.map(\.index) == Array(0..<12))
  }

  @Test func skipConnectionsReadSeveral() throws {
    let graph = try Graph(residualNet)
    let add = try #require(graph.node(named: "add1"))
    #expect(add.inputs == [4, Graph.networkInput])
    #expect(add.outputShape == .image(channels: 4, height: 6, width: 6))
    #expect(add.inputShapes == [add.outputShape, add.outputShape])
    #expect(graph.consumers(of: Graph.networkInput) == [0, 5])
    #expect(graph.consumers(of: 5) == [6])
    #expect(graph.consumers(of: 8) == [])
    #expect(graph.node(named: "nothing") == nil)
  }

  @Test func concatStacksChannels() throws {
    let graph = try Graph(
      Network(
        input: .image(channels: 3, height: 5, width: 7),
        layers: [
          Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(1)))), Layer(.tanh, name: "t", inputs: ["input"]),
          Layer(.concat, inputs: ["conv1", "t", "input"]), Layer(.globalAveragePool),
        ]))
    #expect(graph.nodes[2].outputShape == .image(channels: 10, height: 5, width: 7))
    #expect(graph.output == .features(10))
  }

  @Test func concatOfVectorsAddsFeatures() throws {
    let graph = try Graph(
      Network(
        input: .features(3),
        layers: [Layer(.linear(outputs: 5)), Layer(.concat, inputs: ["linear1", "input"])], loss: .meanSquaredError))
    #expect(graph.output == .features(8))
    #expect(graph.loss == .meanSquaredError)
  }

  @Test func aLayerMayReadOneInputTwice() throws {
    let graph = try Graph(
      Network(input: .features(3), layers: [Layer(.add, inputs: ["input", "input"]), Layer(.linear(outputs: 2))]))
    #expect(graph.nodes[0].inputs == [Graph.networkInput, Graph.networkInput])
  }

  @Test func parametersHavePyTorchsNamesAndLayouts() throws {
    let graph = try Graph(residualNet)
    #expect(graph.nodes[0].parameters.map(\.name) == ["conv1.weight"])
    #expect(graph.nodes[0].parameters[0].shape == [4, 4, 3, 3])
    #expect(graph.nodes[0].parameters[0].initial == .uniform(bound: 1 / 6))
    let norm = graph.nodes[1].parameters
    #expect(
      norm.map(\.name) == [
        "batchNorm1.weight", "batchNorm1.bias", "batchNorm1.running_mean", "batchNorm1.running_var",
      ])
    #expect(norm.map(\.shape) == Array(repeating: [4], count: 4))
    #expect(norm.map(\.isLearned) == [true, true, false, false])
    #expect(norm.map(\.initial) == [.constant(1), .constant(0), .constant(0), .constant(1)])
    let linear = graph.nodes[8].parameters
    #expect(linear.map(\.name) == ["linear1.weight", "linear1.bias"])
    #expect(linear.map(\.shape) == [[3, 4], [3]])
    #expect(linear.map(\.initial) == [.uniform(bound: 0.5), .uniform(bound: 0.5)])
    #expect(graph.nodes[6].parameters.isEmpty)
  }

  @Test func windowsMayBeOblong() throws {
    let graph = try Graph(
      Network(
        input: .image(channels: 2, height: 9, width: 6),
        layers: [
          Layer(
            .conv2d(
              outputs: 3, window: Window(kernel: Extent(3, 1), stride: Extent(2, 1), padding: Edges(top: 1, right: 2)))),
          Layer(.flatten),
        ]))
    // (9 + 1 - 3) / 2 + 1 = 4 rows, (6 + 2 - 1) / 1 + 1 = 8 columns.
    #expect(graph.nodes[0].outputShape == .image(channels: 3, height: 4, width: 8))
    #expect(graph.nodes[0].parameters[0].shape == [3, 2, 3, 1])
    #expect(graph.output == .features(96))
  }
}
