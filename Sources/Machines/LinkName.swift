/// The name of one physical link of a machine.
public enum LinkName: Hashable, Sendable {
  /// Two devices' own link, or an edge that others pass too; the smaller number first.
  case between(Int, Int)
  case bus
  /// A device's port to its switch.
  case port(Int)
  /// From a leaf switch to the core.
  case leaf(Int)
  /// A host's interface to the network.
  case host(Int)
  /// Between two sockets; the smaller number first.
  case sockets(Int, Int)
}

extension LinkName: CustomStringConvertible {
  /// `0-1`, `bus`, `device 3`, `leaf 0`, `host 1`, `sockets 0-1`.
  public var description: String {
    switch self {
    case .between(let a, let b): "\(a)-\(b)"
    case .bus: "bus"
    case .port(let device): "device \(device)"
    case .leaf(let leaf): "leaf \(leaf)"
    case .host(let host): "host \(host)"
    case .sockets(let a, let b): "sockets \(a)-\(b)"
    }
  }

  /// Reads what ``description`` writes; nil for anything else.
  public init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    func pair(_ text: String) -> (Int, Int)? {
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { Int($0) }
      guard parts.count == 2, numbers.count == 2, numbers[0] != numbers[1], numbers.allSatisfy({ $0 >= 0 }) else {
        return nil
      }
      return (min(numbers[0], numbers[1]), max(numbers[0], numbers[1]))
    }
    switch (words.first, words.count) {
    case ("bus", 1): self = .bus
    case (let text?, 1):
      guard let (a, b) = pair(text) else { return nil }
      self = .between(a, b)
    case ("sockets", 2):
      guard let (a, b) = pair(words[1]) else { return nil }
      self = .sockets(a, b)
    case (let kind?, 2):
      guard let number = Int(words[1]), number >= 0 else { return nil }
      switch kind {
      case "device": self = .port(number)
      case "leaf": self = .leaf(number)
      case "host": self = .host(number)
      default: return nil
      }
    default: return nil
    }
  }
}

/// One direction of a physical link: what messages queue for.
public struct Wire: Hashable, Sendable {
  public var link: LinkName
  /// From the larger number to the smaller, or from the network to the device; never for a bus.
  public var isReverse: Bool
  public var latencyNanoseconds: Int64
  /// Infinite where bytes cost nothing.
  public var bytesPerSecond: Double

  public init(_ link: LinkName, isReverse: Bool = false, latencyNanoseconds: Int64, bytesPerSecond: Double) {
    self.link = link
    self.isReverse = isReverse
    self.latencyNanoseconds = latencyNanoseconds
    self.bytesPerSecond = bytesPerSecond
  }

  /// How long `bytes` occupy the wire, in nanoseconds.
  public func occupancyNanoseconds(bytes: Int) -> Int64 {
    WireTime.occupancy(bytes: bytes, bytesPerSecond: bytesPerSecond)
  }

  /// The link with its direction: `0>1`, `1>0`, `bus`, `host 1 out`, `host 1 in`.
  public var name: String {
    switch link {
    case .between(let a, let b): isReverse ? "\(b)>\(a)" : "\(a)>\(b)"
    case .sockets(let a, let b): isReverse ? "sockets \(b)>\(a)" : "sockets \(a)>\(b)"
    case .bus: "bus"
    case .port, .leaf, .host: "\(link) \(isReverse ? "in" : "out")"
    }
  }
}
