import Networks
import Strategies
import Synchronization

/// Prices the choices of a table of layers on small pieces of the network: each layer with those that follow it, and each two
/// layers between which activations pass, compiled and simulated as networks of their own.
///
/// The first axis is the exchange of gradients: it changes what each layer takes, whatever its neighbours do.
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

  /// With an axis for the exchange of gradients in front of those of the layers.
  var source: PriceSource {
    let layers = table.layers.indices
    let exchanges = LayerTableFamily.exchanges(devices: table.devices)
    return PriceSource(
      pairs: layers.map { (0, $0 + 1) } + pairs.map { ($0.first + 1, $0.second + 1) },
      alone: { [self] axis, value in
        axis == 0 ? 0 : price(axis - 1, [table.choices[axis - 1][value]], .ring)
      },
      together: { [self] pair, first, second in
        if pair < layers.count { return price(pair, [table.choices[pair][second]], exchanges[first]) }
        let (one, other) = pairs[pair - layers.count]
        return price(pair, [table.choices[one][first], table.choices[other][second]], .ring)
      })
  }

  /// - Parameter place: of a layer, then of a pair.
  private func price(_ place: Int, _ splits: [Split], _ exchange: ExchangeAlgorithm) -> Double? {
    guard let piece = pieces[place] else { return nil }
    let text = piece.family.text(splits, exchange: exchange)
    let key = Key(network: piece.network, strategy: text)
    if let known = prices.withLock({ $0[key] }) { return known }
    let seconds = (try? Strategy(parsing: text)).flatMap {
      judge.stepSeconds(of: piece.family.graph, Candidate($0, microbatches: table.microbatches))
    }
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
      graph, batch: table.batch, microbatches: table.microbatches, devices: table.devices,
      layers: chosen.compactMap { graph.node(named: $0) },
      choices: axes.map { table.choices[$0] })
    return Piece(family: family, network: network)
  }
}
