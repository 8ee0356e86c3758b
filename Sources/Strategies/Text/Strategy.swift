/// A partitioning strategy as people name it. `description` is the strategy text; ``init(parsing:)`` reads it back.
public enum Strategy: Hashable, Sendable, CustomStringConvertible {
  /// One device does everything.
  case serial
  case data(DataParallel = DataParallel())
  case model(ModelParallel = ModelParallel())
  case pipeline(PipelineParallel = PipelineParallel())
  case mesh(Mesh = Mesh())
  case grid(Grid = Grid())
  case hybrid(Hybrid = Hybrid())
  case cannon(CannonParallel = CannonParallel())
  case summa(SummaParallel = SummaParallel())
  case redundant(RedundantParallel = RedundantParallel())
  case tree(TreeParallel = TreeParallel())
  /// Every layer as its line says: full control.
  case layers(LayerTable)

  /// The kinds with options, in the order of menus.
  static let configurations: [any StrategyConfiguration.Type] = [
    DataParallel.self, ModelParallel.self, PipelineParallel.self, Mesh.self, Grid.self, Hybrid.self,
    CannonParallel.self, SummaParallel.self, RedundantParallel.self,
    TreeParallel.self,
  ]

  public var description: String {
    switch self {
    case .serial: "serial"
    case .data(let configuration): configuration.description
    case .model(let configuration): configuration.description
    case .pipeline(let configuration): configuration.description
    case .mesh(let configuration): configuration.description
    case .grid(let configuration): configuration.description
    case .hybrid(let configuration): configuration.description
    case .cannon(let configuration): configuration.description
    case .summa(let configuration): configuration.description
    case .redundant(let configuration): configuration.description
    case .tree(let configuration): configuration.description
    case .layers(let table): table.description
    }
  }
}
