/// Every device has a part of every layer and all samples.
public struct ModelParallel: StrategyConfiguration {
  public var split: ModelSplit
  /// How activations are gathered and scattered.
  public var exchange: ScatterAlgorithm

  public init(split: ModelSplit = .k, exchange: ScatterAlgorithm = .direct) {
    self.split = split
    self.exchange = exchange
  }

  public static let kind = StrategyKind(
    name: "model", about: "every device has some channels of every layer and all samples; activations travel",
    options: [
      .init(
        name: "split", values: ModelSplit.words,
        about: "what is cut: " + ModelSplit.about),
      .init(name: "exchange", values: ScatterAlgorithm.words, about: ScatterAlgorithm.about),
    ])

  public init(_ values: StrategyOptions) {
    self.init(split: values.word("split") ?? .k, exchange: values.word("exchange") ?? .direct)
  }

  public var strategy: Strategy { .model(self) }
  public var options: [String?] { [split.rawValue, exchange == .direct ? nil : exchange.rawValue] }
}

/// The dimension by which `model(…)` cuts layers.
public enum ModelSplit: String, Hashable, Sendable, CaseIterable {
  /// Output channels or neurons.
  case k
  /// Input channels or neurons: partial sums that are scattered over the devices.
  case c
  /// Rows of images, with halos; feature vectors by `k`.
  case h
  /// Columns of images, with halos; feature vectors by `k`.
  case w
  /// One layer by outputs, the next by inputs, so that nothing travels between the two (Shoeybi et al. 2019).
  case pairs

  static let about = "k outputs, c inputs (partial sums), h rows or w columns of images, pairs of k then c"
}

extension Strategy {
  /// Model parallelism along a dimension.
  public static func model(split: ModelSplit, exchange: ScatterAlgorithm = .direct) -> Strategy {
    .model(ModelParallel(split: split, exchange: exchange))
  }
}
