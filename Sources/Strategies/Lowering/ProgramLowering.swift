import Diagnostics
import Networks
import Programs

/// Turns a partitioned network into one program per device: forward and backward of every stage and microbatch, gradient
/// exchange, update. Fragments are made stage by stage; the schedule decides in which order a device runs them.
struct ProgramLowering {
  let layout: Layout
  let training: TrainingSettings
  let mode: Program.Mode
  /// For batch normalisation of the reference: consecutive samples that share statistics, and which enter the running ones.
  let statisticsGroups: [Int: [(samples: Int, updatesRunning: Bool)]]
  /// Every action that some device does.
  let scheduled: Set<Action>
  private let cancellation: Cancellation
  /// Per stage, where the versions of its weights lie.
  let slots: [WeightSlots]
  /// Which parts of batch-normalisation layers share statistics, as far as they are known.
  var statisticsTeams: [StatisticsKey: StatisticsTeams] = [:]
  var devices: [DeviceBuilder]
  var channels = Table<Channel>()
  var messages = Table<Message>()
  var collectives = Table<Collective>()
  /// Messages on their way from one stage's fragment to another's, in the order of sending.
  var pending: [PendingKey: [(message: Index<Message>, box: Box, summand: Int)]] = [:]
  /// The products of each part of fan-in and fan-out layers, from forward until backward.
  var fanOperations: [DeviceBuilder.Key: [Index<Operation>]] = [:]
  private var channelNumbers: [ChannelKey: Index<Channel>] = [:]

  struct PendingKey: Hashable {
    var junction: Int
    var microbatch: Int
    var to: Int
    /// ``Transfer/target``.
    var target: Int
    var isBackward: Bool
  }

  private struct ChannelKey: Hashable {
    var from: Int
    var to: Int
    /// Messages of one stream keep their order among themselves: those between two stages in one direction, and exchanges.
    var stream: String
  }

  init(
    layout: Layout, training: TrainingSettings, mode: Program.Mode,
    statisticsGroups: [Int: [(samples: Int, updatesRunning: Bool)]] = [:], cancellation: Cancellation = .never
  ) {
    self.layout = layout
    self.training = training
    self.mode = mode
    self.statisticsGroups = statisticsGroups
    self.cancellation = cancellation
    scheduled = Set(layout.partitioning.schedule.devices.joined())
    slots = layout.weightSlots
    devices = (0..<layout.partitioning.devices).map(DeviceBuilder.init)
  }

  /// Lowers everything and strings it together.
  ///
  /// - Throws: that it was cancelled.
  mutating func program(strategy: String) throws(DiagnosticList) -> Program {
    let partitioning = layout.partitioning
    ParameterStorage(layout: layout, optimizer: training.optimizer, mode: mode, slots: slots).place(on: &devices)
    for microbatch in 0..<partitioning.microbatches {
      for stage in 0..<layout.stageCount {
        try cancellation.check()
        lowerForward(stage: stage, microbatch: microbatch)
      }
      if mode == .training {
        for stage in (0..<layout.stageCount).reversed() {
          try cancellation.check()
          if scheduled.contains(Action(.recompute, stage: stage, microbatch: microbatch)) {
            lowerRecomputation(stage: stage, microbatch: microbatch)
          }
          lowerBackward(stage: stage, microbatch: microbatch)
        }
      }
    }
    if mode == .training { try lowerExchangeAndUpdate() }
    widenChannels()
    for device in devices.indices {
      try cancellation.check()
      devices[device].finish(
        partitioning.schedule.devices[device], overlap: partitioning.buckets.overlap, messages: messages)
      GradientAccumulation.mark(&devices[device].program)
    }
    var program = Program(
      graph: layout.graph, mode: mode, strategy: strategy, batch: layout.batch, microbatches: partitioning.microbatches,
      optimizer: training.optimizer, weightDecay: training.weightDecay, schedule: partitioning.schedule,
      devices: devices.map(\.program))
    program.bubble = partitioning.bubble
    program.channels = channels
    program.messages = messages
    program.collectives = collectives
    program.versions = mode == .training ? partitioning.versions : nil
    program.assumptions = partitioning.assumptions
    return program
  }

