/// Linear layers by Cannon's algorithm on a square of devices.
public struct CannonParallel: StrategyConfiguration {
  public init() {}

  public static let kind = StrategyKind(
    name: "cannon",
    about: "linear layers on q×q devices: blocks of weights and activations travel around, neither is replicated",
    options: [])

  public init(_ values: StrategyOptions) { self.init() }

  public var strategy: Strategy { .cannon(self) }
  public var options: [String?] { [] }
}
