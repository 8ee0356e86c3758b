import Diagnostics

extension PartitioningConstructor {
  /// One dimension over all devices. The loss is computed by every device from the gathered outputs, which costs less than
  /// sending its gradient.
  func partitioning(_ model: ModelParallel) throws(DiagnosticList) -> Partitioning {
    var result = try gridded(DeviceGroups(groups: [Array(0..<devices)]), along: model.split)
    result.activationExchange = model.exchange
    return result
  }

  /// Samples over groups of devices, every layer over the devices of a group: a pipeline of one place.
  func gridded(_ groups: DeviceGroups, along split: ModelSplit) throws(DiagnosticList) -> Partitioning {
    try pipelined(over: [groups], along: split, PipelineParallel())
  }
}
