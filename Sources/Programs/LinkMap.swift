import Machines

/// Which wires of a machine the messages of each channel pass.
public struct LinkMap: Hashable, Sendable {
  /// Every wire that a channel's route passes, once.
  public let wires: [Wire]
  /// By channel number: places in ``wires``, in the order in which a message passes them; empty where two devices share memory.
  public let routes: [[Int]]
  /// By channel number.
  public let channels: [Channel]

  public init(_ channels: [Channel], on machine: Machine) {
    var numbers: [Wire: Int] = [:]
    var wires: [Wire] = []
    routes = channels.map { channel in
      machine.route(from: channel.from, to: channel.to).map { wire in
        if let number = numbers[wire] { return number }
        numbers[wire] = wires.count
        wires.append(wire)
        return wires.count - 1
      }
    }
    self.wires = wires
    self.channels = channels
  }

  /// What the wires of a channel's route add to every message, together.
  public func latencyNanoseconds(of channel: Int) -> Int64 {
    routes[channel].reduce(0) { min($0 + wires[$1].latencyNanoseconds, WireTime.longest) }
  }

  /// The wires with nothing on them; routes are channels, time is in nanoseconds.
  public var network: WireNetwork {
    WireNetwork(
      routes: zip(channels, routes).map { WireNetwork.Route(from: $0.from, to: $0.to, wires: $1) },
      devices: channels.reduce(0) { max($0, $1.from + 1, $1.to + 1) }, bytesPerSecond: wires.map(\.bytesPerSecond),
      ticksPerSecond: 1e9)
  }

  /// A wire that all channels' wires are like, where every pair of devices that has a channel has one of its own: what closed
  /// forms for collectives assume. Nil where messages share wires, pass several, or wires differ.
  public var commonWire: Wire? {
    guard let first = wires.first else { return nil }
    var pairs: [Int: Channel] = [:]
    for (channel, route) in zip(channels, routes) {
      guard route.count == 1 else { return nil }
      let other = pairs.updateValue(channel, forKey: route[0])
      if let other, other.from != channel.from || other.to != channel.to { return nil }
    }
    let areAlike = wires.allSatisfy {
      $0.latencyNanoseconds == first.latencyNanoseconds && $0.bytesPerSecond == first.bytesPerSecond
    }
    return areAlike ? first : nil
  }
}
