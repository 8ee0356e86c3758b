import Programs

/// Where the exchange of a bucket's gradients and what follows from it, update and distribution, stand in a device's program.
///
/// Lowering puts all exchanges into one action of the schedule and all updates into the next. Where exchange overlaps
/// (``GradientBuckets``), each bucket's part of the two moves up to the instruction that gives its last gradient, so that the
/// communication lane begins it there while the compute lane goes on with earlier layers. Where exchange runs on over the border
/// of the step, each bucket has a lane of its own, and the end of the step too, so that the other lanes need not wait for it. The
/// order is valid as it stands, and on all devices of a group the same.
extension DeviceBuilder {
  /// The instructions of one bucket within the fragment of an action.
  struct BucketPart {
    /// Place in ``buckets``.
    var bucket: Int
    var range: Range<Int>
  }

  /// Strings the fragments together in the order of the schedule and ends the step.
  ///
  /// - Parameters:
  ///   - overlap: Whether a bucket's exchange and update come as early as its gradients allow, and in which lanes.
  mutating func finish(_ actions: [Action], overlap: GradientOverlap, messages: Table<Message>) {
    var line = AssemblyLine()
    let overlaps = overlap != .off
    let lanes = exchangeLanes(overlap)
    program.runsAcross = !lanes.isEmpty
    let travelling = overlaps ? travelling(messages) : []
    for (position, action) in actions.enumerated() {
      let fragment = fragments[action] ?? []
      guard overlaps else {
        line.append(fragment, action: position)
        continue
      }
      switch action.kind {
      case .exchange where bucketParts[action] != nil:
        // The update of the same stage is always the next action, and its parts are placed together with these.
        place(action, at: position, on: &line, lanes, messages)
      case .update:
        let exchange = Action(.exchange, stage: action.stage, microbatch: action.microbatch)
        let moved = (bucketParts[action] ?? []).filter {
          bucketParts[exchange] != nil && isExchanged(buckets[$0.bucket])
        }
        let rest = fragment.indices.filter { place in !moved.contains { $0.range.contains(place) } }
        line.append(rest.map { fragment[$0] }, action: position)
      default: line.append(localCopiesToCompute(fragment, travelling), action: position)
      }
    }
    for entry in line.entries { program.append(entry.instruction, lane: entry.lane, action: entry.action) }
    program.append(.endOfStep, lane: program.runsAcross ? .border : .compute, action: max(0, actions.count - 1))
  }