  /// Wherever the schedule says so, reduces the gradients of every group of a stage by the strategy's algorithm, and updates.
  private mutating func lowerExchangeAndUpdate() throws(DiagnosticList) {
    try eachAction(.exchange) { $0.lowerReductions(of: $1, on: $2) }
    try eachAction(.update) { $0.lowerUpdate($1, on: $2) }
    try eachAction(.update) { $0.lowerDistributions(of: $1, on: $2) }
  }

  private mutating func eachAction(
    _ kind: Action.Kind, _ body: (inout ProgramLowering, Action, _ device: Int) -> Void
  ) throws(DiagnosticList) {
    for (device, actions) in layout.partitioning.schedule.devices.enumerated() {
      try cancellation.check()
      for action in actions where action.kind == kind { body(&self, action, device) }
    }
  }

  private mutating func lowerUpdate(_ action: Action, on device: Int) {
    let turns = layout.partitioning.schedule.devices[device].filter { $0.kind == .update && $0.stage == action.stage }
    let scale = gradientScale(at: action, on: device)
    let renewal = slots[action.stage].renewal(at: action)
    for (place, bucket) in devices[device].buckets.enumerated() where bucket.stage == action.stage {
      let begin = devices[device].fragments[action]?.count ?? 0
      for share in bucket.shares {
        let source = share.parameter(in: renewal.source)
        if let kept = renewal.kept {
          devices[device].keep(source, in: share.parameter(in: kept), action)
        }
        let number = devices[device].program.updates.append(
          Update(
            parameter: share.parameter(in: renewal.target), source: renewal.target == renewal.source ? nil : source,
            gradient: share.gradient, states: share.states, nodes: share.nodes,
            turn: turns.firstIndex(of: action)!, turns: turns.count, gradientScale: scale))
        devices[device].emit(.update(number), in: action)
      }
      devices[device].notePart(of: place, from: begin, in: action)
    }
  }

  /// Gradients are scaled for a mean over the whole batch; an update from some of its microbatches wants the mean over those.
  private func gradientScale(at update: Action, on device: Int) -> Float {
    let actions = layout.partitioning.schedule.devices[device]
    let before = actions[..<actions.firstIndex(of: update)!].filter { $0.stage == update.stage }
    let since = before.suffix(from: before.lastIndex { $0.kind == .update }.map { $0 + 1 } ?? 0)
    guard actions.contains(where: { $0 != update && $0.kind == .update && $0.stage == update.stage }) else { return 1 }
    let samples = since.filter { $0.kind == .backward || $0.kind == .backwardInput }.compactMap(\.microbatch).reduce(0)
    {
      $0 + layout.samples($1).count
    }
    return Float(layout.batch) / Float(samples)
  }

  /// The channel of a stream between two devices.
  mutating func channel(from: Int, to: Int, stream: String, priority: Int = 0) -> Index<Channel> {
    let key = ChannelKey(from: from, to: to, stream: stream)
    if let known = channelNumbers[key] { return known }
    let number = channels.append(Channel(from: from, to: to, capacity: ChannelRoom.standard, priority: priority))
    channelNumbers[key] = number
    return number
  }

  /// Gives every channel room for all that one action sends, so that no exchange is held up by its own messages.
  private mutating func widenChannels() {
    for device in devices {
      for fragment in device.fragments.values {
        var sent: [Index<Channel>: Int] = [:]
        for case (.send(let message), _) in fragment { sent[messages[message].channel, default: 0] += 1 }
        for (channel, count) in sent { channels[channel].capacity = max(channels[channel].capacity, count) }
      }
    }
  }
}
