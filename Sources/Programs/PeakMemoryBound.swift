/// What a device's memory cannot exceed, in whatever order its two lanes take turns: messages that come early may be received
/// before the computing that precedes them in the program.
///
/// An instruction of one lane runs when the other lane has done at least what it depends on (``LaneDependencies``), and at
/// most what does not depend on it. Over these ranges the most that the other lane may hold is added; both ends of the range
/// only grow, so one walk over each lane is enough. Other devices are not looked at, so the bound may not be reached.
public struct PeakMemoryBound: Hashable, Sendable {
  /// Bytes of each kind.
  public private(set) var byKind: [BufferKind: Int] = [:]
  /// Bytes of all kinds together.
  public private(set) var total = 0

  /// - Parameter workspaceWords: as for ``PeakMemory/init(of:messages:workspaceWords:)``.
  public init(of device: DeviceProgram, messages: Table<Message>, workspaceWords: Int? = nil) {
    let turns = LaneTurns(device, messages: messages)
    var persistent: [BufferKind: Int] = [:]
    if let workspaceWords { persistent[.workspace] = 4 * workspaceWords }
    for buffer in device.buffers.entries where buffer.isPersistent && buffer.parent == nil {
      persistent[buffer.kind, default: 0] += 4 * buffer.words
    }
    let kinds = Set(device.buffers.entries.map(\.kind)).union(persistent.keys)
    for kind in kinds {
      byKind[kind] =
        persistent[kind, default: 0] + turns.most { device.buffers[$0].kind == kind ? device.buffers[$0].words : 0 }
    }
    total = persistent.values.reduce(0, +) + turns.most { device.buffers[$0].words }
  }
}

/// How far each lane may have come when an instruction of the other one runs.
private struct LaneTurns {
  private struct Step {
    var access: Access
    /// Instructions of the other lane that must be done before.
    var needed: Int
  }

  private var lanes: [[Step]] = [[], []]

  init(_ device: DeviceProgram, messages: Table<Message>) {
    let after = LaneDependencies(device, messages: messages).after
    /// How many instructions of each lane stand at or before a position.
    var done: [[Int]] = [[], []]
    for position in device.instructions.indices {
      let own = Int(device.lanes[position].rawValue)
      for lane in 0...1 { done[lane].append((done[lane].last ?? 0) + (lane == own ? 1 : 0)) }
      let needed = max(lanes[own].last?.needed ?? 0, after[position].map { done[1 - own][$0] } ?? 0)
      lanes[own].append(
        Step(access: device.access(of: device.instructions[position], messages: messages), needed: needed))
    }
  }

  /// The most bytes of temporary buffers, counting the words that `words` says.
  func most(_ words: (Index<Buffer>) -> Int) -> Int {
    let held = lanes.map { lane in
      lane.reduce(into: [0]) { sums, step in
        let change = step.access.defines.reduce(0) { $0 + words($1) } - step.access.frees.reduce(0) { $0 + words($1) }
        sums.append(sums[sums.count - 1] + change)
      }
    }
    var most = 0
    for own in 0...1 {
      let other = 1 - own
      var candidates: [Int] = []
      var front = 0
      var next = 0
      for (position, step) in lanes[own].enumerated() {
        // The other lane may be so far that its next instruction waits for this one.
        while next < held[other].count, next == 0 || lanes[other][next - 1].needed <= position {
          while candidates.count > front, held[other][candidates[candidates.count - 1]] <= held[other][next] {
            candidates.removeLast()
          }
          candidates.append(next)
          next += 1
        }
        while front < candidates.count, candidates[front] < step.needed { front += 1 }
        guard front < candidates.count else { continue }
        let defined = step.access.defines.reduce(0) { $0 + words($1) }
        most = max(most, 4 * (held[own][position] + defined + held[other][candidates[front]]))
      }
    }
    return most
  }
}
