import Networks
import Programs

/// Gives every device the parameters that its parts work with (``ParameterOwners``).
///
/// Parameters of a stage with one reduction group lie side by side, so that exchange and update see one array. Parts of one
/// device that use the same box share it. How a group shares what it keeps is in `ShardedStorage.swift`.
struct ParameterStorage {
  let layout: Layout
  let optimizer: Optimizer
  let mode: Program.Mode
  /// Per stage, how many arrays its versions take.
  let slots: [WeightSlots]

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
          store(boxes, shelf, on: &devices[server])
        }
      }
    }
  }

  /// What lies side by side.
  struct Shelf: Hashable {
    var stage: Int
    var group: [Int]

    var label: String { group.count > 1 ? "shared by \(group.count)" : "own" }
  }

  struct HeldBox {
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

  /// Places the boxes of one shelf on a member of its group, or the learned ones on the group's server.
  private func store(_ boxes: [HeldBox], _ shelf: Shelf, on device: inout DeviceBuilder) {
    var learned: [(box: HeldBox, place: Range<Int>)] = []
    var words = 0
    for box in boxes where box.parameter.isLearned {
      learned.append((box, words..<words + box.words))
      words += box.words
    }
    let isServer = layout.partitioning.server == device.program.device
    if !isServer { storeStates(boxes.filter { !$0.parameter.isLearned }, on: &device) }
    guard words > 0 else { return }
    if mode == .training, layout.partitioning.shard != .none, shelf.group.count > 1 {
      storeSharded(learned, shelf, words: words, on: &device)
    } else {
      storeWhole(learned, shelf, words: words, on: &device)
    }
  }

  /// What layers change themselves, as running statistics.
  private func storeStates(_ boxes: [HeldBox], on device: inout DeviceBuilder) {
    for box in boxes {
      let buffer = device.program.buffers.append(
        Buffer(name: box.parameter.name, kind: .parameters, words: box.words, isPersistent: true))
      device.note(box.node.index, parts: box.parts) { $0.states.append(buffer) }
      device.program.parameters.append(
        HeldParameter(
          node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: nil,
          isSaved: box.saver == device.program.device))
    }
  }

  /// All of everything on this device; where there is a server, the optimizer's states on that only.
  private func storeWhole(
    _ learned: [(box: HeldBox, place: Range<Int>)], _ shelf: Shelf, words: Int, on device: inout DeviceBuilder
  ) {
    func root(_ name: String, _ kind: BufferKind) -> Index<Buffer> { device.root(name, kind, words, shelf) }
    let nodes = Array(Set(learned.map(\.box.node.index))).sorted()
    let parameter = root("parameters", .parameters)
    let versions = (1..<slots[shelf.stage].count).map { root("parameters slot \($0)", .parameters) }
    let gradient = mode == .training ? root("gradients", .gradients) : nil
    let server = layout.partitioning.server
    let isHere = server == nil || server == device.program.device
    var bucket = Bucket(
      stage: shelf.stage, group: shelf.group, nodes: nodes, words: words, parameter: parameter, gradient: gradient,
      server: server)
    if let gradient, isHere {
      bucket.shares = [
        Bucket.Share(
          parameter: parameter, versions: versions, gradient: gradient,
          states: (0..<optimizer.stateCount).map { root("optimizer state \($0)", .optimizer) }, nodes: nodes)
      ]
    }
    device.buckets.append(bucket)
    for (box, place) in learned {
      let name = box.parameter.name
      let buffer = device.program.view(place, of: parameter, named: name)
      let slope = gradient.map { device.program.view(place, of: $0, named: "\(name) gradient") }
      device.note(box.node.index, parts: box.parts) { parameters in
        parameters.learned.append(buffer)
        if let slope { parameters.gradients.append(slope) }
      }
      let isSaved = server == nil ? box.saver == device.program.device : shelf.group.contains(box.saver)
      device.program.parameters.append(
        HeldParameter(
          node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: slope,
          isSaved: isSaved && isHere))
      storeVersions(of: box, at: place, in: versions, on: &device)
    }
  }

  /// Views of a box in the arrays of other versions.
  private func storeVersions(
    of box: HeldBox, at place: Range<Int>, in versions: [Index<Buffer>], on device: inout DeviceBuilder
  ) {
    for (number, root) in versions.enumerated() {
      let buffer = device.program.view(place, of: root, named: "\(box.parameter.name) slot \(number + 1)")
      device.note(box.node.index, parts: box.parts) { parameters in
        if parameters.versions.count == number { parameters.versions.append([]) }
        parameters.versions[number].append(buffer)
      }
      device.program.parameters.append(
        HeldParameter(
          node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: nil, isSaved: false,
          slot: number + 1))
    }
  }
}

extension DeviceBuilder {
  /// Tells parts of a node about buffers of theirs.
  mutating func note(_ node: Int, parts: [Int], _ change: (inout NodeParameters) -> Void) {
    for part in parts { change(&parameters[PartKey(node: node, part: part), default: NodeParameters()]) }
  }

  /// A persistent array for a shelf.
  mutating func root(
    _ name: String, _ kind: BufferKind, _ words: Int, _ shelf: ParameterStorage.Shelf
  ) -> Index<Buffer> {
    program.buffers.append(Buffer(name: "\(name), \(shelf.label)", kind: kind, words: words, isPersistent: true))
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
