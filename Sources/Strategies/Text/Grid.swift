/// Samples over the columns of a grid of devices, every layer over its rows (Gholami et al. 2018: integrated batch, model and
/// domain parallelism, "1.5D").
public struct Grid: StrategyConfiguration {
  /// Devices that share one group of samples; nil is chosen near the square root of the devices.
  public var rows: Int?
  /// Groups of samples; nil takes what the rows leave.
  public var columns: Int?
  /// What the rows cut: with `h` or `w` the model's place is taken by the images' domain.
  public var split: ModelSplit
  public var exchange: ExchangeAlgorithm
  /// What devices with the same parameters keep only a part of.
  public var shard: StateSharding
  /// How gradients are put together and when they are exchanged.
  public var buckets: GradientBuckets

  public init(
    rows: Int? = nil, columns: Int? = nil, split: ModelSplit = .k, exchange: ExchangeAlgorithm = .ring,
    shard: StateSharding = .none, buckets: GradientBuckets = GradientBuckets()
  ) {
    self.rows = rows
    self.columns = columns
    self.split = split
    self.exchange = exchange
    self.shard = shard
    self.buckets = buckets
  }

  public static let kind = StrategyKind(
    name: "grid", about: "rows of devices share a layer, columns share the samples (1.5D)",
    options: [
      .init(name: "rows", values: .count(automatic: "near a square"), about: "devices that share a layer"),
      .init(name: "columns", values: .count(automatic: "what the rows leave"), about: "groups of samples"),
      .init(name: "split", values: ModelSplit.words, about: "what the rows cut: " + ModelSplit.about),
      .init(name: "exchange", values: ExchangeAlgorithm.words, about: ExchangeAlgorithm.about),
    ] + GradientBuckets.options + [.init(name: "shard", values: StateSharding.words, about: StateSharding.about)])

  public init(_ values: StrategyOptions) {
    self.init(
      rows: values.count("rows"), columns: values.count("columns"), split: values.word("split") ?? .k,
      exchange: values.word("exchange") ?? .ring, shard: values.word("shard") ?? .none,
      buckets: GradientBuckets(values))
  }

  public var strategy: Strategy { .grid(self) }
  public var options: [String?] {
    [
      rows.map(String.init), columns.map(String.init), split.rawValue,
      exchange == .ring ? nil : exchange.rawValue,
    ] + buckets.texts + [shard == .none ? nil : shard.rawValue]
  }
}
