/// What devices that hold the same parameters keep only 1/P of (ZeRO: Rajbhandari et al. 2020).
public enum StateSharding: String, Hashable, Sendable, CaseIterable {
  /// Nothing: every device has all of everything.
  case none
  /// Stage 1: the optimizer's states. Each device updates its part and gives it to the others.
  case optimizer
  /// Stage 2: gradients too. A layer's gradient is scattered as soon as it is computed.
  case gradients
  /// Stage 3: parameters too. A layer's parameters are gathered when it needs them and dropped afterwards.
  case parameters

  static let about = "what devices keep only a part of (ZeRO 1 to 3): more of it saves memory, parameters cost traffic"

  /// Whether gradients are exchanged layer by layer in backward.
  var isByLayer: Bool { self == .gradients || self == .parameters }
}

/// Words of training state that one device of a group keeps, in closed form.
///
/// With P devices, layers of n₁ … n_L words and s words of optimizer state per parameter. A layer's shard is its nearly equal
/// part of 1/P; S is their sum.
///
/// | shard | parameters | gradients | optimizer |
/// | --- | --- | --- | --- |
/// | none | n | n | s·n |
/// | optimizer | n | n | s·n/P |
/// | gradients | n | S | s·S |
/// | parameters | S | S | s·S |
///
/// While a step runs, two neighbouring layers are whole at a time where only shards persist: one in use, one on its way.
public struct StateMemory: Hashable, Sendable {
  /// Words that persist from step to step.
  public var parameters: Int
  public var gradients: Int
  public var optimizer: Int
  /// Words at the peak of a step.
  public var peakParameters: Int
  public var peakGradients: Int

  /// - Parameters:
  ///   - layers: Learned words of each layer that has any, in order.
  ///   - states: Words of optimizer state per parameter (`Optimizer.stateCount`).
  public init(layers: [Int], shard: StateSharding, peers: Int, rank: Int, states: Int) {
    func part(_ words: Int) -> Int { (0..<words).cut(rank, of: peers).count }
    let whole = layers.reduce(0, +)
    let shards = layers.reduce(0) { $0 + part($1) }
    let pair = zip(layers, layers.dropFirst()).map(+).max() ?? layers.first ?? 0
    let shard = peers > 1 ? shard : .none
    parameters = shard == .parameters ? shards : whole
    gradients = shard.isByLayer ? shards : whole
    optimizer = states * (shard == .none ? whole : shard == .optimizer ? part(whole) : shards)
    peakParameters = shard == .parameters ? shards + pair : whole
    peakGradients = shard.isByLayer ? shards + pair : whole
  }
}
