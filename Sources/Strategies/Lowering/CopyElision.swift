import Programs

/// Removes copies of a whole buffer whose original is not used afterwards: the original takes the copy's place. So a
/// gradient that only goes to another device is sent itself, not packed.
enum CopyElision {
  static func run(_ device: inout DeviceProgram, messages: inout Table<Message>) {
    var lastUse = [Int](repeating: -1, count: device.buffers.count)
    let accesses = Accesses(of: device, messages: messages)
    for position in device.instructions.indices {
      for access in accesses[position] { lastUse[access.buffer.position] = position }
    }
    var senders = [Index<Message>?](repeating: nil, count: device.buffers.count)
    for case .send(let message) in device.instructions { senders[messages[message].sendBuffer.position] = message }
    var kept: [(Instruction, Lane, Int)] = []
    kept.reserveCapacity(device.instructions.count)
    for (position, instruction) in device.instructions.enumerated() {
      if case .copy(let number) = instruction, device.isMove(device.copies[number]),
        lastUse[device.copies[number].source.buffer.position] == position,
        let message = senders[device.copies[number].destination.buffer.position]
      {
        messages[message].sendBuffer = device.copies[number].source.buffer
        continue
      }
      kept.append((instruction, device.lanes[position], device.actions[position]))
    }
    device.replaceInstructions(kept)
  }
}

extension DeviceProgram {
  /// True for a copy of all of one temporary buffer into all of another in the same order.
  fileprivate func isMove(_ copy: Copy) -> Bool {
    let (source, destination) = (buffers[copy.source.buffer], buffers[copy.destination.buffer])
    return copy.defines && !source.isPersistent && source.words == copy.count.count
      && destination.words == copy.count.count && copy.source.offset == 0 && copy.destination.offset == 0
      && copy.source.strides == copy.destination.strides
  }
}
