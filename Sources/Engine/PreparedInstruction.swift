import Kernels
import Networks
import Programs

/// An instruction with all that its device looks up at run time: one flat array of these is what a worker walks.
struct PreparedInstruction {
  var instruction: Instruction
  /// Where in ``PreparedProgram/dependencies`` that stands which other lanes must have done before.
  var firstDependency: Int
  var lastDependency: Int
  /// Where in ``PreparedProgram/defined`` the buffers stand that it defines.
  var defines: Range<Int>
  /// What a forward pass is for.
  var mode: KernelMode
  /// Of a send or receive: the channel's number, the buffer, the peer, and bytes.
  var channel: Int
  var slot: Int
  var peer: Int
  var bytes: Int
}

/// How far another lane must have come.
struct PreparedDependency {
  /// Place in ``PreparedProgram/lanes``.
  var lane: Int
  /// To be added to the other lane's length times the step of the instruction: so many must be done, counted from the start.
  var done: Int
}

/// A lane of a device.
struct PreparedLane {
  /// Where its instructions' positions stand in ``PreparedProgram/order``.
  var range: Range<Int>
  /// Whether the step's samples, losses and accuracy are those of this lane.
  var isCompute: Bool
}

/// A device's program in the form in which it is executed.
struct PreparedProgram {
  let instructions: ContiguousArray<PreparedInstruction>
  /// Buffers that instructions define, in one array.
  let defined: ContiguousArray<Int>
  /// In the order in which the device asks them.
  let lanes: ContiguousArray<PreparedLane>
  /// Positions of instructions, lane by lane.
  let order: ContiguousArray<Int>
  let dependencies: ContiguousArray<PreparedDependency>

  init(_ device: DeviceProgram, of program: Program) {
    var defined = ContiguousArray<Int>()
    var prepared = ContiguousArray<PreparedInstruction>()
    let accesses = Accesses(of: device, messages: program.messages)
    let ordering = LaneDependencies(device, accesses)
    var dependencies = ContiguousArray<PreparedDependency>()
    for (position, instruction) in device.instructions.enumerated() {
      let first = defined.count
      switch instruction {
      case .receive: break
      case .copy(let index) where !device.copies[index].defines: break
      default:
        defined += accesses[position].buffers(.define).filter { !device.buffers[$0].isPersistent }.map(\.position)
      }
      let firstDependency = dependencies.count
      for dependency in ordering[position] {
        dependencies.append(PreparedDependency(lane: dependency.lane, done: ordering.count(dependency)))
      }
      var entry = PreparedInstruction(
        instruction: instruction, firstDependency: firstDependency, lastDependency: dependencies.count,
        defines: first..<defined.count, mode: Self.mode(position, device, program), channel: 0, slot: 0, peer: 0,
        bytes: 0)
      switch instruction {
      case .send(let index):
        let message = program.messages[index]
        entry.fill(message, slot: message.sendBuffer.position, peer: message.to)
      case .receive(let index):
        let message = program.messages[index]
        entry.fill(message, slot: message.receiveBuffer.position, peer: message.from)
      default: break
      }
      prepared.append(entry)
    }
    instructions = prepared
    self.defined = defined
    self.dependencies = dependencies
    order = ContiguousArray(ordering.positions.joined())
    var begin = 0
    lanes = ContiguousArray(
      zip(ordering.lanes, ordering.positions).map { lane, positions in
        defer { begin += positions.count }
        return PreparedLane(range: begin..<begin + positions.count, isCompute: lane == .compute)
      })
  }

  private static func mode(_ position: Int, _ device: DeviceProgram, _ program: Program) -> KernelMode {
    if program.mode == .inference { return .inference }
    guard program.schedule.devices.indices.contains(device.device) else { return .training }
    let actions = program.schedule.devices[device.device]
    let action = device.actions[position]
    return actions.indices.contains(action) && actions[action].kind == .recompute ? .recomputation : .training
  }
}

extension PreparedInstruction {
  fileprivate mutating func fill(_ message: Message, slot: Int, peer: Int) {
    channel = message.channel.position
    self.slot = slot
    self.peer = peer
    bytes = message.bytes
  }
}
