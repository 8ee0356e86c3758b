/// Every device has the whole model and part of the samples.
public struct DataParallel: StrategyConfiguration {
  /// How gradients are summed.
  public var exchange: ExchangeAlgorithm
  /// What each device keeps only a part of.
  public var shard: StateSharding

  public init(exchange: ExchangeAlgorithm = .ring, shard: StateSharding = .none) {
    self.exchange = exchange
    self.shard = shard
  }

  public static let kind = StrategyKind(
    name: "data", about: "every device has the whole model and part of the samples; gradients are summed",
    options: [
      .init(name: "exchange", values: ExchangeAlgorithm.words, about: ExchangeAlgorithm.about),
      .init(name: "shard", values: StateSharding.words, about: StateSharding.about),
    ])

  public init(_ values: StrategyOptions) {
    self.init(exchange: values.word("exchange") ?? .ring, shard: values.word("shard") ?? .none)
  }

  public var strategy: Strategy { .data(self) }
  public var options: [String?] { [exchange.rawValue, shard == .none ? nil : shard.rawValue] }
}

extension Strategy {
  /// Data parallelism with a choice of exchange and of what is sharded.
  public static func data(exchange: ExchangeAlgorithm, shard: StateSharding = .none) -> Strategy {
    .data(DataParallel(exchange: exchange, shard: shard))
  }

  /// Data parallelism around a ring with sharded states.
  public static func data(shard: StateSharding) -> Strategy { .data(DataParallel(shard: shard)) }
}
