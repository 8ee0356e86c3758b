/// What a device's memory cannot exceed, in whatever order its lanes take turns: messages that come early may be received
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
      let words = device.buffers.entries.map { $0.kind == kind ? $0.words : 0 }
      byKind[kind] = persistent[kind, default: 0] + turns.most(words)
    }
    total = persistent.values.reduce(0, +) + turns.most(device.buffers.entries.map(\.words))
  }
}

/// How far each lane may have come when an instruction of the other one runs. Where steps run into each other, over two of
/// them; lanes for exchanges are looked at by themselves, as what they hold does not come from other lanes.
private struct LaneTurns {
  private struct Step {
    var accesses: ArraySlice<Access>
    /// Instructions of the other lane that must be done before.
    var needed: Int
  }

  /// Compute and communication.
  private var lanes: [[Step]] = [[], []]
  /// The other lanes.
  private var exchanges: [[ArraySlice<Access>]] = []

  init(_ device: DeviceProgram, messages: Table<Message>) {
    let accesses = Accesses(of: device, messages: messages)
    let dependencies = LaneDependencies(device, accesses)
    /// The places of the two lanes among all.
    let pair = [Lane.compute, .communication].map { dependencies.lanes.firstIndex(of: $0) }
    let steps = device.runsAcross ? 2 : 1
    let length = device.instructions.count
    exchanges = dependencies.lanes.indices.filter { !pair.contains($0) }.map { lane in
      dependencies.positions[lane].map { accesses[$0] }
    }
    /// How many instructions of each of the two lanes stand at or before a position.
    var done: [[Int]] = [[], []]
    for step in 0..<steps {
      for position in device.instructions.indices {
        let lane = dependencies.laneNumbers[position]
        for own in 0...1 { done[own].append((done[own].last ?? 0) + (pair[own] == lane ? 1 : 0)) }
        guard let own = pair.firstIndex(of: lane) else { continue }
        var needed = lanes[own].last?.needed ?? 0
        for dependency in dependencies[position] where dependency.lane == pair[1 - own] {
          let place = (dependency.isCarried ? step - 1 : step) * length + dependency.position
          if place >= 0 { needed = max(needed, done[1 - own][place]) }
        }
        lanes[own].append(Step(accesses: accesses[position], needed: needed))
      }
    }
  }

  /// The most bytes of temporary buffers, counting each buffer with `words`.
  func most(_ words: [Int]) -> Int {
    func total(_ kind: Access.Kind, _ accesses: ArraySlice<Access>) -> Int {
      var sum = 0
      for access in accesses where access.kind == kind { sum += words[access.buffer.position] }
      return sum
    }
    func change(_ accesses: ArraySlice<Access>) -> Int { total(.define, accesses) - total(.free, accesses) }
    let beside = exchanges.reduce(0) { sum, lane in
      var (held, most) = (0, 0)
      for accesses in lane {
        most = max(most, held + total(.define, accesses))
        held += change(accesses)
      }
      return sum + most
    }
    let held = lanes.map { lane in
      lane.reduce(into: [0]) { sums, step in sums.append(sums[sums.count - 1] + change(step.accesses)) }
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
        let defined = total(.define, step.accesses)
        most = max(most, 4 * (held[own][position] + defined + held[other][candidates[front]]))
      }
    }
    return most + 4 * beside
  }
}
