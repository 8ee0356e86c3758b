/// For each instruction the latest earlier instruction of the other lane that it must follow because of a buffer.
///
/// Conflicts are those of a processor: read after write, write after read, write after write, on a buffer, its parent or
/// a view that overlaps it. `endOfStep` follows everything.
public struct LaneDependencies: Sendable {
  /// Positions in the device's instructions; nil where the other lane does not matter.
  public let after: [Int?]

  public init(_ device: DeviceProgram, messages: Table<Message>) {
    guard Set(device.lanes).count > 1 else {
      after = device.instructions.map { _ in nil }
      return
    }
    let roots = device.buffers.indices.map { device.root($0).position }
    /// Last position that wrote, and that read, each root buffer, per lane; -1 before any. Views share their root's entry:
    /// exchange and update of one flat gradient work on all of it, so a finer distinction would order nothing differently.
    var wrote = [Int](repeating: -1, count: 2 * roots.count)
    var read = wrote
    var last = [-1, -1]
    var result: [Int?] = []
    result.reserveCapacity(device.instructions.count)
    for (position, instruction) in device.instructions.enumerated() {
      let own = Int(device.lanes[position].rawValue)
      let (mine, others) = (own * roots.count, (1 - own) * roots.count)
      let access = device.access(of: instruction, messages: messages)
      var latest = instruction == .endOfStep ? last[1 - own] : -1
      for buffer in access.reads {
        let root = roots[buffer.position]
        latest = max(latest, wrote[others + root])
        read[mine + root] = position
      }
      func write(_ buffers: [Index<Buffer>]) {
        for buffer in buffers {
          let root = roots[buffer.position]
          latest = max(latest, wrote[others + root], read[others + root])
          wrote[mine + root] = position
        }
      }
      write(access.modifies)
      write(access.defines)
      write(access.frees)
      last[own] = position
      result.append(latest < 0 ? nil : latest)
    }
    after = result
  }
}

extension DeviceProgram {
  /// The buffer that owns the memory of `buffer`.
  public func root(_ buffer: Index<Buffer>) -> Index<Buffer> {
    var root = buffer
    while let parent = buffers[root].parent { root = parent }
    return root
  }
}
