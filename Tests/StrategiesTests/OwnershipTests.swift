import Networks
import Programs
import Testing

@testable import Strategies

/// Who holds what, as the compiled program says.
@Suite struct OwnershipTests {
  /// Two convolutions, a pool with stride, and linear layers.
  static let images = try! Graph(
    Network(
      input: .image(channels: 2, height: 8, width: 6),
      layers: [
        Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)))),
        Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.relu),
        Layer(.maxPool(Window(kernel: Extent(3), stride: Extent(2), padding: Edges(1)))), Layer(.flatten),
        Layer(.linear(outputs: 6)), Layer(.linear(outputs: 3)),
      ]))

  private func program(_ text: String, devices: Int, microbatches: Int? = nil, graph: Graph = images) throws -> Program
  {
    let settings = TrainingSettings(
      batch: 12, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    return try Compiler(graph: graph, training: settings, devices: devices, microbatches: microbatches)
      .compile(Strategy(parsing: text))
  }

  private func layer(_ name: String, _ text: String, devices: Int, microbatches: Int? = nil) throws -> LayerOwnership {
    let program = try program(text, devices: devices, microbatches: microbatches)
    return LayerOwnership(program, node: try #require(program.graph.node(named: name)).index)
  }

  @Test func rowsBringAHaloFromEachNeighbour() throws {
    let conv = try layer("conv2", "model(split=h)", devices: 4)
    #expect(conv.parts.map(\.output.h) == [0..<2, 2..<4, 4..<6, 6..<8])
    let middle = conv.parts[1].inputs[0]
    #expect(middle.needed.h == 1..<5)
    #expect(middle.own.map(\.h) == [2..<4])
    #expect(middle.fetched.map(\.from) == [0, 2])
    #expect(middle.fetched.map(\.box.h) == [1..<2, 4..<5])
    #expect(conv.parts[0].inputs[0].padding == Edges(top: 1, left: 1, bottom: 0, right: 1))
    #expect(conv.halo == Edges(top: 1, left: 0, bottom: 1, right: 0))
    #expect(conv.haloText == "1 row above, 1 below")
    #expect(conv.splitText == "h=4")
    // One row of all four channels of every sample, from two neighbours.
    #expect(conv.mostFetchedWords == 2 * 4 * 6 * 12)
    // Every filter is everywhere, so everyone adds up its gradient.
    #expect(conv.held.allSatisfy { conv.node.parameters[$0.ordinal].count == $0.count })
    #expect(conv.reductions == [[0, 1, 2, 3]])
  }

  @Test func aPoolWithStrideFetchesFromOneSide() throws {
    let pool = try layer("maxPool1", "model(split=h)", devices: 2)
    #expect(pool.parts.map(\.output.h) == [0..<2, 2..<4])
    #expect(pool.parts[0].inputs[0].fetched.isEmpty)
    #expect(pool.parts[1].inputs[0].fetched.map(\.box.h) == [3..<4])
    #expect(pool.haloText == "1 row above")
    #expect(pool.held.isEmpty && pool.reductions.isEmpty)
  }

  @Test func outputChannelsCutTheWeightsAndNobodyReduces() throws {
    let linear = try layer("linear1", "model(split=k)", devices: 4)
    // Six outputs for four devices: uneven.
    #expect(linear.parts.map(\.output.k) == [0..<1, 1..<3, 3..<4, 4..<6])
    #expect(linear.held.filter { $0.ordinal == 0 }.map { $0.ranges[0] } == linear.parts.map(\.output.k))
    #expect(linear.reductions.isEmpty)
    #expect(linear.splitText == "k=4")
    #expect((0..<4).map { linear.heldWords(on: $0) }.reduce(0, +) == linear.node.parameters.reduce(0) { $0 + $1.count })
    // Everyone needs all inputs and has a quarter of them.
    let words = linear.node.inputShapes[0].count * 12
    #expect(linear.parts.map { $0.inputs[0].fetchedWords } == Array(repeating: words * 3 / 4, count: 4))
  }

  @Test func inputChannelsCutTheSum() throws {
    let linear = try layer("linear1", "model(split=c)", devices: 3)
    #expect(linear.parts.map(\.summand) == [0, 1, 2])
    #expect(linear.parts.allSatisfy { $0.summands == 3 && $0.output.k == 0..<6 })
    let inputs = linear.node.inputShapes[0].channels
    #expect(linear.parts.map(\.summed) == (0..<3).map { (0..<inputs).cut($0, of: 3) })
    #expect(linear.splitText == "c=3")
    // The next layer adds up the partial sums of others.
    let next = try layer("linear2", "model(split=c)", devices: 3)
    #expect(next.parts[0].inputs[0].fetched.map(\.from) == [1, 2])
  }

  @Test func samplesAreSharedAndGradientsAddedUp() throws {
    let conv = try layer("conv1", "data", devices: 5)
    #expect(conv.parts.map(\.output.n) == (0..<5).map { (0..<12).cut($0, of: 5) })
    #expect(conv.reductions == [[0, 1, 2, 3, 4]])
    #expect(conv.mostFetchedWords == 0 && conv.haloText.isEmpty)
    #expect(conv.interest == 1)
  }

  /// Splits that change from layer to layer: the receiving layer fetches what it lacks.
  @Test func aTableReSharesBetweenLayers() throws {
    let table = """
      conv1   n=2 h=2 | 0 1 2 3
      conv2   k=2     | 0 1 2 3
      flatten1 n=4    | 0 1 2 3
      linear1 c=2     | 2 3
      linear2 n=1     | 1
      """
    let program = try program(table, devices: 4)
    let all = LayerOwnership.all(program)
    #expect(all.map(\.splitText).prefix(2) == ["n=2 h=2", "k=2 ×2"])
    for layer in all {
      for part in layer.parts {
        for input in part.inputs where input.producer >= 0 {
          let summands = Set(all[input.producer].parts.map(\.summand)).count
          // Every word comes from one place, of partial sums one word of each.
          let words = input.own.reduce(0) { $0 + $1.count } + input.fetchedWords
          #expect(words == input.needed.count * summands, "\(layer.node.name) on \(part.device)")
          #expect(input.fetched.allSatisfy { $0.from != part.device })
        }
      }
    }
    let linear = all[5]
    #expect(linear.devices == [2, 3])
    #expect(LayerOwnership(program, node: 5) == linear)
  }

  /// What is drawn as fetched is what travels: no word more, none less.
  @Test(arguments: ["model(split=h)", "model(split=w)", "model(split=k)", "model(split=c)", "data"])
  func fetchedWordsAreTheMessages(text: String) throws {
    let program = try program(text, devices: 3)
    // Every layer here has one reader, but for the last, which the loss reads.
    let layers = LayerOwnership.all(program)
    for layer in layers where layer.node.index < layers.count - 1 {
      let sent = program.messages.entries.filter { $0.node == layer.node.index && $0.purpose == .activations }
      let fetched = layers[layer.node.index + 1].parts.flatMap(\.inputs).reduce(0) { $0 + $1.fetchedWords }
      #expect(sent.reduce(0) { $0 + $1.words } == fetched, "\(layer.node.name)")
    }
  }

  @Test func aPipelineHoldsWholeLayers() throws {
    let program = try program("pipeline(schedule=gpipe)", devices: 3, microbatches: 4)
    for layer in LayerOwnership.all(program) {
      #expect(layer.devices.count == 1)
      #expect(layer.splitText == "whole")
      #expect(layer.parts.map(\.microbatch) == [0, 1, 2, 3])
      #expect(layer.parts.filter { !$0.inputs.isEmpty }.count == 1)
    }
  }

  @Test func theMostInterestingLayerHasAHalo() throws {
    #expect(LayerOwnership.all(try program("model(split=h)", devices: 4)).mostInteresting?.node.name == "conv2")
    #expect(LayerOwnership.all(try program("data", devices: 4)).mostInteresting?.node.name == "conv1")
    #expect([LayerOwnership]().mostInteresting == nil)
  }

  @Test func devicesAreListedAsRanges() {
    #expect(LayerOwnership.list([3, 0, 1, 2, 7, 9, 10]) == "0-3,7,9,10")
    #expect(LayerOwnership.list([Int]()) == "")
  }

  /// In Cannon's algorithm every device adds up its own box of the output; nothing is a partial sum.
  @Test func travellingBlocksAreNoSummands() throws {
    let program = try program("cannon", devices: 4, graph: SampleNetworks.perceptron)
    let cannon = LayerOwnership.all(program).filter { $0.parts.contains(where: \.addsTravellingBlocks) }
    #expect(!cannon.isEmpty)
    for layer in cannon {
      #expect(layer.parts.allSatisfy { $0.summands == 1 && $0.inputs.isEmpty })
      #expect(layer.parts.count == 4)
      let words = layer.parts.reduce(0) { $0 + $1.output.count }
      #expect(words == 12 * layer.node.outputShape.count)
    }
  }
}
