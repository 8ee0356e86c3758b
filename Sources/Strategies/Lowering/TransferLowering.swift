import Networks
import Programs

extension ProgramLowering {
  /// Packs a box into a message and sends it; the receiver's fragment takes it from ``pending``.
  mutating func send(
    _ transfer: Transfer, from held: DeviceBuilder.Held, junction index: Int, microbatch: Int, purpose: Purpose,
    collective: Index<Collective>?, isBackward: Bool, in action: Action
  ) {
    let junction = layout.junctions[index]
    let name = layout.graph.nodes[junction.producer].name + (isBackward ? " gradient" : "")
    let packed = DeviceBuilder.Held(
      buffer: devices[transfer.from].buffer(
        "\(name) to \(transfer.to) mb\(microbatch)", .buffers, words: transfer.box.count),
      box: transfer.box)
    devices[transfer.from].move(
      transfer.box, from: held, to: packed, defines: true, purpose: purpose, collective: collective, in: action)
    let stages = "\(layout.partitioning.stages[junction.producer])-\(junction.stage)"
    let channel = channel(
      from: transfer.from, to: transfer.to, stream: "\(isBackward ? "backward" : "forward") \(stages)")
    let message = messages.append(
      Message(
        channel: channel, from: transfer.from, to: transfer.to, words: transfer.box.count, purpose: purpose,
        sendBuffer: packed.buffer, receiveBuffer: packed.buffer, collective: collective, node: junction.producer,
        microbatch: microbatch))
    devices[transfer.from].emit(.send(message), .communication, in: action)
    pending[
      PendingKey(junction: index, microbatch: microbatch, to: transfer.to, isBackward: isBackward), default: []
    ].append((message, transfer.box))
  }

  /// Receives what was sent to a device for a junction, each message into a buffer of its own.
  mutating func receive(
    _ index: Int, _ microbatch: Int, on device: Int, name: String, isBackward: Bool, kind: BufferKind, in action: Action
  ) -> [DeviceBuilder.Held] {
    let key = PendingKey(junction: index, microbatch: microbatch, to: device, isBackward: isBackward)
    return (pending.removeValue(forKey: key) ?? []).map { message, box in
      let buffer = devices[device].buffer(
        "\(name)\(isBackward ? " gradient" : "") from \(messages[message].from) mb\(microbatch)", kind, words: box.count
      )
      messages[message].receiveBuffer = buffer
      devices[device].emit(.receive(message), .communication, in: action)
      return .init(buffer: buffer, box: box)
    }
  }

  /// Records the volume that a junction must move by the boxes alone, with its closed form where the transfers are a known
  /// collective; nil where nothing travels.
  mutating func register(
    _ transfers: [Transfer], junction: Junction, kind: Collective.Kind, purpose: Purpose, microbatch: Int
  ) -> Index<Collective>? {
    guard transfers.contains(where: { $0.from != $0.to }) else { return nil }
    let needs = layout.needs(junction, microbatch: microbatch)
    let holdings = layout.holdings(junction.producer, microbatch: microbatch)
    let whole = Box(
      samples: layout.samples(microbatch), shape: layout.graph.nodes[junction.producer].outputShape)
    let everyoneNeedsAll = needs.allSatisfy { $0.box == whole } && Set(needs.map(\.device)).count == needs.count
    let isPartition = holdings.reduce(0) { $0 + $1.box.count } == whole.count
    let holdersNeed = Set(holdings.map(\.device)).isSubset(of: needs.map(\.device))
    let partsDiffer = Set(needs.map(\.part)).count == needs.count
    let isCollective =
      needs.count > 1 && everyoneNeedsAll && isPartition && holdersNeed && (kind == .allGather || partsDiffer)
    let name = layout.graph.nodes[junction.producer].name
    let devices = Set(transfers.filter { $0.from != $0.to }.flatMap { [$0.from, $0.to] }).sorted()
    let volume = needs.reduce(0) { sum, need in
      let own = holdings.first { $0.device == need.device }?.box.intersection(need.box).count ?? 0
      return sum + need.box.count - own
    }
    return collectives.append(
      Collective(
        kind: isCollective ? kind : .exchange, algorithm: isCollective ? "direct" : "point-to-point", devices: devices,
        words: whole.count, purpose: purpose,
        expectedWords: isCollective ? (needs.count - 1) * whole.count : volume,
        formula: isCollective ? "n(P-1)" : "needed minus held",
        label: "\(name)\(purpose == .activations ? "" : " gradient") mb\(microbatch)"))
  }
}
