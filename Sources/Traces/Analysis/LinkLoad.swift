import Machines
import Programs

/// What one direction of a physical link carries in a step, whose messages share it, and how long they wait for it.
public struct LinkLoad: Hashable, Sendable {
  /// Two devices whose messages pass the link.
  public struct Pair: Hashable, Sendable {
    public var from: Int
    public var to: Int
    /// Bytes per step by the program.
    public var bytes: Int
  }

  public var wire: Wire
  /// Those who send most first.
  public var pairs: [Pair]
  /// By the program's messages and their routes.
  public var expectedBytes: Int
  public var expectedMessages: Int
  /// Per step, counted from executed sends; nil where nothing was measured.
  public var bytes: Double?
  public var messages: Double?
  /// How long messages occupy the link in a step, by bytes and bandwidth, latency excepted; by the program where nothing was
  /// measured.
  public var busySeconds: Double
  /// ``busySeconds`` as a share of the mean step; nil where nothing was measured.
  public var utilisation: Double?
  /// How long messages of the newest step waited because the link was taken, all messages together; nil where unknown.
  public var queuedSeconds: Double?

  /// As ``Machines/Wire/name``.
  public var name: String { wire.name }

  /// All links that the program's messages pass, the busiest first.
  ///
  /// - Parameters:
  ///   - expected: What the program sends in a step; nil counts it.
  ///   - totals: Of the measured steps; nil where nothing was measured.
  ///   - newest: The step whose waiting is told.
  public static func all(
    _ program: Program, on map: LinkMap, expected: CarriedTraffic? = nil, totals: Totals? = nil,
    newest: RecentStep? = nil
  ) -> [LinkLoad] {
    let expected = expected ?? CarriedTraffic(expectedOf: program)
    let planned = LinkTraffic.byWire(expected, on: map)
    let measured = totals.flatMap { $0.steps > 0 ? LinkTraffic.byWire($0.carried, on: map) : nil }
    let steps = Double(totals?.steps ?? 0)
    let queued = newest.map { LinkQueues($0, of: program, on: map).waited }
    var pairs = [[Pair]](repeating: [], count: map.wires.count)
    for (channel, route) in map.routes.enumerated() where expected.messages[channel] > 0 {
      let (from, to) = (map.channels[channel].from, map.channels[channel].to)
      for wire in route {
        if let place = pairs[wire].firstIndex(where: { $0.from == from && $0.to == to }) {
          pairs[wire][place].bytes += expected.bytes[channel]
        } else {
          pairs[wire].append(Pair(from: from, to: to, bytes: expected.bytes[channel]))
        }
      }
    }
    return LinkTraffic.busiestFirst(measured ?? planned).map { place in
      var load = LinkLoad(
        wire: map.wires[place],
        pairs: pairs[place].sorted { $0.bytes == $1.bytes ? ($0.from, $0.to) < ($1.from, $1.to) : $0.bytes > $1.bytes },
        expectedBytes: planned[place].bytes, expectedMessages: planned[place].messages,
        busySeconds: planned[place].busySeconds)
      if let measured, let totals {
        load.bytes = Double(measured[place].bytes) / steps
        load.messages = Double(measured[place].messages) / steps
        load.busySeconds = measured[place].busySeconds / steps
        load.utilisation = totals.window > 0 ? measured[place].busySeconds / (Double(totals.window) * 1e-9) : nil
      }
      load.queuedSeconds = queued.map { Double($0[place]) * 1e-9 }
      return load
    }
  }
}

/// How long the messages of a step waited for each wire, found by handing them to a ``Machines/WireNetwork`` again at the
/// instants at which the executor handed them over.
///
/// Messages of an earlier step that are still under way are not seen.
struct LinkQueues {
  /// Nanoseconds by place in ``Programs/LinkMap/wires``.
  private(set) var waited: [Int64]

  init(_ step: RecentStep, of program: Program, on map: LinkMap) {
    waited = Array(repeating: 0, count: map.wires.count)
    guard !map.wires.isEmpty else { return }
    var sends: [(instant: Int64, channel: Int, bytes: Int)] = []
    for (device, records) in step.records.enumerated() {
      for record in records {
        guard case .send(let index) = program.devices[device].instructions[Int(record.instruction)] else { continue }
        let message = program.messages[index]
        guard !map.routes[message.channel.position].isEmpty else { continue }
        sends.append((record.transferStart, message.channel.position, program.wireBytes(message)))
      }
    }
    // A stable order: a device's own sends are already in theirs.
    let order = sends.indices.sorted { (sends[$0].instant, $0) < (sends[$1].instant, $1) }
    var network = map.network
    for place in order {
      let send = sends[place]
      pass(&network, before: send.instant)
      network.handOver(
        place, route: send.channel, bytes: send.bytes, priority: map.channels[send.channel].priority, at: send.instant)
    }
    pass(&network, before: .max)
  }

  /// Lets the wires take what they can before an instant.
  private mutating func pass(_ network: inout WireNetwork, before instant: Int64) {
    while network.next < instant {
      network.round()
      for passage in network.passages { waited[passage.wire] += passage.start - passage.arrived }
    }
  }
}
