import Programs

/// Frees every buffer right after its last use, in the lane of that use.
enum Lifetimes {
  static func insertFrees(_ device: inout DeviceProgram, messages: Table<Message>) {
    var lastUse = [Int?](repeating: nil, count: device.buffers.count)
    var isSent = [Bool](repeating: false, count: device.buffers.count)
    let accesses = Accesses(of: device, messages: messages)
    for position in device.instructions.indices {
      for access in accesses[position] {
        if access.kind == .free {
          isSent[access.buffer.position] = true
        } else {
          lastUse[access.buffer.position] = position
        }
      }
    }
    var frees = [[Index<Buffer>]](repeating: [], count: device.instructions.count)
    for buffer in device.buffers.indices
    where !device.buffers[buffer].isPersistent && !isSent[buffer.position] {
      if let last = lastUse[buffer.position] { frees[last].append(buffer) }
    }
    var result: [(Instruction, Lane, Int)] = []
    result.reserveCapacity(2 * device.instructions.count)
    for position in device.instructions.indices {
      let (lane, action) = (device.lanes[position], device.actions[position])
      result.append((device.instructions[position], lane, action))
      for buffer in frees[position] { result.append((.free(buffer), lane, action)) }
    }
    device.replaceInstructions(result)
  }
}