  /// The lane of each exchanged bucket, by its place in ``buckets``, where buckets have lanes of their own: in the order of
  /// backward, or the first layers first.
  private func exchangeLanes(_ overlap: GradientOverlap) -> [Int: Lane] {
    guard overlap.crossesBorder else { return [:] }
    let exchanged = buckets.indices.filter { isExchanged(buckets[$0]) && buckets[$0].gradient != nil }
    let order = exchanged.sorted {
      overlap == .priority ? buckets[$1].precedes(buckets[$0]) : buckets[$0].precedes(buckets[$1])
    }
    return Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, Lane.exchange($0.offset)) })
  }

  private func isExchanged(_ bucket: Bucket) -> Bool { bucket.group.count > 1 || bucket.server != nil }

  /// Inserts each bucket's exchange, update and distribution, in the order of the buckets.
  private func place(
    _ exchange: Action, at position: Int, on line: inout AssemblyLine, _ lanes: [Int: Lane], _ messages: Table<Message>
  ) {
    let update = Action(.update, stage: exchange.stage, microbatch: exchange.microbatch)
    let last = lastUses(line, messages)
    // One lane carries all of a device's messages in a fixed order. What other layers wait for never stands behind gradients
    // that nobody waits for yet: so exchange begins when the last activation of backward has left. Lanes of their own stand in
    // nobody's way.
    var earliest = !lanes.isEmpty ? 0 : (line.entries.lastIndex { $0.lane == .communication } ?? -1) + 1
    var blocks: [(place: Int, entries: [AssemblyLine.Entry])] = []
    // The later layers' gradients are there first. Members of a group have to agree, so the order follows from what is theirs
    // in common.
    let own = buckets.indices.filter { buckets[$0].stage == exchange.stage && isExchanged(buckets[$0]) }
    for number in own.sorted(by: { buckets[$0].precedes(buckets[$1]) }) {
      let bucket = buckets[number]
      func part(_ action: Action, _ position: Int) -> [AssemblyLine.Entry] {
        (bucketParts[action] ?? []).filter { $0.bucket == number }.flatMap { part in
          fragments[action]![part.range].map {
            .init(instruction: $0.0, lane: lanes[number] ?? .communication, action: position)
          }
        }
      }
      let ready = [bucket.gradient, bucket.parameter].compactMap { $0 }.compactMap { last[program.root($0)] }.max()
      earliest = max(lanes.isEmpty ? earliest : 0, (ready ?? -1) + 1)
      blocks.append((earliest, part(exchange, position) + part(update, position + 1)))
    }
    // Stable, as the number of a block decides between equals.
    line.insert(
      blocks.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element))
  }

  /// Where on the line each array is used last.
  private func lastUses(_ line: AssemblyLine, _ messages: Table<Message>) -> [Index<Buffer>: Int] {
    var last: [Index<Buffer>: Int] = [:]
    for (place, entry) in line.entries.enumerated() {
      let accesses = Accesses(of: entry.instruction, on: program, messages: messages)
      for access in accesses[0] where access.kind != .free { last[program.root(access.buffer)] = place }
    }
    return last
  }

  /// Buffers that this device sends or receives.
  private func travelling(_ messages: Table<Message>) -> Set<Index<Buffer>> {
    var buffers: Set<Index<Buffer>> = []
    for message in messages.entries {
      if message.from == program.device { buffers.insert(message.sendBuffer) }
      if message.to == program.device { buffers.insert(message.receiveBuffer) }
    }
    return buffers
  }

  /// Copies and sums between buffers of this device alone, as where branches meet, belong to its computing: in the
  /// communication lane they would hold up the layers after them until an exchange in front of them has ended.
  private func localCopiesToCompute(
    _ fragment: [(Instruction, Lane)], _ travelling: Set<Index<Buffer>>
  ) -> [(Instruction, Lane)] {
    fragment.map { instruction, lane in
      switch instruction {
      case .copy(let index), .accumulate(let index):
        let copy = program.copies[index]
        let isLocal =
          copy.collective == nil && !travelling.contains(copy.source.buffer)
          && !travelling.contains(copy.destination.buffer)
        return (instruction, isLocal ? .compute : lane)
      default: return (instruction, lane)
      }
    }
  }
}

extension Bucket {
  /// Whether backward completes this bucket before `other`; between equals by their groups.
  fileprivate func precedes(_ other: Bucket) -> Bool {
    if nodes != other.nodes { return other.nodes.reversed().lexicographicallyPrecedes(nodes.reversed()) }
    return group.lexicographicallyPrecedes(other.group)
  }
}

/// A device's instructions while they are strung together.
private struct AssemblyLine {
  struct Entry {
    var instruction: Instruction
    var lane: Lane
    /// Place in the device's schedule.
    var action: Int
  }

  private(set) var entries: [Entry] = []

  mutating func append(_ fragment: [(Instruction, Lane)], action: Int) {
    for (instruction, lane) in fragment { entries.append(Entry(instruction: instruction, lane: lane, action: action)) }
  }

  /// Inserts blocks before the entries at their places, which ascend.
  mutating func insert(_ blocks: [(place: Int, entries: [Entry])]) {
    var result: [Entry] = []
    var next = 0
    for block in blocks {
      result += entries[next..<block.place]
      result += block.entries
      next = block.place
    }
    entries = result + entries[next...]
  }
}
