import Networks

/// A parameter, or a box of one, that a device holds.
public struct HeldParameter: Hashable, Sendable {
  public var node: Int
  /// Place in the node's ``Graph/Node/parameters``.
  public var ordinal: Int
  /// One range per axis of the parameter's shape.
  public var ranges: [Range<Int>]
  /// The words of that box, last axis fastest, that the buffer has; nil for all.
  public var words: Range<Int>?
  public var buffer: Index<Buffer>
  public var gradient: Index<Buffer>?
  /// True on the one device whose copy is saved as the model's.
  public var isSaved: Bool
  /// Where a device keeps several versions of its weights, which of the places for them this is. Between two steps the
  /// newest version lies in place 0, and those that ``WeightVersions/carried`` counts in the places after it.
  public var slot: Int

  public init(
    node: Int, ordinal: Int, ranges: [Range<Int>], words: Range<Int>? = nil, buffer: Index<Buffer>,
    gradient: Index<Buffer>?, isSaved: Bool, slot: Int = 0
  ) {
    self.node = node
    self.ordinal = ordinal
    self.ranges = ranges
    self.words = words
    self.buffer = buffer
    self.gradient = gradient
    self.isSaved = isSaved
    self.slot = slot
  }
}

/// What one device does in every step, and the tables that its instructions name.
public struct DeviceProgram: Sendable {
  public var device: Int
  public var buffers = Table<Buffer>()
  public var loads = Table<Load>()
  public var operations = Table<Operation>()
  public var losses = Table<LossOperation>()
  public var copies = Table<Copy>()
  public var updates = Table<Update>()
  public var runningUpdates = Table<RunningUpdate>()
  public var parameters: [HeldParameter] = []
  /// Whether lanes may begin the next step while others are still in this one, at most one step ahead of the slowest. Else
  /// a lane begins a step when all have ended the one before.
  public var runsAcross = false
  /// A valid sequential order; lanes may run ahead of it as far as the buffers allow.
  public private(set) var instructions: [Instruction] = []
  /// The lane of each instruction.
  public private(set) var lanes: [Lane] = []
  /// The place of each instruction in the schedule of its device (``Schedule``).
  public private(set) var actions: [Int] = []

  public init(device: Int) { self.device = device }

  /// The lanes that have instructions, in the order in which the device asks them.
  public var laneOrder: [Lane] {
    var found: [Lane] = []
    for lane in lanes where !found.contains(lane) { found.append(lane) }
    return found.sorted()
  }

  /// Adds an instruction that belongs to the schedule's action `action` of this device.
  public mutating func append(_ instruction: Instruction, lane: Lane = .compute, action: Int) {
    instructions.append(instruction)
    lanes.append(lane)
    actions.append(action)
  }

  /// Replaces the instructions; for passes that insert or reorder.
  public mutating func replaceInstructions(_ list: [(Instruction, Lane, Int)]) {
    instructions = list.map(\.0)
    lanes = list.map(\.1)
    actions = list.map(\.2)
  }
}

/// The compiled form of network, strategy and batch: one program per device and what they share. Executors run it and know
/// nothing else.
public struct Program: Sendable {
  public enum Mode: String, Hashable, Sendable {
    case training
    case inference
  }

  public var graph: Graph
  public var mode: Mode
  /// The strategy's text, for people.
  public var strategy: String
  public var batch: Int
  public var microbatches: Int
  public var optimizer: Optimizer
  public var weightDecay: Float
  public var schedule: Schedule
  /// The pipeline's idle time by closed form; nil where there is no pipeline, or no form for its schedule.
  public var bubble: BubbleFormula?
  public var devices: [DeviceProgram]
  public var channels = Table<Channel>()
  public var messages = Table<Message>()
  public var collectives = Table<Collective>()
  /// The versions of the weights that actions use; nil where all use those of the step's beginning, or the newest.
  public var versions: WeightVersions?
  /// What the user should know about this program: simplifications, statistics groups, unused devices.
  public var assumptions: [String] = []

  public init(
    graph: Graph, mode: Mode, strategy: String, batch: Int, microbatches: Int, optimizer: Optimizer, weightDecay: Float,
    schedule: Schedule, devices: [DeviceProgram]
  ) {
    self.graph = graph
    self.mode = mode
    self.strategy = strategy
    self.batch = batch
    self.microbatches = microbatches
    self.optimizer = optimizer
    self.weightDecay = weightDecay
    self.schedule = schedule
    self.devices = devices
  }

  /// Whether every loss sees all predictions of its samples; false where the heads of a tree have their losses on different
  /// devices, so that none of them knows what the ensemble answers.
  public var seesWholeOutput: Bool {
    devices.allSatisfy { $0.losses.entries.allSatisfy { $0.heads.count == graph.headCount } }
  }

  /// Bytes that all devices together send in one step, counted from the messages.
  public var bytesPerStep: Int { messages.entries.reduce(0) { $0 + $1.bytes } }

  /// Bytes by closed form: the collectives' formulas plus the point-to-point transfers' box volumes.
  public var expectedBytesPerStep: Int {
    let collective = collectives.entries.reduce(0) { $0 + 4 * $1.expectedWords }
    return collective + messages.entries.reduce(0) { $0 + ($1.collective == nil ? $1.bytes : 0) }
  }
}
