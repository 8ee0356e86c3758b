import Machines
import Networks

/// What one wire carries in a step of a program, by its messages and their routes.
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

  /// All wires that the program's messages pass, the busiest first; empty where devices share memory.
  ///
  /// A message over several wires counts on each of them.
  public static func perStep(_ program: Program, on machine: Machine) -> [LinkTraffic] {
    var numbers: [Wire: Int] = [:]
    var traffic: [LinkTraffic] = []
    let routes = program.channels.entries.map { channel -> [(number: Int, rate: Double)] in
      machine.route(from: channel.from, to: channel.to).map { wire in
        let number = numbers[wire] ?? traffic.count
        if number == traffic.count {
          numbers[wire] = number
          traffic.append(LinkTraffic(name: wire.name, busySeconds: 0, bytes: 0, messages: 0))
        }
        return (number, wire.bytesPerSecond)
      }
    }
    for message in program.messages.entries {
      let bytes = program.wireBytes(message)
      for (number, rate) in routes[message.channel.position] {
        traffic[number].busySeconds += rate.isFinite ? Double(bytes) / rate : 0
        traffic[number].bytes += bytes
        traffic[number].messages += 1
      }
    }
    return traffic.filter { $0.messages > 0 }.sorted {
      $0.busySeconds > $1.busySeconds || ($0.busySeconds == $1.busySeconds && $0.name < $1.name)
    }
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
