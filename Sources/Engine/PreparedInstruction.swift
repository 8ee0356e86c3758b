import Kernels
import Networks
import Programs

/// An instruction with all that its device looks up at run time: one flat array of these is what a worker walks.
struct PreparedInstruction {
  var instruction: Instruction
  /// The position in the other lane that must be done before; -1 where it does not matter.
  var after: Int
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

/// A device's program in the form in which it is executed.
struct PreparedProgram {
  let instructions: ContiguousArray<PreparedInstruction>
  /// Buffers that instructions define, in one array.
  let defined: ContiguousArray<Int>
  /// Positions of each lane's instructions, in order.
  let compute: ContiguousArray<Int>
  let communication: ContiguousArray<Int>

  init(_ device: DeviceProgram, of program: Program) {
    var defined = ContiguousArray<Int>()
    var prepared = ContiguousArray<PreparedInstruction>()
    let after = LaneDependencies(device, messages: program.messages).after
    for (position, instruction) in device.instructions.enumerated() {
      let first = defined.count
      switch instruction {
      case .receive: break
      case .copy(let index) where !device.copies[index].defines: break
      default:
        let access = device.access(of: instruction, messages: program.messages)
        defined += access.defines.filter { !device.buffers[$0].isPersistent }.map(\.position)
      }
      var entry = PreparedInstruction(
        instruction: instruction, after: after[position] ?? -1, defines: first..<defined.count,
        mode: Self.mode(position, device, program), channel: 0, slot: 0, peer: 0, bytes: 0)
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
    compute = ContiguousArray(device.lanes.indices.filter { device.lanes[$0] == .compute })
    communication = ContiguousArray(device.lanes.indices.filter { device.lanes[$0] == .communication })
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
