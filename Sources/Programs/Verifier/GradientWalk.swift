import Diagnostics

/// One device's gradients through one step, instruction by instruction.
///
/// Gradients are told apart by the array that owns their words; what is exchanged, by the words themselves. An array that no
/// layer of the device contributes to but that is updated from is a *shard*: collectives bring its contributions.
struct GradientWalk {
  private(set) var problems: [(position: Int, message: String)] = []
  /// Operations in the order of their contributions.
  private(set) var contributed: [Index<Operation>] = []

  private let device: DeviceProgram
  private let lastUpdate: [Index<Buffer>: Int]
  private let shards: Set<Index<Buffer>>
  /// Temporary gradients that nobody has taken yet since a contribution.
  private var waiting: Set<Index<Buffer>> = []
  /// Places, buffer and offset, to which contributions are copied, since the step's beginning or the last update.
  private var copied: Set<[Int]> = []
  /// Gradient buffers of operations that something was contributed to since then.
  private var isBegun: Set<Index<Buffer>> = []
  private var lastContribution: [Index<Buffer>: Int] = [:]
  private var reducedAt: [Index<Buffer>: Int] = [:]
  /// Words that a collective has read or written since then.
  private var exchanged: [Index<Buffer>: [Range<Int>]] = [:]
  /// Words of shards that a collective has written since then.
  private var delivered: [Index<Buffer>: Set<Range<Int>>] = [:]

  init(_ device: DeviceProgram) {
    self.device = device
    var last: [Index<Buffer>: Int] = [:]
    for (position, instruction) in device.instructions.enumerated() {
      if case .update(let index) = instruction { last[device.root(device.updates[index].gradient)] = position }
    }
    lastUpdate = last
    let own =
      device.operations.entries.flatMap(\.parameterGradients)
      + device.copies.entries.filter(\.contributes).map(\.destination.buffer)
    shards = Set(last.keys).subtracting(own.map { device.root($0) })
  }

  mutating func visit(_ instruction: Instruction, at position: Int) {
    switch instruction {
    case .backward(let index), .backwardWeight(let index):
      contributed.append(index)
      for gradient in device.operations[index].parameterGradients {
        contribute(to: gradient, accumulates: device.operations[index].accumulates, at: position)
      }
    case .copy(let index), .accumulate(let index):
      let copy = device.copies[index]
      let adds = instruction == .accumulate(index)
      waiting.remove(copy.source.buffer)
      if copy.contributes {
        contribute(by: copy, adds: adds, at: position)
      } else if copy.collective != nil {
        exchange(copy, adds: adds, at: position)
      }
    case .update(let index): update(from: device.updates[index].gradient, at: position)
    case .free(let buffer):
      if waiting.contains(buffer) { note("drops a gradient that nobody received", position) }
      forget(buffer)
    default: break
    }
  }

  /// Gradients that were contributed to and lead nowhere.
  mutating func finish() {
    for (root, position) in lastContribution
    where device.buffers[root].isPersistent && lastUpdate[root] == nil && exchanged[root] == nil {
      note("contributes to a gradient that nobody updates from", position)
    }
    problems.sort { $0.position < $1.position }
  }

  private mutating func contribute(to gradient: Index<Buffer>, accumulates: Bool, at position: Int) {
    let (root, words) = device.words(of: gradient)
    if let last = lastUpdate[root], last < position { note("contributes to a gradient after its update", position) }
    // A temporary gradient is begun where it is defined, which the check of lifetimes follows.
    if !device.buffers[gradient].isPersistent {
      waiting.insert(gradient)
    } else if isBegun.insert(gradient).inserted == accumulates {
      note(accumulates ? "adds to last step's gradient" : "overwrites an earlier contribution", position)
    }
    if exchanged[root]?.contains(where: { $0.overlaps(words) }) ?? false {
      note("contributes to a gradient that was exchanged already", position)
    }
    lastContribution[root] = position
  }

  private mutating func contribute(by copy: Copy, adds: Bool, at position: Int) {
    let root = device.root(copy.destination.buffer)
    if let last = lastUpdate[root], last < position { note("contributes to a gradient after its update", position) }
    if copied.insert([copy.destination.buffer.position, copy.destination.offset]).inserted == adds {
      note(adds ? "adds to last step's gradient" : "overwrites an earlier contribution", position)
    }
    lastContribution[root] = position
  }

  private mutating func exchange(_ copy: Copy, adds: Bool, at position: Int) {
    for region in [copy.source, copy.destination] where device.buffers[region.buffer].kind == .gradients {
      // What is put together in a temporary gradient may be added to; what was taken from it may not.
      guard device.buffers[region.buffer].isPersistent || region == copy.source else { continue }
      let (root, words) = device.words(of: region, count: copy.count.count)
      exchanged[root, default: []].append(words)
    }
    let (root, words) = device.words(of: copy.destination, count: copy.count.count)
    reducedAt[root] = position
    guard shards.contains(root) else { return }
    if let last = lastUpdate[root], last < position { note("reduces into a gradient after its update", position) }
    if delivered[root, default: []].insert(words).inserted == adds {
      note(adds ? "adds to last step's gradient" : "overwrites an earlier contribution", position)
    }
  }

  private mutating func update(from gradient: Index<Buffer>, at position: Int) {
    let (root, words) = device.words(of: gradient)
    isBegun = isBegun.filter { device.root($0) != root }
    copied = copied.filter { device.root(Index($0[0])) != root }
    if let reduced = reducedAt[root], reduced < lastContribution[root] ?? 0 {
      note("updates from a gradient that was reduced too early", position)
    }
    if shards.contains(root), !(delivered[root] ?? []).contains(where: { $0.overlaps(words) }) {
      note("updates from a gradient that nobody contributed to", position)
    }
    exchanged[root]?.removeAll { $0.overlaps(words) }
    delivered[root] = delivered[root]?.filter { !$0.overlaps(words) }
  }

  private mutating func forget(_ buffer: Index<Buffer>) {
    waiting.remove(buffer)
    isBegun.remove(buffer)
    lastContribution[buffer] = nil
    exchanged[buffer] = nil
  }

  private mutating func note(_ message: String, _ position: Int) { problems.append((position, message)) }
}

extension DeviceProgram {
  /// The array that owns a buffer's words, and which of its words they are.
  func words(of buffer: Index<Buffer>) -> (root: Index<Buffer>, words: Range<Int>) {
    var (root, first) = (buffer, 0)
    while let parent = buffers[root].parent {
      first += buffers[root].offset
      root = parent
    }
    return (root, first..<first + buffers[buffer].words)
  }

  /// The same for consecutive words of a buffer.
  func words(of region: Region, count: Int) -> (root: Index<Buffer>, words: Range<Int>) {
    let (root, words) = words(of: region.buffer)
    let first = words.lowerBound + region.offset
    return (root, first..<first + count)
  }
}
