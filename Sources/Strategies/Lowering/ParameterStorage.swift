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
              HeldBox(node: node, ordinal: ordinal, ranges: ranges, parts: [owner.part], isSaved: owner.isSaved))
          }
        }
      }
    }
    for device in devices.indices {
      // In one order on every device of a group, whichever parts it has first.
      for (shelf, boxes) in shelves[device] { store(boxes.sorted(by: HeldBox.precedes), shelf, on: &devices[device]) }
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
    var isSaved: Bool

    var parameter: Parameter { node.parameters[ordinal] }
    var words: Int { ranges.reduce(1) { $0 * $1.count } }

    static func precedes(_ one: HeldBox, _ other: HeldBox) -> Bool {
      if (one.node.index, one.ordinal) != (other.node.index, other.ordinal) {
        return (one.node.index, one.ordinal) < (other.node.index, other.ordinal)
      }
      return one.ranges.map(\.lowerBound).lexicographicallyPrecedes(other.ranges.map(\.lowerBound))
    }
  }

  private func store(_ boxes: [HeldBox], _ shelf: Shelf, on device: inout DeviceBuilder) {
    let learned = boxes.filter(\.parameter.isLearned)
    let words = learned.reduce(0) { $0 + $1.words }
    let label = shelf.group.count > 1 ? "shared by \(shelf.group.count)" : "own"
    func root(_ name: String, _ kind: BufferKind) -> Index<Buffer> {
      device.program.buffers.append(Buffer(name: "\(name), \(label)", kind: kind, words: words, isPersistent: true))
    }
    if words > 0 {
      let training = mode == .training
      device.buckets.append(
        Bucket(
          stage: shelf.stage, group: shelf.group, nodes: Array(Set(learned.map(\.node.index))).sorted(), words: words,
          parameter: root("parameters", .parameters), gradient: training ? root("gradients", .gradients) : nil,
          states: training ? (0..<optimizer.stateCount).map { root("optimizer state \($0)", .optimizer) } : []))
    }
    var offset = 0
    for box in boxes {
      let name = box.parameter.name
      func view(_ parent: Index<Buffer>, _ name: String, _ kind: BufferKind) -> Index<Buffer> {
        device.program.buffers.append(
          Buffer(name: name, kind: kind, words: box.words, isPersistent: true, parent: parent, offset: offset))
      }
      var gradient: Index<Buffer>?
      let buffer: Index<Buffer>
      if box.parameter.isLearned, let bucket = device.buckets.last {
        buffer = view(bucket.parameter, name, .parameters)
        gradient = bucket.gradient.map { view($0, "\(name) gradient", .gradients) }
        offset += box.words
        device.note(box.node.index, parts: box.parts) { parameters in
          parameters.learned.append(buffer)
          if let gradient { parameters.gradients.append(gradient) }
        }
      } else {
        buffer = device.program.buffers.append(
          Buffer(name: name, kind: .parameters, words: box.words, isPersistent: true))
        device.note(box.node.index, parts: box.parts) { $0.states.append(buffer) }
      }
      device.program.parameters.append(
        HeldParameter(
          node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: gradient,
          isSaved: box.isSaved))
    }
  }
}

extension DeviceBuilder {
  /// Tells parts of a node about buffers of theirs.
  fileprivate mutating func note(_ node: Int, parts: [Int], _ change: (inout NodeParameters) -> Void) {
    for part in parts { change(&parameters[PartKey(node: node, part: part), default: NodeParameters()]) }
  }
}
