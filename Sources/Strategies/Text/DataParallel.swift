import Networks

/// Every device has the whole model and part of the samples.
public struct DataParallel: StrategyConfiguration {
  /// How gradients are summed.
  public var exchange: ExchangeAlgorithm
  /// What each device keeps only a part of.
  public var shard: StateSharding
  /// Which samples share batch normalisation's statistics.
  public var statistics: BatchStatistics
  /// How gradients are put together and when they are exchanged.
  public var buckets: GradientBuckets

  public init(
    exchange: ExchangeAlgorithm = .ring, shard: StateSharding = .none, statistics: BatchStatistics = .local,
    buckets: GradientBuckets = GradientBuckets()
  ) {
    self.exchange = exchange
    self.shard = shard
    self.statistics = statistics
    self.buckets = buckets
  }

  public static let kind = StrategyKind(
    name: "data", about: "every device has the whole model and part of the samples; gradients are summed",
    options: [
      .init(name: "exchange", values: ExchangeAlgorithm.words, about: ExchangeAlgorithm.about)
    ] + GradientBuckets.options + [
      .init(name: "shard", values: StateSharding.words, about: StateSharding.about),
      .init(
        name: "statistics", values: BatchStatistics.Kind.words,
        about: "batch normalisation over each device's samples, over all, or over ghost groups of a fixed size"),
      .init(
        name: "ghost", values: .count(SizeLimit.batch, automatic: "\(BatchStatistics.usualGhostSize)"),
        about: "samples of a ghost group, the same for any number of devices"),
    ])

  public init(_ values: StrategyOptions) {
    self.init(
      exchange: values.word("exchange") ?? .ring, shard: values.word("shard") ?? .none,
      statistics: BatchStatistics(kind: values.word("statistics"), ghostSize: values.count("ghost")),
      buckets: GradientBuckets(values))
  }

  public var strategy: Strategy { .data(self) }
  public var options: [String?] {
    [exchange.rawValue] + buckets.texts + [
      shard == .none ? nil : shard.rawValue,
      statistics == .local ? nil : statistics.kind.rawValue, statistics.ghostSize.map(String.init),
    ]
  }
}

extension Strategy {
  /// Data parallelism with a choice of exchange and of what is sharded.
  public static func data(exchange: ExchangeAlgorithm, shard: StateSharding = .none) -> Strategy {
    .data(DataParallel(exchange: exchange, shard: shard))
  }

  /// Data parallelism around a ring with sharded states.
  public static func data(shard: StateSharding) -> Strategy { .data(DataParallel(shard: shard)) }
}
