import Machines

/// What a message costs between two devices: it leaves when the wire is free, occupies it for `bytes / bandwidth` and is
/// readable `latency` after its last byte has left. Latency does not occupy the wire; each direction between two devices
/// has a wire of its own.
public struct LinkModel: Hashable, Sendable {
  public var latencyPicoseconds: Int64
  /// Infinite where bytes cost nothing.
  public var bytesPerSecond: Double

  public init(latencyPicoseconds: Int64 = 0, bytesPerSecond: Double = .infinity) {
    self.latencyPicoseconds = latencyPicoseconds
    self.bytesPerSecond = bytesPerSecond
  }

  /// The model of a scene's link.
  ///
  /// - Parameter sharedLatencyPicoseconds: what handing a message over in shared memory takes until the other thread sees
  ///   it; its words are not copied.
  public init(_ link: Link, sharedLatencyPicoseconds: Int64 = 0) {
    switch link {
    case .shared: self.init(latencyPicoseconds: sharedLatencyPicoseconds)
    case .emulated(let latency, let rate):
      self.init(
        latencyPicoseconds: SimulatedTime.picoseconds(nanoseconds: Double(latency)), bytesPerSecond: rate)
    }
  }

  /// How long `bytes` occupy the wire.
  public func occupancyPicoseconds(bytes: Int) -> Int64 {
    bytesPerSecond.isFinite ? SimulatedTime.picoseconds(seconds: Double(bytes) / bytesPerSecond) : 0
  }
}
