import Diagnostics

extension PartitioningConstructor {
  /// Samples over all devices; over all but the last where that is a parameter server.
  func partitioning(_ data: DataParallel) throws(DiagnosticList) -> Partitioning {
    let smallest = samples(inEachOf: microbatches ?? 1)
    let workers = data.exchange == .server ? devices - 1 : devices
    guard workers > 0 else {
      throw refusal(
        "a parameter server is a device of its own, and 1 device leaves none to train", hint: "at least 2 devices")
    }
    guard smallest >= workers else {
      throw refusal(
        "data parallelism gives every device at least one sample, but \(smallest) samples cannot be shared by \(workers) devices",
        hint: "a larger batch, fewer microbatches or fewer devices")
    }
    var result = uniform(Split(n: workers, devices: Array(0..<workers)))
    result.exchange = data.exchange
    result.shard = data.shard
    result.buckets = data.buckets
    result.statistics = data.statistics
    return result
  }
}
