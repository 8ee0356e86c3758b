/// For each instruction the latest earlier instruction of the other lane that it must follow because of a buffer.
///
/// Conflicts are those of a processor: read after write, write after read, write after write, on a buffer, its parent or
/// a view that overlaps it. `endOfStep` follows everything.
public struct LaneDependencies: Sendable {
  /// Positions in the device's instructions; nil where the other lane does not matter.
  public let after: [Int?]

  public init(_ device: DeviceProgram, messages: Table<Message>) {
    /// Last position per lane that wrote, and that read, each root buffer. Views share their root's entry: exchange and
    /// update of one flat gradient work on all of it, so a finer distinction would order nothing differently.
    var wrote = Array(repeating: [Int?](repeating: nil, count: device.buffers.count), count: 2)
    var read = wrote
    var last: [Int?] = [nil, nil]
    let hasTwoLanes = Set(device.lanes).count > 1
    after = device.instructions.indices.map { position in
      guard hasTwoLanes else { return nil }
      let own = Int(device.lanes[position].rawValue)
      let other = 1 - own
      let instruction = device.instructions[position]
      let access = device.access(of: instruction, messages: messages)
      var latest = instruction == .endOfStep ? last[other] : nil
      func follow(_ candidate: Int?) {
        if let candidate, candidate > latest ?? -1 { latest = candidate }
      }
      for buffer in access.reads.map({ device.root($0).position }) {
        follow(wrote[other][buffer])
        read[own][buffer] = position
      }
      for buffer in (access.modifies + access.defines + access.frees).map({ device.root($0).position }) {
        follow(wrote[other][buffer])
        follow(read[other][buffer])
        wrote[own][buffer] = position
      }
      last[own] = position
      return latest
    }
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
