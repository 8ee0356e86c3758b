import Machines

/// What a message costs between two devices: it leaves when the wire is free, occupies it for `bytes / bandwidth` and is
/// readable `latency` after its last byte has left. Latency does not occupy the wire; each direction between two devices
/// has a wire of its own.
public struct LinkModel: Hashable, Sendable {
  public var latencyPicoseconds: Int64
  /// Infinite where bytes cost nothing.
  public var bytesPerSecond: Double
  /// What waiting costs at either end.
  public var waking: Waking

  public init(latencyPicoseconds: Int64 = 0, bytesPerSecond: Double = .infinity, waking: Waking = .immediate) {
    self.latencyPicoseconds = latencyPicoseconds
    self.bytesPerSecond = bytesPerSecond
    self.waking = waking
  }

  /// The model of a scene's link. In shared memory words are not copied: a message is readable when it was sent.
  public init(_ link: Link) {
    switch link {
    case .shared: self.init()
    case .emulated(let latency, let rate):
      self.init(
        latencyPicoseconds: SimulatedTime.picoseconds(nanoseconds: Double(latency)), bytesPerSecond: rate)
    }
  }

  /// The same link so many times as fast.
  func faster(_ times: Double) -> LinkModel {
    guard times > 0, times != 1 else { return self }
    var link = self
    link.latencyPicoseconds = Int64((Double(latencyPicoseconds) / times).rounded())
    link.bytesPerSecond *= times
    return link
  }

  /// How long `bytes` occupy the wire.
  public func occupancyPicoseconds(bytes: Int) -> Int64 {
    bytesPerSecond.isFinite ? SimulatedTime.picoseconds(seconds: Double(bytes) / bytesPerSecond) : 0
  }
}
