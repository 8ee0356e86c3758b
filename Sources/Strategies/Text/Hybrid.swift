/// Data parallelism below the first linear layer, model parallelism from there on (Krizhevsky 2014: "one weird trick").
public struct Hybrid: StrategyConfiguration {
  public var scheme: JunctionScheme
  /// Update the linear layers after every round, from that round's samples alone: their batch is smaller than the others'.
  public var variable: Switch
  public var exchange: ExchangeAlgorithm
  /// How gradients are put together and when they are exchanged.
  public var buckets: GradientBuckets

  public init(
    scheme: JunctionScheme = .c, variable: Switch = .off, exchange: ExchangeAlgorithm = .ring,
    buckets: GradientBuckets = GradientBuckets()
  ) {
    self.scheme = scheme
    self.variable = variable
    self.exchange = exchange
    self.buckets = buckets
  }

  public static let kind = StrategyKind(
    name: "hybrid", about: "convolutions cut by samples, linear layers by outputs (one weird trick)",
    options: [
      .init(
        name: "scheme", values: JunctionScheme.words,
        about:
          "what meets at the first linear layer: a whole batch, b one device's samples in turn, c some of everyone's"),
      .init(
        name: "variable", values: Switch.words,
        about: "on: linear layers are updated after every round of b and c (not what serial training does)"),
      .init(name: "exchange", values: ExchangeAlgorithm.words, about: ExchangeAlgorithm.about),
    ] + GradientBuckets.options)

  public init(_ values: StrategyOptions) {
    self.init(
      scheme: values.word("scheme") ?? .c, variable: values.word("variable") ?? .off,
      exchange: values.word("exchange") ?? .ring, buckets: GradientBuckets(values))
  }

  public var strategy: Strategy { .hybrid(self) }
  public var options: [String?] {
    [
      scheme.rawValue, variable == .off ? nil : variable.rawValue,
      exchange == .ring ? nil : exchange.rawValue,
    ] + buckets.texts
  }
}

/// How activations come together where data parallelism ends and model parallelism begins (Krizhevsky 2014, section 4).
public enum JunctionScheme: String, Hashable, Sendable, CaseIterable {
  /// As many rounds as devices: in each, every device gives the same share of its samples.
  case c
  /// As many rounds as devices: in each, one device gives all of its samples.
  case b
  /// Everyone sends everything to everyone: one round of the whole batch.
  case a
}
