import Checkpoints
import Networks

/// The parameters whose gradient is zero in exact arithmetic, so that what a run computed for it is rounding.
///
/// A bias before batch normalisation is the usual one: the mean takes it out again. An optimizer that divides by a gradient's size
/// (``Networks/Optimizer/dividesByGradientSize``) makes full steps of such rounding, in directions that depend on the order of
/// sums, and nothing but the running mean behind the bias follows. Two correct runs differ in these parameters by as much as they
/// moved; to compare them says nothing.
struct RoundingNoise {
  /// A gradient below this share of the network's largest one, and below ``layerShare`` of its layer's, is rounding: float32 sums
  /// of a few thousand terms that cancel leave 1e-6 of the terms' size.
  static let networkShare = 1e-5
  static let layerShare = 1e-3

  /// By the array's name, the positions that are left out.
  private let positions: [String: Set<Int>]

  /// How many parameters are left out.
  var count: Int { positions.values.reduce(0) { $0 + $1.count } }

  /// Judges the last step's gradients of a run that is taken to be right.
  init(gradients: [NamedTensor], of graph: Graph) {
    let arrays = Dictionary(gradients.map { ($0.name, $0) }) { first, _ in first }
    let largest = gradients.reduce(0) { max($0, $1.largestMagnitude) }
    var positions: [String: Set<Int>] = [:]
    var isNoisy = Set<Int>()
    for node in graph.nodes {
      let own = node.parameters.filter(\.isLearned).compactMap { arrays[$0.name] }
      let ofLayer = own.reduce(0) { max($0, $1.largestMagnitude) }
      let limit = min(Self.networkShare * largest, Self.layerShare * ofLayer)
      for array in own {
        // A zero among gradients is a zero of every run, but among rounding it is one by chance.
        let isNoise = 0 < array.largestMagnitude && array.largestMagnitude <= limit
        let found = array.values.indices.filter {
          isNoise || array.values[$0] != 0 && abs(Double(array.values[$0])) <= limit
        }
        guard !found.isEmpty else { continue }
        positions[array.name] = Set(found)
        if node.parameters.contains(where: { $0.name == array.name && $0.role == .bias }) { isNoisy.insert(node.index) }
      }
    }
    for node in graph.nodes where Self.follows(node, any: isNoisy, in: graph) {
      for mean in node.parameters where mean.role == .runningMean { positions[mean.name] = Set(0..<mean.count) }
    }
    self.positions = positions
  }

  /// A model without what is left out.
  func removed(from tensors: [NamedTensor]) -> [NamedTensor] {
    tensors.map { tensor in
      guard let left = positions[tensor.name] else { return tensor }
      let kept = tensor.values.indices.filter { !left.contains($0) }.map { tensor.values[$0] }
      return NamedTensor(name: tensor.name, shape: [kept.count], values: kept)
    }
  }

  /// True where a shift of such a bias reaches the node's input: nothing that learns, and so could take it out, is in between.
  private static func follows(_ node: Graph.Node, any sources: Set<Int>, in graph: Graph) -> Bool {
    node.inputs.contains { input in
      guard input != Graph.networkInput else { return false }
      if sources.contains(input) { return true }
      let producer = graph.nodes[input]
      return !producer.parameters.contains(where: \.isLearned) && follows(producer, any: sources, in: graph)
    }
  }
}

extension NamedTensor {
  /// The largest absolute value; 0 for no values.
  var largestMagnitude: Double { values.reduce(0) { max($0, abs(Double($1))) } }
}
