/// Bytes of a device's memory at their peak, by formula: a walk over the program in its sequential order, and the workspace
/// that lasts from the beginning to the end.
public struct PeakMemory: Hashable, Sendable {
  /// The peak of each kind, not necessarily at the same instruction.
  public var byKind: [BufferKind: Int] = [:]
  /// The peak of the sum of all kinds.
  public var total = 0

  /// - Parameter workspaceWords: what the executor's kernels need beside the program's buffers; nil where no executor was
  ///   asked, which leaves it out of `byKind` and of the total.
  public init(of device: DeviceProgram, messages: Table<Message>, workspaceWords: Int? = nil) {
    var used: [BufferKind: Int] = [:]
    if let workspaceWords { used[.workspace] = 4 * workspaceWords }
    func note() {
      for (kind, bytes) in used { byKind[kind] = max(byKind[kind] ?? 0, bytes) }
      total = max(total, used.values.reduce(0, +))
    }
    for buffer in device.buffers.entries where buffer.isPersistent && buffer.parent == nil {
      used[buffer.kind, default: 0] += 4 * buffer.words
    }
    note()
    let accesses = Accesses(of: device, messages: messages)
    for position in device.instructions.indices {
      for access in accesses[position] {
        let buffer = device.buffers[access.buffer]
        switch access.kind {
        case .define: used[buffer.kind, default: 0] += 4 * buffer.words
        case .free: used[buffer.kind, default: 0] -= 4 * buffer.words
        case .read, .modify: break
        }
      }
      if accesses[position].contains(where: { $0.kind == .define }) { note() }
    }
  }
}
