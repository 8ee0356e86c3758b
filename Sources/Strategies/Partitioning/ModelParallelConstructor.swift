import Diagnostics
import Networks

extension PartitioningConstructor {
  /// One dimension over all devices; a layer with fewer parts than devices uses the first ones. The loss is computed by
  /// every device from the gathered outputs, which costs less than sending its gradient.
  func partitioning(_ model: ModelParallel) throws(DiagnosticList) -> Partitioning {
    var result = uniform(Split(devices: Array(0..<devices)))
    for node in graph.nodes {
      result.splits[node.index] =
        model.split == .pairs ? paired(node, after: result.splits) : cut(node, along: model.split)
      let parts = result.splits[node.index].parts
      if parts < devices, parts > 1 || model.split != .pairs {
        result.assumptions.append("'\(node.name)' has \(parts) parts for \(devices) devices; the others wait")
      }
    }
    try SplitRules(graph: graph, samples: batch, devices: devices).check(result.splits, loss: result.lossSplit)
    return result
  }

  private func cut(_ node: Graph.Node, along split: ModelSplit) -> Split {
    let (dimension, available) = node.extent(along: split)
    return Split(dimension, min(devices, available))
  }

  /// Cuts of inputs after cuts of outputs: the activation between the two stays where it is. Behind the sum every device
  /// has all of it, as the next cut of outputs needs.
  private func paired(_ node: Graph.Node, after splits: [Split]) -> Split {
    let producer = node.inputs.first { $0 >= 0 }.map { splits[$0] }
    if node.kind.sumsOverInputs {
      let followsOutputs = producer.map { $0.k > 1 } ?? false
      return cut(node, along: followsOutputs ? .c : .k)
    }
    guard let producer, producer.k > 1, producer.k <= node.outputShape.channels / node.channelUnit else {
      return Split(devices: Array(0..<devices))
    }
    return producer
  }
}

extension Split {
  /// One dimension cut into `degree` parts on the first devices.
  fileprivate init(_ dimension: WritableKeyPath<Split, Int>, _ degree: Int) {
    self.init(devices: Array(0..<degree))
    self[keyPath: dimension] = degree
  }
}

extension Graph.Node {
  /// The dimension by which `model(split=…)` cuts a layer, and into how many parts it can be cut: layers without that
  /// dimension are cut by `k`.
  func extent(along split: ModelSplit) -> (WritableKeyPath<Split, Int>, Int) {
    if split == .c, kind.sumsOverInputs { return (\.c, inputShapes[0].channels) }
    if split == .h, outputShape.isImage { return (\.h, outputShape.height) }
    if split == .w, outputShape.isImage { return (\.w, outputShape.width) }
    return (\.k, outputShape.channels / channelUnit)
  }
}
