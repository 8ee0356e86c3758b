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
      PendingKey(
        junction: index, microbatch: microbatch, to: transfer.to, target: transfer.target, isBackward: isBackward),
      default: []
    ].append((message, transfer.box, transfer.summand))
  }

  /// Receives what was sent to a device for a junction and a target, each message into a buffer of its own.
  mutating func receive(
    _ index: Int, _ microbatch: Int, on device: Int, target: Int, name: String, isBackward: Bool, kind: BufferKind,
    in action: Action
  ) -> [(held: DeviceBuilder.Held, summand: Int)] {
    let key = PendingKey(junction: index, microbatch: microbatch, to: device, target: target, isBackward: isBackward)
    return (pending.removeValue(forKey: key) ?? []).map { message, box, summand in
      let buffer = devices[device].buffer(
        "\(name)\(isBackward ? " gradient" : "") from \(messages[message].from) mb\(microbatch)", kind, words: box.count
      )
      messages[message].receiveBuffer = buffer
      devices[device].emit(.receive(message), .communication, in: action)
      return (.init(buffer: buffer, box: box), summand)
    }
  }

  /// Records the volume that a junction must move by the boxes alone, with its closed form where the transfers are a known
  /// collective; nil where nothing travels.
  mutating func register(
    _ transfers: [Transfer], junction: Junction, isBackward: Bool, microbatch: Int
  ) -> Index<Collective>? {
    let travelling = transfers.filter { $0.from != $0.to }
    guard !travelling.isEmpty else { return nil }
    let node = layout.graph.nodes[junction.producer]
    let volume = TransferVolume(
      needs: isBackward
        ? layout.needs(junction, microbatch: microbatch) : layout.demands(junction, microbatch: microbatch),
      holdings: layout.holdings(junction.producer, microbatch: microbatch),
      whole: Box(samples: layout.samples(microbatch), shape: node.outputShape), isBackward: isBackward)
    return collectives.append(
      Collective(
        kind: volume.kind, algorithm: volume.kind == .exchange ? "point-to-point" : "direct",
        devices: Set(travelling.flatMap { [$0.from, $0.to] }).sorted(), words: volume.whole.count,
        purpose: isBackward ? .activationGradients : .activations, expectedWords: volume.words, formula: volume.formula,
        label: "\(node.name)\(isBackward ? " gradient" : "") mb\(microbatch)"))
  }
}
