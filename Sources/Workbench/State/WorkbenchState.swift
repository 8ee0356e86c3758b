import Networks
import Scenes
import Screens
import Strategies
import Traces

/// Everything that the workbench shows: a value. Messages change it (``update(_:)``), drawing reads it
/// (``draw(into:)``).
public struct WorkbenchState: Sendable {
  /// A scene that comes with the program, as the menu lists it.
  public struct Preset: Hashable, Sendable {
    public var name: String
    public var about: String

    public init(name: String, about: String) {
      self.name = name
      self.about = about
    }
  }

  /// The scene on screen, as edited.
  public internal(set) var scene: Scene
  /// The scene as it was loaded or saved last; nil where it never was.
  public internal(set) var savedScene: Scene?
  /// The file that the scene was loaded from or saved to; nil for a preset.
  public internal(set) var path: String?
  /// What earlier workbenches left unsaved.
  public internal(set) var keptEdits: [KeptEdits]
  public internal(set) var history = EditHistory()
  /// What the compiler says about ``scene``, or while it works (``isCompiling``) about an earlier one.
  public internal(set) var compilation: Compilation
  /// Whether ``scene`` is being compiled.
  public internal(set) var isCompiling = false
  /// Whether that takes so long that the screen says so.
  public internal(set) var isCompilingLong = false
  /// What is to happen as soon as the scene is compiled.
  var afterCompiling: [Effect] = []
  /// The simulator's word on the scene of ``compilation``; nil until it is known.
  public internal(set) var forecast: Forecast?
  /// The network's layers, right or wrong.
  public internal(set) var rows: [LayerRow]

  /// The size of the screen, for what depends on pages and places.
  public internal(set) var size: Size
  public internal(set) var focus = PanelKind.network
  /// Whether the focused panel fills the screen.
  public internal(set) var isExpanded = false
  /// The line in the network panel: 0 the input, then the layers, the loss last.
  public internal(set) var networkLine = 1
  public internal(set) var form: LayerForm?
  public internal(set) var strategyLine = 0
  public internal(set) var editor: ValueEditor?
  public internal(set) var overlay: Overlay?

  /// Nil while nothing was run since the start or a reset.
  public internal(set) var run: RunStatus?
  /// The trace of the run as it adds up.
  var statistics: RunStatistics?
  /// What is measured; goes on while the display is paused.
  /// Nil where the scene does not compile and nothing was run.
  public internal(set) var measurements: Measurements?
  /// The measurements at the moment when the display was paused; nil while it is live.
  public internal(set) var frozen: Measurements?
  /// The status at that moment.
  var frozenRun: RunStatus?

  public internal(set) var timelineView = TimelineView()
  public internal(set) var devicesView = DevicesView()
  public internal(set) var communicationView = CommunicationView()
  public internal(set) var learningView = LearningView()

  /// A word about the last action, until another action.
  public internal(set) var note: Line?
  /// Cores of this machine.
  public let cores: Int
  public let presets: [Preset]
  let inquiries: Inquiries
  /// What the view of the analysis shows.
  var analysis: TraceAnalysis?
  /// Serial steps that were timed, by what runs must have in common with them.
  var references: [ReferenceKey: SerialReference] = [:]
  /// Whether some are being timed.
  public internal(set) var isTimingReference = false
  /// The clock that the user wants; nil for the one that suits devices and cores.
  public internal(set) var chosenClock: Clock?
  /// What the strategy panel shows below its settings.
  public internal(set) var strategyResult = StrategyResult.plan
  /// Lines of the picture in the strategy panel left out above.
  public internal(set) var ownershipScroll = 0
  /// The owners of the layer that is shown, with the scene that they follow from.
  var owners: (scene: Scene, layer: LayerOwnership, names: [String])?
  /// The schedule in slots, with the scene that it follows from.
  var slots: (scene: Scene, facts: ScheduleFacts)?

  /// The workbench with a scene.
  ///
  /// - Parameters:
  ///   - path: the file that it came from; nil for a preset.
  ///   - keptEdits: what earlier workbenches left unsaved.
  ///   - compiles: whether it is compiled at once; else the loop has it done.
  public init(
    _ scene: Scene, path: String? = nil, size: Size = Size(width: 80, height: 24), cores: Int, presets: [Preset] = [],
    keptEdits: [KeptEdits] = [], inquiries: Inquiries = Inquiries(), clock: Clock? = nil, compiles: Bool = true
  ) {
    chosenClock = clock
    let scene = scene.unplaced
    self.scene = scene
    savedScene = scene
    self.path = path
    self.keptEdits = keptEdits
    self.size = size
    self.cores = cores
    self.presets = presets
    self.inquiries = inquiries
    compilation = compiles ? Compilation(scene, asking: inquiries) : .refused([])
    isCompiling = !compiles
    isCompilingLong = !compiles
    rows = LayerRow.rows(of: scene.network, problems: compilation.problems)
    measurements = compilation.plan.map { Measurements($0.facts) }
  }

  /// The measurements that are shown.
  public var shown: Measurements? { frozen ?? measurements }
  /// The run as it is shown.
  public var shownRun: RunStatus? { frozen == nil ? run : frozenRun }
  public var isDisplayPaused: Bool { frozen != nil }

  /// Whose time a run of a scene is told in.
  public func clock(of scene: Scene) -> Clock {
    chosenClock ?? .standard(devices: scene.machine.devices, cores: cores)
  }

  /// Whether a run is under way, paused or not.
  public var isRunAlive: Bool { run.map { !$0.state.isOver } ?? false }

  /// Whether the scene differs from the one that ran or runs.
  public var isEditedSinceRun: Bool { run.map { $0.scene != scene } ?? false }

  /// The state in one word.
  public var phase: RunPhase {
    guard let run = shownRun else {
      if isCompilingLong { return .compiling }
      return compilation.plan == nil ? .refused : .ready
    }
    switch run.state {
    case .running: return run.isStopping ? .stopping : .running
    case .paused: return .halted
    case .finished, .stopped: return run.divergedStep != nil ? .diverged : run.state == .finished ? .finished : .stopped
    case .failed: return .failed
    }
  }

  /// The lines of the network panel: input, layers, loss, and the settings of a tree.
  var networkLineCount: Int { lossLine + 1 + treeFields.count }
  /// The line of the loss, behind the layers.
  var lossLine: Int { scene.network.layers.count + 1 }
  /// The fields of the network's tree; empty without one.
  var treeFields: [SettingField] { TreeSettings.fields(of: scene.network) }
  /// The layer of the marked line; nil on input and loss.
  var selectedLayer: Int? {
    scene.network.layers.indices.contains(networkLine - 1) ? networkLine - 1 : nil
  }

  /// The fields of the strategy panel.
  var strategyFields: [SettingField] { SceneSettings.fields(of: scene) }
  /// The fields of the open form; empty where none is open.
  var formFields: [SettingField] {
    guard let form, rows.indices.contains(form.layer) else { return [] }
    return LayerSettings.fields(of: scene.network.layers[form.layer], name: rows[form.layer].name)
  }
}
