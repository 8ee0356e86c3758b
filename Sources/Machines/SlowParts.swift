extension Machine {
  /// A device or a link that is slower than its like.
  public struct SlowPart: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
      case device(Int)
      case link(LinkName)
    }

    public var part: Part
    /// How many times as long everything takes there; above 1.
    public var factor: Double
  }

  /// What the description makes slower than its like, the slowest first: devices by their rates, which are held against the fastest
  /// one's, and by the perturbation; links by the perturbation.
  ///
  /// - Parameter devices: of the program that runs; others do not matter.
  public func slowParts(devices: Int) -> [SlowPart] {
    let used = 0..<min(devices, self.devices)
    let fastest = used.map(rate(of:)).max() ?? 1
    let slowDevices = used.compactMap { device -> SlowPart? in
      let perturbed = perturbation.slowDevices.filter { $0.device == device }.reduce(1) { $0 * $1.factor }
      let factor = fastest / rate(of: device) * perturbed
      return factor > 1 ? SlowPart(part: .device(device), factor: factor) : nil
    }
    let slowLinks = perturbation.slowLinks.filter { $0.factor > 1 }.map {
      SlowPart(part: .link($0.link), factor: $0.factor)
    }
    // A stable order: sorting keeps that of devices and links where factors are equal.
    return (slowDevices + slowLinks).enumerated()
      .sorted { ($1.element.factor, $0.offset) < ($0.element.factor, $1.offset) }.map(\.element)
  }
}
