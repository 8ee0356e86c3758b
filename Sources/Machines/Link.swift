import Diagnostics

/// What carries messages between two devices: `arrival = start + latency + bytes / bandwidth`.
public enum Link: Hashable, Sendable {
  /// The machine's own memory, with nothing added.
  case shared
  /// An emulated link; messages in one direction between two devices queue.
  case emulated(latencyNanoseconds: Int64, bytesPerSecond: Double)

  /// How long `bytes` occupy the link, in nanoseconds; 0 for ``shared``.
  public func occupancyNanoseconds(bytes: Int) -> Int64 {
    guard case .emulated(_, let rate) = self else { return 0 }
    return WireTime.occupancy(bytes: bytes, bytesPerSecond: rate)
  }

  public var latencyNanoseconds: Int64 {
    if case .emulated(let latency, _) = self { latency } else { 0 }
  }
}
