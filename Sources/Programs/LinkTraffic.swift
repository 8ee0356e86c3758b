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

  /// All wires that the program's messages pass in a step, the busiest first; empty where devices share memory.
  ///
  /// A message over several wires counts on each of them.
  public static func perStep(_ program: Program, on machine: Machine) -> [LinkTraffic] {
    let map = LinkMap(program.channels.entries, on: machine)
    return of(CarriedTraffic(expectedOf: program), on: map)
  }

  /// The same of what channels carried.
  public static func of(_ carried: CarriedTraffic, on map: LinkMap) -> [LinkTraffic] {
    byWire(carried, on: map).filter { $0.messages > 0 }.sorted {
      $0.busySeconds > $1.busySeconds || ($0.busySeconds == $1.busySeconds && $0.name < $1.name)
    }
  }

  /// What channels carried, for each of the map's wires.
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
}

extension Program {
  /// What a message weighs on the wire: its words, but the output of a measured layer exactly as many bytes as were given.
  public func wireBytes(_ message: Message) -> Int {
    guard message.purpose == .activations || message.purpose == .activationGradients,
      let node = message.node, graph.nodes.indices.contains(node), let profile = graph.nodes[node].kind.profile,
      let microbatch = message.microbatch
    else { return message.bytes }
    let whole = samples(ofMicrobatch: microbatch) * profile.outputWords
    if message.words == whole { return profile.outputBytes }
    return Int((Double(profile.outputBytes) * Double(message.words) / Double(max(whole, 1))).rounded())
  }

  /// How many samples of the batch a microbatch has.
  public func samples(ofMicrobatch microbatch: Int) -> Int {
    let count = max(microbatches, 1)
    return (microbatch + 1) * batch / count - microbatch * batch / count
  }
}
