/// Amdahl's law fitted to speed-ups: S(P) = 1 / (s + (1 - s) / P) with the serial share s.
public struct AmdahlFit: Codable, Hashable, Sendable {
  /// The share of the work that more devices do not make faster; below 0 where speed-ups are above the number of devices.
  public var serialShare: Double

  enum CodingKeys: String, CodingKey { case serialShare = "serial_share" }

  /// The least squares in 1/S, where the law is linear: 1/S - 1/P = s (1 - 1/P).
  ///
  /// - Returns: nil without a point of several devices.
  public init?(_ points: [(devices: Int, speedup: Double)]) {
    var (above, below) = (0.0, 0.0)
    for point in points where point.devices > 1 && point.speedup > 0 {
      let room = 1 - 1 / Double(point.devices)
      above += (1 / point.speedup - 1 / Double(point.devices)) * room
      below += room * room
    }
    guard below > 0 else { return nil }
    serialShare = above / below
  }

  public func speedup(devices: Int) -> Double {
    1 / (serialShare + (1 - serialShare) / Double(devices))
  }
}
