import Networks
import Strategies
import Synchronization

/// Prices the choices of a table of layers on small pieces of the network: each layer with those that follow it, and each two
/// layers between which activations pass, compiled and simulated as networks of their own.
///
/// What a piece has at its ends and the network has not (its own loss, its own samples, no gradient of its input) is in the
/// price of a pair and in that of its layers, and cancels in the estimate. Equal pieces, as of repeated layers, are priced once.
final class LayerFragments: Sendable {
  private let table: LayerTableFamily
  private let judge: StrategyJudge
  /// Per node the axis whose layer it is or follows.
  private let owners: [Int]
  let pairs: [(first: Int, second: Int)]

  private struct Piece: Sendable {
    var family: LayerTableFamily
    var network: Network
  }

  private struct Key: Hashable {
    var network: Network
    var strategy: String
  }

  /// The piece of each axis, then of each pair; nil for one that cannot be cut out.
  private let pieces: [Piece?]
  private let prices = Mutex<[Key: Double?]>([:])

  init(_ table: LayerTableFamily, _ judge: StrategyJudge) {
    self.table = table
    self.judge = judge
    var owners: [Int] = []
    for node in table.graph.nodes {
      let own = table.layers.firstIndex { $0.index == node.index }
      owners.append(own ?? node.inputs.first { $0 >= 0 }.map { owners[$0] } ?? 0)
    }
    let read = table.graph.nodes.flatMap { node in
      node.inputs.filter { $0 >= 0 }.map { [owners[$0], owners[node.index]] }
    }
    pairs = Set(read).filter { $0[0] < $0[1] }.sorted { $0.lexicographicallyPrecedes($1) }.map { ($0[0], $0[1]) }
    self.owners = owners
    pieces = (table.layers.indices.map { [$0] } + pairs.map { [$0.first, $0.second] }).map {
      Self.piece(of: $0, table, owners)
    }
  }

  var source: PriceSource {
    let axes = table.layers.count
    return PriceSource(
      pairs: pairs,
      alone: { [self] axis, value in price(axis, [table.choices[axis][value]]) },
      together: { [self] pair, first, second in
        price(axes + pair, [table.choices[pairs[pair].first][first], table.choices[pairs[pair].second][second]])
      })
  }

  private func price(_ place: Int, _ splits: [Split]) -> Double? {
    guard let piece = pieces[place] else { return nil }
    let text = piece.family.text(splits)
    let key = Key(network: piece.network, strategy: text)
    if let known = prices.withLock({ $0[key] }) { return known }
    let seconds = (try? Strategy(parsing: text)).flatMap { judge.stepSeconds(of: piece.family.graph, $0) }
    prices.withLock { $0[key] = .some(seconds) }
    return seconds
  }

  /// The layers of some axes as a network. Whatever they read from elsewhere is the input, or a layer of the piece with the
  /// same shape.
  private static func piece(of axes: [Int], _ table: LayerTableFamily, _ owners: [Int]) -> Piece? {
    let nodes = table.graph.nodes
    guard let last = nodes.last(where: { owners[$0.index] == axes[axes.count - 1] }) else { return nil }
    // What nothing leads from to the end is not looked at.
    var needed: Set<Int> = [last.index]
    for node in nodes.reversed() where needed.contains(node.index) {
      needed.formUnion(node.inputs.filter { $0 >= 0 && axes.contains(owners[$0]) })
    }
    guard axes.allSatisfy({ needed.contains(table.layers[$0].index) }) else { return nil }
    var input: Shape?
    var names: [Int: String] = [:]
    var layers: [Layer] = []
    for node in nodes where needed.contains(node.index) {
      var inputs: [String] = []
      for (producer, shape) in zip(node.inputs, node.inputShapes) {
        if producer >= 0, let name = names[producer] {
          inputs.append(name)
        } else if input == nil || input == shape {
          input = shape
          inputs.append("input")
        } else if let other = nodes.last(where: { names[$0.index] != nil && $0.outputShape == shape }) {
          inputs.append(names[other.index] ?? "input")
        } else {
          return nil
        }
      }
      let name = "layer\(layers.count)"
      names[node.index] = name
      layers.append(Layer(node.kind, name: name, inputs: inputs))
    }
    if last.outputShape.height * last.outputShape.width > 1 { layers.append(Layer(.flatten, name: "end")) }
    let network = Network(input: input ?? table.graph.input, layers: layers, loss: table.graph.loss)
    guard let graph = try? Graph(network) else { return nil }
    let chosen = axes.compactMap { names[table.layers[$0].index] }
    let family = LayerTableFamily(
      graph, batch: table.batch, devices: table.devices, layers: chosen.compactMap { graph.node(named: $0) },
      choices: axes.map { table.choices[$0] })
    return Piece(family: family, network: network)
  }
}
