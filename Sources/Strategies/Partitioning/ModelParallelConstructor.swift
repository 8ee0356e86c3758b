import Diagnostics

extension PartitioningConstructor {
  /// One dimension over all devices. The loss is computed by every device from the gathered outputs, which costs less than
  /// sending its gradient.
  func partitioning(_ model: ModelParallel) throws(DiagnosticList) -> Partitioning {
    var result = try gridded(DeviceGroups(groups: [Array(0..<devices)]), along: model.split)
    result.activationExchange = model.exchange
    return result
  }

  /// Samples over groups of devices, every layer over the devices of a group, in one stage.
  func gridded(_ groups: DeviceGroups, along split: ModelSplit) throws(DiagnosticList) -> Partitioning {
    var result = uniform(groups.replicated)
    for node in graph.nodes {
      let own = groups.split(of: node, along: split, after: result.splits)
      result.splits[node.index] = own
      let parts = own.parts / groups.groups.count
      if parts < groups.size, own.devices.count < devices {
        result.assumptions.append("'\(node.name)' has \(parts) parts for \(groups.size) devices; the others wait")
      }
    }
    try check(result)
    return result
  }
}
