import Networks
import Programs

/// Gives every device the parameters that its parts work with (``ParameterOwners``).
///
/// Parameters of a stage with one reduction group lie side by side, so that exchange and update see one array. Parts of one
/// device that use the same box share it.
struct ParameterStorage {
  let layout: Layout
  let optimizer: Optimizer
  let mode: Program.Mode

  func place(on devices: inout [DeviceBuilder]) {
    var shelves = devices.map { _ in [(shelf: Shelf, boxes: [HeldBox])]() }
    for node in layout.graph.nodes where !node.parameters.isEmpty {
      for owner in ParameterOwners(of: node, layout: layout).owners {
        let shelf = Shelf(stage: layout.partitioning.stages[node.index], group: owner.group)
        let place =
          shelves[owner.device].firstIndex { $0.shelf == shelf }
          ?? {
            shelves[owner.device].append((shelf, []))
            return shelves[owner.device].count - 1
          }()
        for (ordinal, ranges) in owner.ranges.enumerated() {
          guard let ranges else { continue }
          if let shared = shelves[owner.device][place].boxes.firstIndex(where: {
            $0.node.index == node.index && $0.ordinal == ordinal && $0.ranges == ranges
          }) {
            shelves[owner.device][place].boxes[shared].parts.append(owner.part)
          } else {
            shelves[owner.device][place].boxes.append(
              HeldBox(node: node, ordinal: ordinal, ranges: ranges, parts: [owner.part], saver: owner.saver))
          }
        }
      }
    }
    for device in devices.indices {
      // In one order on every device of a group, whichever parts it has first.
      for (shelf, boxes) in shelves[device] {
        let boxes = boxes.sorted(by: HeldBox.precedes)
        store(boxes, shelf, on: &devices[device])
        if let server = layout.partitioning.server, shelf.group[0] == device {
          store(boxes.filter(\.parameter.isLearned), shelf, on: &devices[server])
        }
      }
    }
  }

  /// What lies side by side.
  private struct Shelf: Hashable {
    var stage: Int
    var group: [Int]
  }

  private struct HeldBox {
    var node: Graph.Node
    var ordinal: Int
    var ranges: [Range<Int>]
    /// The parts of the node on this device that use the box.
    var parts: [Int]
    /// ``ParameterOwners/Owner/saver``.
    var saver: Int

    var parameter: Parameter { node.parameters[ordinal] }
    var words: Int { ranges.reduce(1) { $0 * $1.count } }

    static func precedes(_ one: HeldBox, _ other: HeldBox) -> Bool {
      if (one.node.index, one.ordinal) != (other.node.index, other.ordinal) {
        return (one.node.index, one.ordinal) < (other.node.index, other.ordinal)
      }
      return one.ranges.map(\.lowerBound).lexicographicallyPrecedes(other.ranges.map(\.lowerBound))
    }
  }

  /// Places the boxes of one shelf on a member of its group, or on the group's server.
  private func store(_ boxes: [HeldBox], _ shelf: Shelf, on device: inout DeviceBuilder) {
    let learned = boxes.filter(\.parameter.isLearned)
    let words = learned.reduce(0) { $0 + $1.words }
    if words > 0 {
      device.buckets.append(bucket(shelf, words: words, nodes: learned.map(\.node.index), on: &device.program))
    }
    var offset = 0
    for box in boxes {
      guard box.parameter.isLearned, let bucket = device.buckets.last else {
        let buffer = device.program.buffers.append(
          Buffer(name: box.parameter.name, kind: .parameters, words: box.words, isPersistent: true))
        device.note(box.node.index, parts: box.parts) { $0.states.append(buffer) }
        device.program.parameters.append(
          HeldParameter(
            node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: nil,
            isSaved: box.saver == device.program.device))
        continue
      }
      let place = offset..<offset + box.words
      offset += box.words
      let buffer = device.program.view(place, of: bucket.parameter, named: box.parameter.name)
      let gradient = bucket.gradient.map {
        device.program.view(place, of: $0, named: "\(box.parameter.name) gradient")
      }
      device.note(box.node.index, parts: box.parts) { parameters in
        parameters.learned.append(buffer)
        if let gradient { parameters.gradients.append(gradient) }
      }
      hold(box, at: place, buffer, gradient, bucket, on: &device.program)
    }
  }

