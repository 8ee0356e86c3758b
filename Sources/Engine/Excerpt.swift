import Programs

/// The instructions around one, for messages.
enum Excerpt {
  /// Up to `context` instructions before and after `position`, which is marked `<-- here`.
  static func text(of device: DeviceProgram, in program: Program, around position: Int, context: Int = 3) -> String {
    let range = max(0, position - context)..<min(device.instructions.count, position + context + 1)
    return range.map { index in
      let mark = index == position ? "   <-- here" : ""
      return "  \(index)  \(line(device.instructions[index], device, program))\(mark)"
    }.joined(separator: "\n")
  }

  private static func line(_ instruction: Instruction, _ device: DeviceProgram, _ program: Program) -> String {
    func operation(_ index: Index<Operation>) -> String {
      let operation = device.operations[index]
      return "\(program.graph.nodes[operation.node].name) mb\(operation.microbatch)"
    }
    func copy(_ index: Index<Copy>) -> String {
      let copy = device.copies[index]
      return "\(device.buffers[copy.source.buffer].name) -> \(device.buffers[copy.destination.buffer].name)"
    }
    switch instruction {
    case .load(let index): return "load mb\(device.loads[index].microbatch)"
    case .forward(let index): return "forward \(operation(index))"
    case .loss(let index): return "loss mb\(device.losses[index].microbatch)"
    case .backward(let index): return "backward \(operation(index))"
    case .backwardInput(let index): return "backwardInput \(operation(index))"
    case .backwardWeight(let index): return "backwardWeight \(operation(index))"
    case .copy(let index): return "copy \(copy(index))"
    case .accumulate(let index): return "accumulate \(copy(index))"
    case .zero(let buffer): return "zero \(device.buffers[buffer].name)"
    case .send(let index):
      let message = program.messages[index]
      return "send \(device.buffers[message.sendBuffer].name) to device \(message.to)"
    case .receive(let index):
      let message = program.messages[index]
      return "receive \(device.buffers[message.receiveBuffer].name) from device \(message.from)"
    case .update(let index): return "update \(device.buffers[device.updates[index].parameter].name)"
    case .free(let buffer): return "free \(device.buffers[buffer].name)"
    case .endOfStep: return "endOfStep"
    }
  }
}
