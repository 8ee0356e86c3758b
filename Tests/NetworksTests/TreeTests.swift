import Diagnostics
import Networks
import Testing

@Suite struct TreeTests {
  private static func network(_ tree: Tree?) -> Network {
    Network(
      input: .image(channels: 1, height: 6, width: 6),
      layers: [
        Layer(.conv2d(outputs: 3, window: Window(kernel: Extent(3)))), Layer(.relu), Layer(.flatten),
        Layer(.linear(outputs: 7), name: "wide"), Layer(.tanh), Layer(.linear(outputs: 5)),
        Layer(.add, inputs: ["linear2", "linear2"]),
      ], tree: tree)
  }

  @Test func headsStandOneAfterTheOtherBehindTheJunction() throws {
    let graph = try Graph(Self.network(Tree(after: "relu1", copies: 2)))
    #expect(
      graph.nodes.map(\.name) == [
        "conv1", "relu1", "junction", "flatten1.1", "wide.1", "tanh1.1", "linear2.1", "add1.1", "flatten1.2", "wide.2",
        "tanh1.2", "linear2.2", "add1.2", "heads",
      ])
    #expect(graph.nodes[2].inputs == [1] && graph.nodes[2].outputShape == .image(channels: 3, height: 4, width: 4))
    #expect(graph.nodes[3].inputs == [2] && graph.nodes[8].inputs == [2])
    #expect(graph.nodes[12].inputs == [11, 11])
    #expect(graph.nodes[13].inputs == [7, 12])
    #expect(graph.output == .features(10))
    #expect(graph.headCount == 2 && graph.headOutputs == 5)
    #expect(graph.origins == [0, 1, nil, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, nil])
    #expect(
      graph.nodes.indices.map { graph.head(of: $0) }
        == [nil, nil, nil, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, nil])
    #expect(graph.network.tree?.after == "relu1", "the network is as it was written")
    // Parameters carry their head in their name, which decides their initial values.
    #expect(graph.nodes[4].parameters.map(\.name) == ["wide.1.weight", "wide.1.bias"])
    #expect(graph.parameterCount == 30 + 2 * (48 * 7 + 7 + 7 * 5 + 5))
  }

  @Test func withoutATrunkEveryHeadReadsTheInput() throws {
    let graph = try Graph(Self.network(Tree(after: "input", copies: 3)))
    #expect(!graph.nodes.contains { $0.name == "junction" })
    for head in 0..<3 {
      let first = try #require(graph.node(named: "conv1.\(head + 1)"))
      #expect(first.inputs == [Graph.networkInput])
      #expect(graph.head(of: first.index) == head)
    }
    #expect(graph.head(of: graph.nodes.count - 1) == nil)
    #expect(graph.output == .features(15))
  }

  @Test func onlyIndependentLossesCanBeCutBetweenHeads() throws {
    func units(_ loss: Tree.Loss) throws -> Int {
      try Graph(Self.network(Tree(after: "relu1", copies: 4, loss: loss))).lossUnits
    }
    #expect(try units(.independent) == 4)
    #expect(try units(.ensembleMean) == 1)
    #expect(try units(.oracle) == 1)
    #expect(try Graph(Self.network(nil)).lossUnits == 1)
  }

  @Test func anOrdinaryNetworkIsItself() throws {
    let graph = try Graph(Self.network(nil))
    #expect(graph.origins == Array(graph.nodes.indices))
    #expect(graph.headCount == 1 && graph.headOutputs == 5)
    #expect(graph.head(of: 0) == nil)
  }

  @Test func wrongTreesAreRefusedAtTheirField() {
    func problems(_ tree: Tree, _ change: (inout Network) -> Void = { _ in }) -> [Diagnostic] {
      var network = Self.network(tree)
      change(&network)
      do {
        _ = try Graph(network)
        return []
      } catch {
        return error.all
      }
    }
    func only(_ tree: Tree, _ path: String, _ words: String, _ change: (inout Network) -> Void = { _ in }) {
      let found = problems(tree, change)
      #expect(found.count == 1 && found[0].path == path && found[0].message.contains(words), "\(found)")
    }
    only(Tree(after: "relu7", copies: 2), "network.tree.after", "'relu7', which is no layer")
    only(Tree(after: "add1", copies: 2), "network.tree.after", "no layer comes after 'add1'")
    only(Tree(after: "relu1", copies: 0), "network.tree.copies", "1 to 64 copies, not 0")
    only(Tree(after: "relu1", copies: 65), "network.tree.copies", "not 65")
    only(Tree(after: "relu1", copies: 3, loss: .oracle, best: 4), "network.tree.best", "4 of 3 heads")
    only(Tree(after: "relu1", copies: 3, loss: .oracle, best: 0), "network.tree.best", "0 of 3 heads")
    only(Tree(after: "relu1", copies: 3, best: 2), "network.tree.best", "belongs to the loss oracle")
    only(Tree(after: "tanh1", copies: 2), "network.layers[6]", "'add1' of the heads reads 'wide'") {
      $0.layers[3].kind = .linear(outputs: 5)
      $0.layers[6].inputs = ["linear2", "wide"]
    }
    only(Tree(after: "wide", copies: 2), "network.layers[0]", "layer of its own called 'junction'") {
      $0.layers[0].name = "junction"
    }
    only(Tree(after: "wide", copies: 2), "network.layers[0]", "called 'tanh1.2'") { $0.layers[0].name = "tanh1.2" }
    // A wrong layer of the heads is told once, not once per head.
    only(Tree(after: "relu1", copies: 4), "network.layers[3]", "at least one output") {
      $0.layers[3].kind = .linear(outputs: 0)
    }
  }
}
