import Diagnostics
import Machines
import Networks
import Programs
import Strategies

extension Plan {
  /// One exchange of gradients, in the order in which a device does them.
  public struct Exchange: Codable, Hashable, Sendable {
    /// `gradients of conv1 to conv3`
    public var label: String
    public var bytes: Int
    /// The instruction of the first member's computing that the exchange waits for; nil where there is none.
    @Nullable public var after: String? = nil
    /// When that ends and when the exchange ends, from the step's begin, by the times of measured layers and
    /// ``OverlapTimes``; nil where times or the link are not known.
    @Nullable public var readySeconds: Double? = nil
    @Nullable public var endSeconds: Double? = nil

    enum CodingKeys: String, CodingKey {
      case label, bytes, after
      case readySeconds = "ready_seconds"
      case endSeconds = "end_seconds"
    }
  }

  /// The exchanges of the first device that takes part in any, where there are several.
  static func exchanges(of program: Program, machine: Machine?) -> (list: [Exchange], exposedSeconds: Double?) {
    let reductions = program.collectives.indices.filter {
      program.collectives[$0].purpose == .gradients && program.collectives[$0].devices.contains(program.firstReducer)
    }
    guard reductions.count > 1 else { return ([], nil) }
    let device = program.devices[program.firstReducer]
    let ordering = LaneDependencies(device, messages: program.messages)
    /// What of the device's computing in the same step the instructions of an exchange follow: what the exchange or an earlier one
    /// of its lane waits for.
    func after(_ positions: some Collection<Int>) -> Int? {
      positions.lazy.flatMap { ordering[$0] }.filter { !$0.isCarried && ordering.lanes[$0.lane] == .compute }
        .map(\.position).max()
    }
    var begun: [Index<Programs.Collective>: Int] = [:]
    for (position, instruction) in device.instructions.enumerated() {
      guard let collective = program.collective(of: instruction, on: device) else { continue }
      begun[collective] = begun[collective] ?? position
    }
    let order = reductions.filter { begun[$0] != nil }.sorted { begun[$0]! < begun[$1]! }
    let waits = order.map { collective -> Int? in
      let members = device.instructions.indices.filter {
        program.collective(of: device.instructions[$0], on: device) == collective
      }
      guard let first = members.first(where: { after([$0]) != nil }) ?? members.first else { return nil }
      let lane = ordering.laneNumbers[first]
      return after(device.instructions.indices.filter { $0 <= first && ordering.laneNumbers[$0] == lane })
    }
    var list = zip(order, waits).map { collective, position in
      Exchange(
        label: program.collectives[collective].label, bytes: 4 * program.collectives[collective].words,
        after: position.map { program.describe(device.instructions[$0], on: device.device) })
    }
    // The recurrence ends with the step; exchange that runs on over its border is told by a simulation.
    guard !device.runsAcross,
      let times = program.overlapTimes(
        order, after: waits, wire: machine.flatMap { LinkMap(program.channels.entries, on: $0).commonWire })
    else { return (list, nil) }
    for place in list.indices {
      list[place].readySeconds = times.ready[place]
      list[place].endSeconds = times.overlap.ends[place]
    }
    return (list, times.overlap.exposed)
  }

  /// For people; empty where gradients are exchanged at once.
  var exchangeLines: [String] {
    guard !exchanges.isEmpty else { return [] }
    let rows = exchanges.enumerated().map { number, exchange in
      [
        "\(number)", exchange.label, "\(exchange.bytes) bytes", exchange.after.map { "after \($0)" } ?? "at once",
        exchange.endSeconds.map { "ends \(Self.milliseconds($0))" } ?? "",
      ]
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let rule =
      exchanges.contains { $0.endSeconds != nil }
      ? ": each ends at max(end of the one before, ready) + its own time" : ""
    var lines = ["exchanges of a device in their order\(rule)"]
    for row in rows {
      let text = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
      lines.append("  " + text.trimmingSuffix())
    }
    if let exposedExchangeSeconds {
      lines.append(
        "  exposed, predicted from the given times if no message waits for an instruction to end: max(0, last end - compute end) = \(Self.milliseconds(exposedExchangeSeconds))"
      )
    }
    return lines
  }

  static func milliseconds(_ seconds: Double) -> String {
    let thousandths = Int(saturating: seconds * 1e6)
    let decimals = String(String(thousandths % 1000 + 1000).dropFirst())
    return "\(thousandths / 1000).\(decimals) ms"
  }
}

extension Program {
  /// The device with the smallest number that adds up gradients with others; 0 where none does.
  fileprivate var firstReducer: Int {
    collectives.entries.filter { $0.purpose == .gradients }.compactMap { $0.devices.min() }.min() ?? 0
  }

  fileprivate func collective(of instruction: Instruction, on device: DeviceProgram) -> Index<Programs.Collective>? {
    switch instruction {
    case .send(let message), .receive(let message): messages[message].collective
    case .copy(let index), .accumulate(let index): device.copies[index].collective
    default: nil
    }
  }

  /// Ready times and ends, where all that a device computes has given times, only gradients travel, each device has the same
  /// share of the work, and every two that exchange have a wire of their own, all alike.
  fileprivate func overlapTimes(
    _ order: [Index<Programs.Collective>], after waits: [Int?], wire: Wire?
  ) -> (ready: [Double], overlap: OverlapTimes)? {
    guard let wire, messages.entries.allSatisfy({ $0.purpose == .gradients }),
      order.count == collectives.count, graph.nodes.allSatisfy({ $0.kind.profile != nil })
    else { return nil }
    let device = devices[firstReducer]
    var clock = 0.0
    var ends = [Double](repeating: 0, count: device.instructions.count)
    for (position, instruction) in device.instructions.enumerated() {
      clock += (device.givenMilliseconds(of: instruction) ?? 0) * 1e-3
      ends[position] = clock
    }
    var durations: [Double] = []
    for index in order {
      let collective = collectives[index]
      guard let exchange = ExchangeAlgorithm(rawValue: collective.algorithm), collective.kind == .allReduce else {
        return nil
      }
      durations.append(
        exchange.seconds(
          bytes: 4 * collective.words, peers: collective.devices.count,
          latency: Double(wire.latencyNanoseconds) * 1e-9, bytesPerSecond: wire.bytesPerSecond))
    }
    let ready = waits.map { $0.map { ends[$0] } ?? 0 }
    return (ready, OverlapTimes(ready: ready, durations: durations, computeEnd: clock))
  }
}

extension String {
  /// Without blanks at the end.
  fileprivate func trimmingSuffix() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
