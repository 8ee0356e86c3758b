import Programs

/// Bytes in use on every device, followed instruction by instruction.
struct MemoryCount {
  private static let kinds = BufferKind.allCases.count
  /// Per device, one entry per kind and one for the sum.
  private var used: ContiguousArray<Int64>
  private var peak: ContiguousArray<Int64>

  init(_ flat: FlatProgram) {
    used = []
    for device in flat.devices {
      used += device.persistentBytes
      used.append(device.persistentBytes.reduce(0, +))
    }
    peak = used
  }

  @inline(__always)
  mutating func apply(_ instruction: FlatInstruction, of device: Int, _ changes: ContiguousArray<MemoryChange>) {
    let base = device * (Self.kinds + 1)
    for place in Int(instruction.firstChange)..<Int(instruction.lastChange) {
      let change = changes[place]
      let kind = base + Int(change.kind)
      let sum = base + Self.kinds
      used[kind] += change.bytes
      used[sum] += change.bytes
      if change.bytes > 0 {
        peak[kind] = max(peak[kind], used[kind])
        peak[sum] = max(peak[sum], used[sum])
      }
    }
  }

  /// The peaks of one device.
  func peak(of device: Int) -> SimulationOutcome.Memory {
    let base = device * (Self.kinds + 1)
    let pairs = BufferKind.allCases.enumerated().map { ($0.element, Int(peak[base + $0.offset])) }
    return SimulationOutcome.Memory(
      byKind: Dictionary(uniqueKeysWithValues: pairs), total: Int(peak[base + Self.kinds]))
  }
}
