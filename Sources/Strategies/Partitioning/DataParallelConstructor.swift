import Diagnostics

extension PartitioningConstructor {
  /// Samples over all devices.
  func partitioning(_ data: DataParallel) throws(DiagnosticList) -> Partitioning {
    let smallest = samples(inEachOf: microbatches ?? 1)
    guard smallest >= devices else {
      throw refusal(
        "data parallelism gives every device at least one sample, but \(smallest) samples cannot be shared by \(devices) devices",
        hint: "a larger batch, fewer microbatches or fewer devices")
    }
    var result = uniform(Split(n: devices, devices: Array(0..<devices)))
    result.exchange = data.exchange
    return result
  }
}
