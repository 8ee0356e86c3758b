/// What is made slower than the machine says, to see who suffers.
public struct Perturbation: Hashable, Sendable {
  /// A device whose instructions take `factor` times as long; sends and receives themselves excepted.
  public struct SlowDevice: Hashable, Sendable {
    public var device: Int
    /// Above 1 is slower.
    public var factor: Double

    public init(device: Int, factor: Double) {
      self.device = device
      self.factor = factor
    }
  }

  /// A physical link whose latency and transfers take `factor` times as long, in both directions.
  public struct SlowLink: Hashable, Sendable {
    public var link: LinkName
    public var factor: Double

    public init(link: LinkName, factor: Double) {
      self.link = link
      self.factor = factor
    }
  }

  /// Instructions take `1 + amplitude · u` times as long, `u` uniform in 0..<1 and decided by seed, device, step and
  /// instruction, so that a run repeats.
  public struct Jitter: Hashable, Sendable {
    public var amplitude: Double
    public var seed: UInt64

    public init(amplitude: Double, seed: UInt64 = 0) {
      self.amplitude = amplitude
      self.seed = seed
    }
  }

  public var slowDevices: [SlowDevice]
  public var slowLinks: [SlowLink]
  /// Nil: every instruction takes its time.
  public var jitter: Jitter?

  public init(slowDevices: [SlowDevice] = [], slowLinks: [SlowLink] = [], jitter: Jitter? = nil) {
    self.slowDevices = slowDevices
    self.slowLinks = slowLinks
    self.jitter = jitter
  }

  /// True where nothing is slowed down.
  public var isEmpty: Bool { slowDevices.isEmpty && slowLinks.isEmpty && jitter == nil }
}

extension Perturbation: CustomStringConvertible {
  /// `device 2 2x slower, link 0-1 4x slower, jitter 0.1 (seed 3)`; empty where nothing is slowed down.
  public var description: String {
    (slowDevices.map { "device \($0.device) \(Self.text($0.factor))x slower" }
      + slowLinks.map { "link \($0.link) \(Self.text($0.factor))x slower" }
      + [jitter.map { "jitter \(Self.text($0.amplitude)) (seed \($0.seed))" }].compactMap { $0 })
      .joined(separator: ", ")
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
