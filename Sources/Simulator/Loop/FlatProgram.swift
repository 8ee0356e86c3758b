import Programs

/// What the loop has to know about one instruction.
struct FlatInstruction {
  enum Kind: UInt8 {
    /// Concerns its device alone and is always ready.
    case local
    case send
    case receive
  }

  var kind: Kind
  /// Where in ``FlatProgram/dependencies`` that stands which other lanes must have done before.
  var firstDependency: Int32
  var lastDependency: Int32
  /// Of a send or receive.
  var message: Int32
  var channel: Int32
  /// Where its changes of memory stand in ``FlatProgram/changes``.
  var firstChange: Int32
  var lastChange: Int32
}

/// How far another lane must have come.
struct FlatDependency {
  /// Place in ``FlatProgram/lanes``.
  var lane: Int32
  /// To be added to the other lane's length times the step of the instruction: so many must be done, counted from the start.
  var done: Int32
}

/// Bytes that an instruction defines (above 0) or frees (below 0).
struct MemoryChange {
  var kind: UInt8
  var bytes: Int64
}

/// A program in flat arrays, made once and simulated often: nothing here depends on links or costs.
struct FlatProgram: Sendable {
  struct Device: Sendable {
    /// Where its instructions begin in ``FlatProgram/instructions``.
    var first: Int
    /// Where its lanes stand in ``FlatProgram/lanes``, in the order in which it asks them.
    var lanes: Range<Int>
    /// Persistent bytes by ``BufferKind``, in the order of its cases.
    var persistentBytes: [Int64]

    /// True where it has nothing to do.
    var isEmpty: Bool { lanes.isEmpty }
  }

  struct Lane: Sendable {
    /// Where its instructions stand in ``FlatProgram/order``.
    var first: Int
    var end: Int

    var length: Int { end - first }
  }

  struct Channel: Sendable {
    var from: Int32
    var to: Int32
    var capacity: Int32
    /// Where its messages under way stand among those of all channels.
    var firstSlot: Int32
    /// The queue in front of the wire from one device to another, which all channels between the two share.
    var link: Int32
    /// As ``Programs/Channel/priority``.
    var priority: Int32
  }

  private(set) var devices: [Device] = []
  private(set) var instructions = ContiguousArray<FlatInstruction>()
  private(set) var lanes = ContiguousArray<Lane>()
  private(set) var dependencies = ContiguousArray<FlatDependency>()
  /// Positions of instructions within their device, lane by lane.
  private(set) var order = ContiguousArray<Int32>()
  private(set) var changes = ContiguousArray<MemoryChange>()
  private(set) var channels = ContiguousArray<Channel>()
  private(set) var slots = 0
  /// The channel of each slot.
  private(set) var slotChannels = ContiguousArray<Int32>()
  private(set) var links = 0
  /// Whether some messages overtake others in front of a wire.
  private(set) var hasPriorities = false
  /// Bytes of each message on the wire.
  let messageBytes: ContiguousArray<Int>

  init(_ program: Program) {
    messageBytes = ContiguousArray(program.messages.entries.map { program.wireBytes($0) })
    let count = program.devices.reduce(0) { $0 + $1.instructions.count }
    instructions.reserveCapacity(count)
    order.reserveCapacity(count)
    addChannels(of: program)
    for device in program.devices { add(device, messages: program.messages) }
  }

  private mutating func addChannels(of program: Program) {
    struct Ends: Hashable {
      var from: Int
      var to: Int
    }
    var numbers: [Ends: Int32] = [:]
    for channel in program.channels.entries {
      let ends = Ends(from: channel.from, to: channel.to)
      let link = numbers[ends] ?? Int32(numbers.count)
      numbers[ends] = link
      channels.append(
        Channel(
          from: Int32(channel.from), to: Int32(channel.to), capacity: Int32(channel.capacity), firstSlot: Int32(slots),
          link: link, priority: Int32(channel.priority)))
      slotChannels.append(contentsOf: repeatElement(Int32(channels.count - 1), count: channel.capacity))
      slots += channel.capacity
    }
    links = numbers.count
    hasPriorities = program.channels.entries.havePriorities
  }

  private mutating func add(_ device: DeviceProgram, messages: Table<Message>) {
    let first = instructions.count
    let accesses = Accesses(of: device, messages: messages)
    let ordering = LaneDependencies(device, accesses)
    let firstLane = lanes.count
    for positions in ordering.positions {
      lanes.append(Lane(first: order.count, end: order.count + positions.count))
      order += positions.map { Int32($0) }
    }
    for (position, instruction) in device.instructions.enumerated() {
      let firstChange = Int32(changes.count)
      for access in accesses[position] {
        switch access.kind {
        case .define: addChange(1, access.buffer, of: device)
        case .free: addChange(-1, access.buffer, of: device)
        case .read, .modify: break
        }
      }
      let firstDependency = Int32(dependencies.count)
      for dependency in ordering[position] {
        dependencies.append(
          FlatDependency(lane: Int32(firstLane + dependency.lane), done: Int32(ordering.count(dependency))))
      }
      var flat = FlatInstruction(
        kind: .local, firstDependency: firstDependency, lastDependency: Int32(dependencies.count), message: -1,
        channel: -1, firstChange: firstChange, lastChange: Int32(changes.count))
      switch instruction {
      case .send(let message):
        (flat.kind, flat.message, flat.channel) = (.send, Int32(message.raw), Int32(messages[message].channel.raw))
      case .receive(let message):
        (flat.kind, flat.message, flat.channel) = (.receive, Int32(message.raw), Int32(messages[message].channel.raw))
      default: break
      }
      instructions.append(flat)
    }
    var persistent = [Int64](repeating: 0, count: BufferKind.allCases.count)
    for buffer in device.buffers.entries where buffer.isPersistent && buffer.parent == nil {
      persistent[Self.number(of: buffer.kind)] += Int64(4 * buffer.words)
    }
    devices.append(Device(first: first, lanes: firstLane..<lanes.count, persistentBytes: persistent))
  }

  private mutating func addChange(_ sign: Int64, _ buffer: Index<Buffer>, of device: DeviceProgram) {
    let entry = device.buffers[buffer]
    guard !entry.isPersistent else { return }
    changes.append(MemoryChange(kind: UInt8(Self.number(of: entry.kind)), bytes: sign * Int64(4 * entry.words)))
  }

  private static func number(of kind: BufferKind) -> Int {
    switch kind {
    case .parameters: 0
    case .gradients: 1
    case .optimizer: 2
    case .activations: 3
    case .buffers: 4
    case .workspace: 5
    }
  }
}
