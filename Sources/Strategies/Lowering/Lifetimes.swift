import Programs

/// Frees every buffer right after its last use, in the lane of that use.
enum Lifetimes {
  static func insertFrees(_ device: inout DeviceProgram, messages: Table<Message>) {
    var lastUse = [Int?](repeating: nil, count: device.buffers.count)
    var isSent = [Bool](repeating: false, count: device.buffers.count)
    for (position, instruction) in device.instructions.enumerated() {
      let access = device.access(of: instruction, messages: messages)
      for buffer in access.reads + access.modifies + access.defines { lastUse[buffer.position] = position }
      for buffer in access.frees { isSent[buffer.position] = true }
    }
    var frees: [Int: [Index<Buffer>]] = [:]
    for buffer in device.buffers.indices
    where !device.buffers[buffer].isPersistent && !isSent[buffer.position] {
      if let last = lastUse[buffer.position] { frees[last, default: []].append(buffer) }
    }
    var result: [(Instruction, Lane, Int)] = []
    for position in device.instructions.indices {
      let (lane, action) = (device.lanes[position], device.actions[position])
      result.append((device.instructions[position], lane, action))
      for buffer in frees[position] ?? [] { result.append((.free(buffer), lane, action)) }
    }
    device.replaceInstructions(result)
  }
}
