/// Model parallelism by outputs with redundant computation, to communicate less or more simply: reconstructions after Müller
/// and Gunzinger 1994 (ICNN), whose text was not at hand.
public struct RedundantParallel: StrategyConfiguration {
  public var construction: RedundantConstruction
  /// How many devices compute each block in construction a; nil is two.
  public var copies: Int?

  public init(construction: RedundantConstruction = .overlappedBlocks, copies: Int? = nil) {
    self.construction = construction
    self.copies = copies
  }

  public static let kind = StrategyKind(
    name: "redundant",
    about:
      "devices compute more to communicate less; reconstructed after Müller and Gunzinger 1994, for slow links only",
    options: [
      .init(
        name: "construction", values: RedundantConstruction.words,
        about: "a: blocks of neurons overlap; b: weights into and out of each neuron, so that nothing is summed"),
      .init(
        name: "copies", values: .count(automatic: "two"), about: "devices that compute each block in construction a"),
    ])

  public init(_ values: StrategyOptions) {
    self.init(construction: values.word("construction") ?? .overlappedBlocks, copies: values.count("copies"))
  }

  public var strategy: Strategy { .redundant(self) }
  public var options: [String?] { [construction.rawValue, copies.map(String.init)] }
}

/// What is computed or held more than once.
public enum RedundantConstruction: String, Hashable, Sendable, CaseIterable {
  /// Device i computes blocks i, i+1, … of a layer's outputs, and fetches only the others.
  case overlappedBlocks = "a"
  /// Device i holds the weights into and out of its neurons: ``LayerAlgorithm/fan``.
  case fan = "b"
}
