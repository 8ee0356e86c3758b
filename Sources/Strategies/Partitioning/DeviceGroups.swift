import Networks

/// Groups of devices: the samples are cut over the groups, every layer over the devices of a group.
struct DeviceGroups {
  /// As many devices in each group.
  let groups: [[Int]]

  var size: Int { groups[0].count }

  /// A dimension cut into `degree` parts on the first devices of every group.
  func cut(_ dimension: WritableKeyPath<Split, Int>, _ degree: Int) -> Split {
    var split = Split(n: groups.count, devices: groups.flatMap { $0.prefix(degree) })
    split[keyPath: dimension] *= degree
    return split
  }

  /// Every device of a group does all of the group's samples.
  var replicated: Split {
    Split(n: groups.count, devices: (0..<size).flatMap { member in groups.map { $0[member] } })
  }

  /// How a layer is cut along `split`; one with fewer parts than a group has devices uses the first ones.
  ///
  /// - Parameter splits: Of the layers before it.
  func split(of node: Graph.Node, along split: ModelSplit, after splits: [Split]) -> Split {
    if split == .pairs { return paired(node, after: splits) }
    let (dimension, available) = node.extent(along: split)
    return cut(dimension, min(size, available))
  }

  /// Cuts of inputs after cuts of outputs: the activation between the two stays where it is. Behind the sum every device
  /// of the group has all of it, as the next cut of outputs needs.
  private func paired(_ node: Graph.Node, after splits: [Split]) -> Split {
    let producer = node.inputs.first { $0 >= 0 }.map { splits[$0] }
    let followsOutputs = producer.map { $0.k > 1 && groups.joined().contains($0.devices[0]) } ?? false
    if node.kind.sumsOverInputs {
      let (dimension, available) = node.extent(along: followsOutputs ? .c : .k)
      return cut(dimension, min(size, available))
    }
    guard followsOutputs, let producer, producer.k <= node.outputShape.channels / node.channelUnit else {
      return replicated
    }
    return producer
  }
}

extension Graph.Node {
  /// The dimension by which `split` cuts a layer, and into how many parts it can be cut: layers without that dimension are
  /// cut by `k`.
  func extent(along split: ModelSplit) -> (WritableKeyPath<Split, Int>, Int) {
    if split == .c, kind.sumsOverInputs { return (\.c, inputShapes[0].channels) }
    if split == .h, outputShape.isImage { return (\.h, outputShape.height) }
    if split == .w, outputShape.isImage { return (\.w, outputShape.width) }
    return (\.k, outputShape.channels / channelUnit)
  }
}
