import Programs

extension Collective.Kind {
  /// `all-reduce`, as people write it.
  public var text: String {
    switch self {
    case .allReduce: "all-reduce"
    case .allGather: "all-gather"
    case .reduceScatter: "reduce-scatter"
    case .reduce: "reduce"
    case .broadcast: "broadcast"
    case .exchange: "exchange"
    }
  }
}