  /// The arrays of a shelf and what the device updates of it.
  private func bucket(_ shelf: Shelf, words: Int, nodes: [Int], on device: inout DeviceProgram) -> Bucket {
    let label = shelf.group.count > 1 ? "shared by \(shelf.group.count)" : "own"
    func root(_ name: String, _ kind: BufferKind, words: Int) -> Index<Buffer> {
      device.buffers.append(Buffer(name: "\(name), \(label)", kind: kind, words: words, isPersistent: true))
    }
    var bucket = Bucket(
      stage: shelf.stage, group: shelf.group, nodes: Array(Set(nodes)).sorted(), words: words,
      parameter: root("parameters", .parameters, words: words), server: layout.partitioning.server)
    guard mode == .training else { return bucket }
    let gradient = root("gradients", .gradients, words: words)
    bucket.gradient = gradient
    var own = 0..<words
    if layout.partitioning.shard == .optimizer, shelf.group.count > 1,
      let rank = shelf.group.firstIndex(of: device.device)
    {
      bucket.pieces = shelf.group.indices.map { own.cut($0, of: shelf.group.count) }
      own = own.cut(rank, of: shelf.group.count)
    }
    let isServed = bucket.server.map { $0 != device.device } ?? false
    guard !own.isEmpty, !isServed else { return bucket }
    let isWhole = own.count == words
    bucket.own = Bucket.Share(
      parameter: isWhole ? bucket.parameter : device.view(own, of: bucket.parameter, named: "own parameters"),
      gradient: isWhole ? gradient : device.view(own, of: gradient, named: "own gradients"),
      states: (0..<optimizer.stateCount).map { root("optimizer state \($0)", .optimizer, words: own.count) })
    return bucket
  }

  /// Says which parameter, or piece of one, stands in a buffer, and who saves it: the device that updates it.
  private func hold(
    _ box: HeldBox, at place: Range<Int>, _ buffer: Index<Buffer>, _ gradient: Index<Buffer>?, _ bucket: Bucket,
    on device: inout DeviceProgram
  ) {
    var whole = HeldParameter(
      node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: gradient,
      isSaved: box.saver == device.device)
    let isGroupSaved = bucket.group.contains(box.saver)
    if let server = bucket.server {
      whole.isSaved = isGroupSaved && server == device.device
    } else if let pieces = bucket.pieces, let rank = bucket.group.firstIndex(of: device.device) {
      let common = pieces[rank].clamped(to: place)
      whole.isSaved = false
      whole.gradient = nil
      if !common.isEmpty {
        let words = common.lowerBound - place.lowerBound..<common.upperBound - place.lowerBound
        let name = "\(box.parameter.name)[\(words.lowerBound)..<\(words.upperBound)]"
        device.parameters.append(
          HeldParameter(
            node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, words: words,
            buffer: device.view(common, of: bucket.parameter, named: name),
            gradient: bucket.gradient.map { device.view(common, of: $0, named: "\(name) gradient") },
            isSaved: isGroupSaved))
      }
    }
    device.parameters.append(whole)
  }
}

extension DeviceProgram {
  /// A view of some words of a persistent buffer.
  mutating func view(_ words: Range<Int>, of parent: Index<Buffer>, named name: String) -> Index<Buffer> {
    buffers.append(
      Buffer(
        name: name, kind: buffers[parent].kind, words: words.count, isPersistent: true, parent: parent,
        offset: words.lowerBound))
  }
}

extension DeviceBuilder {
  /// Tells parts of a node about buffers of theirs.
  fileprivate mutating func note(_ node: Int, parts: [Int], _ change: (inout NodeParameters) -> Void) {
    for part in parts { change(&parameters[PartKey(node: node, part: part), default: NodeParameters()]) }
  }
}
