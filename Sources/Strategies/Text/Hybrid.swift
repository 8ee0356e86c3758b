/// Data parallelism below the first linear layer, model parallelism from there on (Krizhevsky 2014: "one weird trick").
public struct Hybrid: StrategyConfiguration {
  public var scheme: JunctionScheme
  /// Update the linear layers after every round, from that round's samples alone: their batch is smaller than the others'.
  public var variable: VariableBatch
  public var exchange: ExchangeAlgorithm

  public init(
    scheme: JunctionScheme = .c, variable: VariableBatch = .off, exchange: ExchangeAlgorithm = .ring
  ) {
    self.scheme = scheme
    self.variable = variable
    self.exchange = exchange
  }

  public static let kind = StrategyKind(
    name: "hybrid", about: "convolutions cut by samples, linear layers by outputs (one weird trick)",
    options: [
      .init(
        name: "scheme", values: JunctionScheme.words,
        about:
          "what meets at the first linear layer: a whole batch, b one device's samples in turn, c some of everyone's"),
      .init(
        name: "variable", values: VariableBatch.words,
        about: "on: linear layers are updated after every round of b and c (not what serial training does)"),
      .init(name: "exchange", values: ExchangeAlgorithm.words, about: ExchangeAlgorithm.about),
    ])

  public init(_ values: StrategyOptions) {
    self.init(
      scheme: values.word("scheme") ?? .c, variable: values.word("variable") ?? .off,
      exchange: values.word("exchange") ?? .ring)
  }

  public var strategy: Strategy { .hybrid(self) }
  public var options: [String?] {
    [
      scheme.rawValue, variable == .off ? nil : variable.rawValue,
      exchange == .ring ? nil : exchange.rawValue,
    ]
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

/// Whether linear layers are updated more often than the rest.
public enum VariableBatch: String, Hashable, Sendable, CaseIterable {
  case off
  case on
}
