import Networks
import Testing

@testable import Workbench

/// Edits of the layer list keep what layers read.
struct NetworkEditingTests {
  /// a → relu1 → relu2, and a sum of a and relu2.
  private var residual: Network {
    Network(
      input: .features(4),
      layers: [
        Layer(.linear(outputs: 4), name: "a"), Layer(.relu), Layer(.relu), Layer(.add, inputs: ["a", "relu2"]),
      ])
  }

  @Test func insertingRenamesReferencesToOrdinals() {
    var network = residual
    network.insert(Layer(.relu), at: 1)
    #expect(Graph.names(of: network.layers) == ["a", "relu1", "relu2", "relu3", "add1"])
    #expect(network.layers[4].inputs == ["a", "relu3"])
    #expect((try? Graph(network)) != nil)
  }

  @Test func removingALayerLeadsItsReadersToWhatItRead() {
    var network = residual
    network.remove(at: 2)
    #expect(network.layers[2].inputs == ["a", "relu1"])
    network.remove(at: 0)
    #expect(network.layers[1].inputs == ["input", "relu1"])
    #expect((try? Graph(network)) != nil)
  }

  @Test func movingKeepsTheLayerThatIsMeant() {
    var network = residual
    network.layers[1].kind = .tanh
    network.layers[3].inputs = ["a", "relu1"]
    #expect(network.move(1, by: 1))
    #expect(Graph.names(of: network.layers) == ["a", "relu1", "tanh1", "add1"])
    #expect(network.layers[3].inputs == ["a", "relu1"])
    #expect(!network.move(0, by: -1))
    #expect(!network.move(3, by: 1))
  }

  @Test func renamingFollowsInInputs() {
    var network = residual
    network.replace(at: 0, with: Layer(.linear(outputs: 4), name: "stem"))
    #expect(network.layers[3].inputs == ["stem", "relu2"])
  }

  @Test func unknownNamesStayAsTheyAre() {
    var network = residual
    network.layers[3].inputs = ["a", "nothing"]
    network.insert(Layer(.relu), at: 0)
    #expect(network.layers[4].inputs == ["a", "nothing"])
  }
}
