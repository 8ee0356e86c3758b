/// Every device has the whole model and part of the samples.
public struct DataParallel: StrategyConfiguration {
  /// How gradients are summed.
  public var exchange: ExchangeAlgorithm

  public init(exchange: ExchangeAlgorithm = .ring) {
    self.exchange = exchange
  }

  public static let kind = StrategyKind(
    name: "data", about: "every device has the whole model and part of the samples; gradients are summed",
    options: [
      .init(name: "exchange", values: ExchangeAlgorithm.words, about: ExchangeAlgorithm.about)
    ])

  public init(_ values: StrategyOptions) {
    self.init(exchange: values.word("exchange") ?? .ring)
  }

  public var strategy: Strategy { .data(self) }
  public var options: [String?] { [exchange.rawValue] }
}

extension Strategy {
  /// Data parallelism with a choice of exchange.
  public static func data(exchange: ExchangeAlgorithm) -> Strategy { .data(DataParallel(exchange: exchange)) }
}
