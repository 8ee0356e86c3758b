import Programs
import Traces

/// Devices, wires and channels in virtual time.
///
/// A device is looked at when something about it can have changed: it has finished an instruction, a message that it waits
/// for becomes readable, or a channel that it waits for has room again. It then takes the head of the first lane that is
/// ready, as the engine's threads do. What concerns a device alone is done at once; sends and receives are
/// done in the order of time over all devices.
struct EventLoop<Source: CostSource> {
  private struct Device {
    /// The end of the last instruction.
    var begin: Int64 = 0
    /// The event that it waits for; never, while it is looked at.
    var wakeAt: Int64 = .max
    /// Steps that some lane has begun, and that all have ended: two are under way at most.
    var begun: Int32 = 0
    var ended: Int32 = 0
    /// True where it stands before a send or a receive that was not ready.
    var isWaiting = false
    /// True where it has done all steps that may begin.
    var isStanding = true
  }

  /// Where a lane stands.
  private struct LaneState {
    /// The step of its next instruction.
    var step: Int32 = 0
    /// The place of its next instruction in ``FlatProgram/order``.
    var next: Int
    /// Instructions done since the start.
    var done = 0
  }

  /// A message between send and receive.
  private struct UnderWay {
    var senderReady: Int64 = 0
    var transferStart: Int64 = 0
    var readableAt: Int64 = 0
  }

  private struct Traffic {
    var sent = 0
    var received = 0
    var bytes = 0
  }

  private let flat: FlatProgram
  /// Steps below this one may begin.
  private var bound: Int32 = 0
  private let isRecording: Bool
  private let pace: Pace?
  private let waking: Waking
  private(set) var source: Source

  private var devices: ContiguousArray<Device>
  private var lanes: ContiguousArray<LaneState>
  private var underWay: ContiguousArray<UnderWay>
  private var traffic: ContiguousArray<Traffic>
  private var wires: WireQueues
  private var queue: EventQueue
  private(set) var records: [[TraceRecord]]
  private(set) var recordCount = 0
  private(set) var stepEnds: ContiguousArray<Int64>
  private(set) var executed = 0
  private(set) var memory: MemoryCount
  private(set) var isBeyondLimit = false

  /// Devices that stand before their first step, until ``release(upTo:)``.
  init(_ flat: FlatProgram, source: Source, machine: MachineModel, isRecording: Bool) {
    self.flat = flat
    self.source = source
    self.isRecording = isRecording
    pace = machine.pace
    waking = machine.waking
    wires = WireQueues(flat, machine)
    devices = ContiguousArray(repeating: Device(), count: flat.devices.count)
    lanes = ContiguousArray(flat.lanes.map { LaneState(next: $0.first) })
    underWay = ContiguousArray(repeating: UnderWay(), count: flat.slots)
    traffic = ContiguousArray(repeating: Traffic(), count: flat.channels.count)
    queue = EventQueue(capacity: 2 * flat.devices.count)
    records = Array(repeating: [], count: flat.devices.count)
    stepEnds = []
    memory = MemoryCount(flat)
  }

  // MARK: - Steps

  /// When the last device ended what it did last.
  var end: Int64 { devices.reduce(0) { max($0, $1.begin) } }

  /// Lets the devices, which all stand after the same step, go on up to step `bound`, all at the same instant.
  mutating func release(upTo bound: Int) {
    self.bound = Int32(clamping: bound)
    let now = end
    for device in devices.indices where devices[device].ended < self.bound && !flat.devices[device].isEmpty {
      devices[device].begin = now
      devices[device].isStanding = false
      schedule(device, at: now)
    }
  }

  /// Lets no device begin a step that none has begun; returns how many the furthest has.
  mutating func hold() -> Int {
    bound = min(bound, devices.reduce(0) { max($0, $1.begun) })
    for device in devices.indices where devices[device].ended >= bound { devices[device].isStanding = true }
    return Int(bound)
  }

  /// What was sent over each channel so far.
  var carried: CarriedTraffic { CarriedTraffic(bytes: traffic.map(\.bytes), messages: traffic.map(\.sent)) }

  /// Devices that did not get to the last step that they may do, each with the head of the lane that it stands at.
  var blocked: [BlockedDevice] {
    devices.indices.compactMap { device in
      guard !devices[device].isStanding else { return nil }
      guard let lane = flat.devices[device].lanes.first(where: { freeHead(device, $0) >= 0 }) else { return nil }
      return BlockedDevice(device: device, position: Int(freeHead(device, lane)))
    }
  }

  /// Runs until no event is left, until the time is beyond what can be counted, or until about `limit` more records are
  /// made. True where more events are to come.
  mutating func run(upTo limit: Int) -> Bool {
    while recordCount < limit, !isBeyondLimit {
      // What devices do at an instant comes before what wires do then, so that all that is sent at it counts.
      let wireTime = wires.next
      guard let event = queue.first, event.time <= wireTime else {
        if wireTime == .max { return false }
        passWires()
        continue
      }
      _ = queue.pop()
      let device = Int(event.device)
      guard devices[device].wakeAt == event.time else { continue }
      devices[device].wakeAt = .max
      advance(device, to: event.time)
    }
    return !isBeyondLimit
  }

