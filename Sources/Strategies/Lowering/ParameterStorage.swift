import Networks
import Programs

/// Gives every device the parameters that its output boxes work with.
///
/// Devices that hold the same box because the work is cut in `n`, `h` or `w` add up its gradient; nothing else decides who
/// reduces with whom. Parameters with one group lie side by side, so that exchange and update see one array.
struct ParameterStorage {
  let layout: Layout
  let optimizer: Optimizer
  let mode: Program.Mode

  func place(on devices: inout [DeviceBuilder]) {
    for device in devices.indices {
      var held: [(group: [Int], parameters: [HeldBox])] = []
      for node in layout.graph.nodes where !node.parameters.isEmpty {
        guard let (group, boxes) = boxes(of: node, on: device) else { continue }
        if let existing = held.firstIndex(where: { $0.group == group }) {
          held[existing].parameters += boxes
        } else {
          held.append((group, boxes))
        }
      }
      for (group, boxes) in held { store(boxes, group: group, on: &devices[device]) }
    }
  }

  private struct HeldBox {
    var node: Graph.Node
    var ordinal: Int
    var ranges: [Range<Int>]
    var isSaved: Bool

    var parameter: Parameter { node.parameters[ordinal] }
    var words: Int { ranges.reduce(1) { $0 * $1.count } }
  }

  /// The parameter boxes of a node on a device and the devices that share their gradient; nil where it has none.
  private func boxes(of node: Graph.Node, on device: Int) -> (group: [Int], boxes: [HeldBox])? {
    let split = layout.partitioning.splits[node.index]
    let holdings = layout.holdings(node.index, microbatch: 0)
    guard let own = holdings.first(where: { $0.device == device }),
      let position = split.devices.firstIndex(of: device)
    else { return nil }
    let replica = position / split.parts
    let ranges = layout.parameterBoxes(of: node, own)
    let holders = holdings.filter { layout.parameterBoxes(of: node, $0) == ranges }
    let sharing = holders.filter { split.devices.firstIndex(of: $0.device)! / split.parts == replica }
    let boxes = ranges.enumerated().compactMap { ordinal, ranges in
      ranges.map { HeldBox(node: node, ordinal: ordinal, ranges: $0, isSaved: holders[0].device == device) }
    }
    return (sharing.map(\.device).sorted(), boxes)
  }

  private func store(_ boxes: [HeldBox], group: [Int], on device: inout DeviceBuilder) {
    let learned = boxes.filter(\.parameter.isLearned)
    let words = learned.reduce(0) { $0 + $1.words }
    let label = group.count > 1 ? "shared by \(group.count)" : "own"
    func root(_ name: String, _ kind: BufferKind) -> Index<Buffer> {
      device.program.buffers.append(Buffer(name: "\(name), \(label)", kind: kind, words: words, isPersistent: true))
    }
    if words > 0 {
      let training = mode == .training
      device.buckets.append(
        Bucket(
          group: group, nodes: Array(Set(learned.map(\.node.index))).sorted(), words: words,
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
        device.parameters[box.node.index, default: NodeParameters()].learned.append(buffer)
        if let gradient { device.parameters[box.node.index]!.gradients.append(gradient) }
      } else {
        buffer = device.program.buffers.append(
          Buffer(name: name, kind: .parameters, words: box.words, isPersistent: true))
        device.parameters[box.node.index, default: NodeParameters()].states.append(buffer)
      }
      device.program.parameters.append(
        HeldParameter(
          node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: gradient,
          isSaved: box.isSaved))
    }
  }
}
