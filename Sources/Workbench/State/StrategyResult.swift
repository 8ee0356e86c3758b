import Scenes
import Strategies

/// What the strategy panel shows below, or beside, its settings.
public enum StrategyResult: Hashable, Sendable {
  /// What the compiler makes of them: bytes, memory, splits, schedule.
  case plan
  /// Who holds which box of the layer that is selected in the network panel.
  case owners
  /// The schedule as a table of slots.
  case slots
}

extension WorkbenchState {
  /// Shows the owners in a strategy panel that fills the screen, or goes back to the plan.
  mutating func toggleOwners() { toggle(.owners) }

  /// Shows the schedule in slots in a strategy panel that fills the screen, or goes back to the plan.
  mutating func toggleSlots() { toggle(.slots) }

  private mutating func toggle(_ result: StrategyResult) {
    let isShown = strategyResult == result && focus == .strategy
    strategyResult = isShown ? .plan : result
    isExpanded = !isShown
    focus(.strategy)
    ownershipScroll = 0
  }

  /// Goes to another layer and shows its owners.
  mutating func showLayer(_ change: Int) {
    let count = scene.network.layers.count
    guard count > 0 else { return }
    let layer = (selectedLayer ?? (change > 0 ? -1 : count)) + change
    networkLine = min(max(0, layer), count - 1) + 1
    ownershipScroll = 0
  }

  /// Follows edits and the selection: the owners are read from the program again when either changed.
  mutating func refreshOwners() {
    guard strategyResult == .owners, let plan = compilation.plan else { return }
    let nodes = plan.program.graph.nodes
    guard let wanted = selectedLayer ?? nodes.indices.first, nodes.indices.contains(wanted) else {
      owners = nil
      return
    }
    if let owners, owners.scene == plan.scene, owners.layer.node.index == wanted { return }
    owners = (plan.scene, LayerOwnership(plan.program, node: wanted), nodes.map(\.name))
  }

  /// Follows edits: the slots are counted again when the scene changed.
  mutating func refreshSlots() {
    guard strategyResult == .slots, let plan = compilation.plan else { return }
    if let slots, slots.scene == plan.scene { return }
    slots = ScheduleFacts(plan.program).map { (plan.scene, $0) }
  }

  /// Whether a picture stands in place of the plan.
  private var hasPicture: Bool {
    switch strategyResult {
    case .plan: false
    case .owners: owners != nil
    case .slots: slots != nil
    }
  }

  /// Where a mark moves in the picture: lines of it by pages.
  mutating func scrollPicture(_ action: WorkbenchAction) -> Bool {
    guard focus == .strategy, hasPicture else { return false }
    switch action {
    case .pageUp: ownershipScroll = max(0, ownershipScroll - max(1, size.height / 2))
    case .pageDown: ownershipScroll += max(1, size.height / 2)
    default: return false
    }
    ownershipScroll = min(ownershipScroll, 1000)
    return true
  }
}