  /// Hands over the records made so far.
  mutating func takeRecords() -> [[TraceRecord]] {
    let taken = records
    records = taken.map { _ in [] }
    recordCount = 0
    return taken
  }

  // MARK: - Devices

  private mutating func schedule(_ device: Int, at time: Int64) {
    guard time < devices[device].wakeAt else { return }
    devices[device].wakeAt = time
    queue.push(Event(time: time, device: Int32(truncatingIfNeeded: device)))
  }

  /// The position of a lane's next instruction if it may begin and the other lanes have done what it must follow; else -1. Of
  /// some lane it may, unless the device stands.
  @inline(__always) private func freeHead(_ device: Int, _ lane: Int) -> Int32 {
    let state = lanes[lane]
    if state.step >= devices[device].begun, state.step >= bound || state.step > devices[device].ended + 1 { return -1 }
    let position = flat.order[state.next]
    let instruction = flat.instructions[flat.devices[device].first + Int(position)]
    var place = Int(instruction.firstDependency)
    let last = Int(instruction.lastDependency)
    while place < last {
      let dependency = flat.dependencies[place]
      let other = Int(dependency.lane)
      if lanes[other].done < Int(state.step) &* flat.lanes[other].length &+ Int(dependency.done) { return -1 }
      place += 1
    }
    return position
  }

  /// Lets a device work from `time` on for as long as nothing that happens elsewhere can matter to it.
  private mutating func advance(_ device: Int, to time: Int64) {
    if devices[device].isWaiting {
      devices[device].isWaiting = false
      let delay = waking.delay(afterWaiting: time - devices[device].begin)
      if delay > 0 { return schedule(device, at: SimulatedTime.instant(time, after: delay)) }
    }
    var now = time
    let first = flat.devices[device].first
    let own = flat.devices[device].lanes
    while !devices[device].isStanding {
      // Messages come in the order of time over all devices; what stands behind them in the order of lanes waits with them.
      var isTimely = false
      var chosen = -1
      var position: Int32 = -1
      var lane = own.lowerBound
      while lane < own.upperBound {
        position = freeHead(device, lane)
        if position >= 0 {
          let kind = flat.instructions[first + Int(position)].kind
          if kind != .local, !isTimely {
            guard wires.next >= now, queue.isFirst(Event(time: now, device: Int32(truncatingIfNeeded: device))) else {
              return schedule(device, at: now)
            }
            isTimely = true
          }
          if isReady(first + Int(position), kind, at: now) {
            chosen = lane
            break
          }
        }
        lane += 1
      }
      guard chosen >= 0 else {
        devices[device].isWaiting = true
        for lane in own {
          let position = freeHead(device, lane)
          if position >= 0 { awaitArrival(device, first + Int(position)) }
        }
        return
      }
      now = execute(device, position, step: lanes[chosen].step, at: now)
      if now > SimulatedTime.limit {
        isBeyondLimit = true
        return
      }
      lanes[chosen].next += 1
      lanes[chosen].done += 1
      devices[device].begun = max(devices[device].begun, lanes[chosen].step + 1)
      if lanes[chosen].next == flat.lanes[chosen].end { endStep(device, chosen, at: now) }
    }
  }

  /// Takes a lane over the border, and notes the end of the device's step where all lanes are there.
  private mutating func endStep(_ device: Int, _ lane: Int, at now: Int64) {
    let step = lanes[lane].step
    lanes[lane].step = step + 1
    lanes[lane].next = flat.lanes[lane].first
    for other in flat.devices[device].lanes where lanes[other].step <= step { return }
    if Int(step) == stepEnds.count { stepEnds.append(now) } else { stepEnds[Int(step)] = max(stepEnds[Int(step)], now) }
    devices[device].ended = step + 1
    devices[device].isStanding = step + 1 >= bound
  }

  // MARK: - Instructions

  @inline(__always)
  private func isReady(_ place: Int, _ kind: FlatInstruction.Kind, at now: Int64) -> Bool {
    switch kind {
    case .local: return true
    case .send:
      let channel = Int(flat.instructions[place].channel)
      return traffic[channel].sent - traffic[channel].received < Int(flat.channels[channel].capacity)
    case .receive:
      let channel = Int(flat.instructions[place].channel)
      return traffic[channel].sent > traffic[channel].received
        && underWay[slot(channel, traffic[channel].received)].readableAt <= now
    }
  }

  @inline(__always) private func slot(_ channel: Int, _ number: Int) -> Int {
    Int(flat.channels[channel].firstSlot) + number % Int(flat.channels[channel].capacity)
  }

