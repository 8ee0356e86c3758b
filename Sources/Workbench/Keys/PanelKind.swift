/// The six panels of the workbench, in the order of their numbers on screen.
public enum PanelKind: Int, CaseIterable, Hashable, Sendable {
  case network, strategy, timeline, devices, communication, learning

  /// What stands in the panel's frame; also its context in the table of keys.
  public var title: String {
    switch self {
    case .network: "Network"
    case .strategy: "Strategy"
    case .timeline: "Timeline"
    case .devices: "Devices"
    case .communication: "Communication"
    case .learning: "Learning"
    }
  }

  /// The key that jumps to it.
  public var number: Int { rawValue + 1 }

  /// Whether the scene is edited here.
  public var isEditor: Bool { self == .network || self == .strategy }
}
