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
  var devices: [DeviceBuilder]
  var channels = Table<Channel>()
  var messages = Table<Message>()
  var collectives = Table<Collective>()
  /// Messages on their way from one stage's fragment to another's, in the order of sending.
  var pending: [PendingKey: [(message: Index<Message>, box: Box, summand: Int)]] = [:]
  /// The products of fan-in and fan-out layers by device, from forward until backward.
  var fanOperations: [DeviceBuilder.Key: [Int: [Index<Operation>]]] = [:]
  private var channelNumbers: [ChannelKey: Index<Channel>] = [:]

  struct PendingKey: Hashable {
    var junction: Int
    var microbatch: Int
    var to: Int
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
    statisticsGroups: [Int: [(samples: Int, updatesRunning: Bool)]] = [:]
  ) {
    self.layout = layout
    self.training = training
    self.mode = mode
    self.statisticsGroups = statisticsGroups
    devices = (0..<layout.partitioning.devices).map(DeviceBuilder.init)
  }

  /// Lowers everything and strings it together.
  mutating func program(strategy: String) -> Program {
    let partitioning = layout.partitioning
    ParameterStorage(layout: layout, optimizer: training.optimizer, mode: mode).place(on: &devices)
    for microbatch in 0..<partitioning.microbatches {
      for stage in 0..<layout.stageCount { lowerForward(stage: stage, microbatch: microbatch) }
      if mode == .training {
        for stage in (0..<layout.stageCount).reversed() { lowerBackward(stage: stage, microbatch: microbatch) }
      }
    }
    if mode == .training { lowerExchangeAndUpdate() }
    for device in devices.indices { devices[device].finish(partitioning.schedule.devices[device]) }
    var program = Program(
      graph: layout.graph, mode: mode, strategy: strategy, batch: layout.batch, microbatches: partitioning.microbatches,
      optimizer: training.optimizer, weightDecay: training.weightDecay, schedule: partitioning.schedule,
      devices: devices.map(\.program))
    program.channels = channels
    program.messages = messages
    program.collectives = collectives
    program.assumptions = partitioning.assumptions
    return program
  }

  /// Reduces the gradients of every group by the strategy's algorithm, then updates.
  private mutating func lowerExchangeAndUpdate() {
    for (device, actions) in layout.partitioning.schedule.devices.enumerated() {
      for (position, bucket) in devices[device].buckets.enumerated() {
        if bucket.group.count > 1, bucket.group[0] == device,
          let exchange = actions.first(where: { $0.kind == .exchange })
        {
          AllReduce(algorithm: layout.partitioning.exchange, bucket: position, first: device, action: exchange)
            .lower(into: &self)
        }
        guard let update = actions.first(where: { $0.kind == .update }), let gradient = bucket.gradient else {
          continue
        }
        let number = devices[device].program.updates.append(
          Update(parameter: bucket.parameter, gradient: gradient, states: bucket.states, nodes: bucket.nodes))
        devices[device].emit(.update(number), in: update)
      }
    }
  }

  /// The channel of a stream between two devices.
  mutating func channel(from: Int, to: Int, stream: String) -> Index<Channel> {
    let key = ChannelKey(from: from, to: to, stream: stream)
    if let known = channelNumbers[key] { return known }
    let number = channels.append(Channel(from: from, to: to, capacity: Self.channelCapacity))
    channelNumbers[key] = number
    return number
  }

  /// Enough for a sender to run a few microbatches ahead; a full channel is back-pressure, not an error.
  private static let channelCapacity = 8
}