  /// Executes an instruction at `now`; returns when the device is free again.
  private mutating func execute(_ device: Int, _ position: Int32, step: Int32, at now: Int64) -> Int64 {
    let place = flat.devices[device].first + Int(position)
    let kind = flat.instructions[place].kind
    let begin = devices[device].begin
    var duration = source.picoseconds(device: device, position: Int(position), step: Int(step))
    if let pace, kind == .local {
      duration = SimulatedTime.scaled(
        duration, by: pace.factor(device: device, step: Int(step), instruction: Int(position)))
    }
    let end = SimulatedTime.instant(now, after: min(max(duration, 0), SimulatedTime.longest))
    executed += 1
    memory.apply(flat.instructions[place], of: device, flat.changes)
    var times = UnderWay()
    switch kind {
    case .local: break
    case .send: times = send(flat.instructions[place], ready: begin, now: now)
    case .receive: times = receive(flat.instructions[place], now: now)
    }
    devices[device].begin = end
    guard isRecording else { return end }
    var record = TraceRecord(
      step: step, instruction: position, begin: SimulatedTime.nanoseconds(begin), end: SimulatedTime.nanoseconds(end))
    if kind != .local {
      record.senderReady = SimulatedTime.nanoseconds(times.senderReady)
      // For a send, when the channel took the message; when the wire took it up stands in the receiver's record.
      record.transferStart = SimulatedTime.nanoseconds(kind == .send ? now : times.transferStart)
      if kind == .receive { record.arrival = SimulatedTime.nanoseconds(times.readableAt) }
    }
    records[device].append(record)
    recordCount += 1
    return end
  }

  /// Sends a message: when it is readable is known at once, or as soon as its last wire takes it.
  private mutating func send(_ instruction: FlatInstruction, ready: Int64, now: Int64) -> UnderWay {
    let (message, number) = (Int(instruction.message), Int(instruction.channel))
    let channel = flat.channels[number]
    let place = slot(number, traffic[number].sent)
    let isNext = traffic[number].sent == traffic[number].received
    traffic[number].sent += 1
    traffic[number].bytes += flat.messageBytes[message]
    guard !wires.isShared(Int(channel.link)) else {
      let times = UnderWay(senderReady: ready, transferStart: now, readableAt: .max)
      underWay[place] = times
      wires.wait(place, message: message, pair: Int(channel.link), priority: channel.priority, now: now)
      return times
    }
    let (start, left, readable) = wires.carry(message, pair: Int(channel.link), now: now)
    if left > SimulatedTime.limit { isBeyondLimit = true }
    let times = UnderWay(senderReady: ready, transferStart: start, readableAt: readable)
    underWay[place] = times
    if isNext { wakeReceiver(of: number, at: readable) }
    return times
  }

  /// Lets wires that several pairs of devices share take messages, and wakes the receivers of those that have passed their last.
  private mutating func passWires() {
    for passage in wires.takeNext() {
      let place = passage.message
      if passage.isFirst { underWay[place].transferStart = passage.start }
      guard let left = passage.left else { continue }
      if left > SimulatedTime.limit { isBeyondLimit = true }
      let number = Int(flat.slotChannels[place])
      underWay[place].readableAt = SimulatedTime.instant(
        left, after: wires.latency(Int(flat.channels[number].link)))
      if slot(number, traffic[number].received) == place { wakeReceiver(of: number, at: underWay[place].readableAt) }
    }
  }

  /// Wakes the receiver of a channel's next message where it waits for it.
  private mutating func wakeReceiver(of channel: Int, at time: Int64) {
    let receiver = Int(flat.channels[channel].to)
    if devices[receiver].isWaiting, stands(receiver, before: .receive, channel) { schedule(receiver, at: time) }
  }

  /// Takes the next message of a channel and wakes a sender that waits for room.
  private mutating func receive(_ instruction: FlatInstruction, now: Int64) -> UnderWay {
    let number = Int(instruction.channel)
    let times = underWay[slot(number, traffic[number].received)]
    traffic[number].received += 1
    let sender = Int(flat.channels[number].from)
    if devices[sender].isWaiting, stands(sender, before: .send, number) { schedule(sender, at: now) }
    return times
  }

  /// Whether one of a device's heads is an instruction of that kind on that channel.
  private func stands(_ device: Int, before kind: FlatInstruction.Kind, _ channel: Int) -> Bool {
    for lane in flat.devices[device].lanes {
      let position = freeHead(device, lane)
      guard position >= 0 else { continue }
      let instruction = flat.instructions[flat.devices[device].first + Int(position)]
      if instruction.kind == kind, Int(instruction.channel) == channel { return true }
    }
    return false
  }

  /// Schedules a device for the instant at which the message that it waits for is readable, if it is under way.
  private mutating func awaitArrival(_ device: Int, _ place: Int) {
    guard flat.instructions[place].kind == .receive else { return }
    let channel = Int(flat.instructions[place].channel)
    guard traffic[channel].sent > traffic[channel].received else { return }
    let readable = underWay[slot(channel, traffic[channel].received)].readableAt
    if readable < .max { schedule(device, at: readable) }
  }
}
