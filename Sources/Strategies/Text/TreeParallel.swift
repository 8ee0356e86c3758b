/// Every device has a head of the network's tree, or several; what the heads share is on the first device or on all
/// (Lee et al. 2015).
public struct TreeParallel: StrategyConfiguration {
  /// Where the trunk is.
  public enum Trunk: String, Hashable, Sendable, CaseIterable {
    /// On device 0, which sends its output to the other heads and gets their gradients: 2·B·|a| words per head elsewhere.
    case single
    /// On every device for a part of the samples, with its gradients summed.
    case replicated
  }

  public var trunk: Trunk

  public init(trunk: Trunk = .single) {
    self.trunk = trunk
  }

  public static let kind = StrategyKind(
    name: "tree", about: "every device has a head of the network's tree; heads exchange nothing",
    options: [
      .init(
        name: "trunk", values: Trunk.words,
        about: "what heads share: single on device 0, or replicated on all, by samples")
    ])

  public init(_ values: StrategyOptions) {
    self.init(trunk: values.word("trunk") ?? .single)
  }

  public var strategy: Strategy { .tree(self) }
  public var options: [String?] { [trunk.rawValue] }
}

extension Strategy {
  /// The heads of a tree on different devices, with a choice of where the trunk is.
  public static func tree(trunk: TreeParallel.Trunk) -> Strategy { .tree(TreeParallel(trunk: trunk)) }
}
