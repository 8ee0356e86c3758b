import Diagnostics
import Networks
import Testing

/// Convolutions with different filters at different positions.
@Suite struct UntiedLayerTests {
  private static let window = Window(kernel: Extent(3, 2), stride: Extent(2, 1), padding: Edges(top: 1))

  private func graph(_ sharing: FilterSharing, bias: Bool = true) throws(DiagnosticList) -> Graph {
    try Graph(
      Network(
        input: .image(channels: 3, height: 8, width: 6),
        layers: [
          Layer(.conv2d(outputs: 4, window: Self.window, bias: bias, sharing: sharing)), Layer(.globalAveragePool),
        ]))
  }

  /// The output has 4 rows and 5 columns.
  @Test(arguments: [
    (FilterSharing.everywhere, [4, 3, 3, 2], [4]), (.tiled(Extent(1)), [1, 1, 4, 3, 3, 2], [1, 1, 4]),
    (.tiled(Extent(2, 5)), [2, 5, 4, 3, 3, 2], [2, 5, 4]), (.nowhere, [4, 5, 4, 3, 3, 2], [4, 5, 4]),
  ])
  func parametersHaveTheFiltersPositionsInFront(sharing: FilterSharing, weight: [Int], bias: [Int]) throws {
    let node = try graph(sharing).nodes[0]
    #expect(node.outputShape == .image(channels: 4, height: 4, width: 5))
    #expect(node.parameters.map(\.shape) == [weight, bias])
    #expect(node.parameters.allSatisfy { $0.axes.count == $0.shape.count })
    // Every output reads 18 words, whoever shares its filter.
    #expect(node.parameters.allSatisfy { $0.initial == .uniform(bound: 1 / Float(18).squareRoot()) })
    #expect(try graph(sharing, bias: false).nodes[0].parameters.map(\.shape) == [weight])
  }

  @Test func sharingCostsParametersAndNoArithmetic() throws {
    let shared = try graph(.everywhere)
    let untied = try graph(.nowhere)
    #expect(shared.flopsPerSample == untied.flopsPerSample)
    #expect(untied.parameterCount == 20 * shared.parameterCount)
  }

  @Test func defaultNamesAreTheOnesThatScenesUse() throws {
    let layers = [FilterSharing.everywhere, .tiled(Extent(2)), .nowhere].map {
      Layer(.conv2d(outputs: 1, window: Window(kernel: Extent(1)), sharing: $0))
    }
    #expect(Graph.names(of: layers) == ["conv1", "conv2", "locallyConnected1"])
  }

  @Test(arguments: [
    (FilterSharing.tiled(Extent(0, 1)), "at least 1×1, but is 0×1"),
    (.tiled(Extent(-3)), "at least 1×1, but is -3×-3"),
    (.tiled(Extent(5, 1)), "a tile of 5×1 is larger than the output of 4×5"),
    (.tiled(Extent(4, 6)), "a tile of 4×6 is larger than the output of 4×5"),
    (.tiled(Extent(.max)), "is larger than the output"),
  ])
  func impossibleTilesAreRefused(sharing: FilterSharing, message: String) {
    #expect(throws: DiagnosticList.self) { try graph(sharing) }
    do {
      _ = try graph(sharing)
    } catch {
      #expect(error.all.count == 1)
      #expect(error.all[0].message.contains(message), "\(error)")
      #expect(error.all[0].path == "network.layers[0]")
    }
  }

  @Test func refusesMoreWeightsThanCanBeCounted() {
    let network = Network(
      input: .image(channels: 1 << 10, height: 1 << 10, width: 1 << 10),
      layers: [
        Layer(.conv2d(outputs: 1 << 10, window: Window(kernel: Extent(1)), sharing: .nowhere)),
        Layer(.globalAveragePool),
      ])
    #expect(throws: DiagnosticList.self) { try Graph(network) }
  }
}
