/// Bytes of a device's buffers at their peak, by formula: a walk over the program in its sequential order.
public struct PeakMemory: Hashable, Sendable {
  /// The peak of each kind, not necessarily at the same instruction.
  public var byKind: [BufferKind: Int] = [:]
  /// The peak of the sum of all kinds.
  public var total = 0

  public init(of device: DeviceProgram, messages: Table<Message>) {
    var used: [BufferKind: Int] = [:]
    func note() {
      for (kind, bytes) in used { byKind[kind] = max(byKind[kind] ?? 0, bytes) }
      total = max(total, used.values.reduce(0, +))
    }
    for buffer in device.buffers.entries where buffer.isPersistent && buffer.parent == nil {
      used[buffer.kind, default: 0] += 4 * buffer.words
    }
    note()
    for instruction in device.instructions {
      let access = device.access(of: instruction, messages: messages)
      for buffer in access.defines { used[device.buffers[buffer].kind, default: 0] += 4 * device.buffers[buffer].words }
      if !access.defines.isEmpty { note() }
      for buffer in access.frees { used[device.buffers[buffer].kind, default: 0] -= 4 * device.buffers[buffer].words }
    }
  }
}
