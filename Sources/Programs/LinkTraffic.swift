import Machines
import Networks

/// What one wire carries, by the messages of channels and their routes.
public struct LinkTraffic: Hashable, Sendable {
  /// As ``Wire/name``.
  public var name: String
  /// How long messages occupy the wire, without latency; 0 where bytes cost nothing.
  public var busySeconds: Double
  public var bytes: Int
  public var messages: Int

  public init(name: String, busySeconds: Double, bytes: Int, messages: Int) {
    self.name = name
    self.busySeconds = busySeconds
    self.bytes = bytes
    self.messages = messages
  }

  /// What channels carried, for each of the map's wires. A message over several wires counts on each of them.
  public static func byWire(_ carried: CarriedTraffic, on map: LinkMap) -> [LinkTraffic] {
    var traffic = map.wires.map { LinkTraffic(name: $0.name, busySeconds: 0, bytes: 0, messages: 0) }
    for (channel, route) in map.routes.enumerated() where carried.messages[channel] > 0 {
      for wire in route {
        traffic[wire].bytes += carried.bytes[channel]
        traffic[wire].messages += carried.messages[channel]
      }
    }
    for (place, wire) in map.wires.enumerated() where wire.bytesPerSecond.isFinite {
      traffic[place].busySeconds = Double(traffic[place].bytes) / wire.bytesPerSecond
    }
    return traffic
  }

  /// Places of those that carry something, the busiest first; of equals by name.
  public static func busiestFirst(_ traffic: [LinkTraffic]) -> [Int] {
    traffic.indices.filter { traffic[$0].messages > 0 }.sorted {
      let (a, b) = (traffic[$0], traffic[$1])
      return a.busySeconds > b.busySeconds || (a.busySeconds == b.busySeconds && a.name < b.name)
    }
  }
}

extension Program {
  /// What a message weighs on the wire: its words, but the output of a measured layer as many bytes as were given
  /// for so many samples.
  public func wireBytes(_ message: Message) -> Int {
    guard message.purpose == .activations || message.purpose == .activationGradients,
      let node = message.node, graph.nodes.indices.contains(node), let profile = graph.nodes[node].kind.profile
    else { return message.bytes }
    let share = profile.share(ofSamples: message.words) / Double(profile.outputWords)
    return Int((Double(profile.outputBytes) * share).rounded())
  }
}
