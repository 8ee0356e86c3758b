import Programs

/// Blocks of one array on their way inside a layer's algorithm: what their messages have in common.
struct BlockTravel {
  let name: String
  let node: Int
  let microbatch: Int
  let purpose: Purpose
  let action: Action
  var collective: Index<Collective>?
}

extension ProgramLowering {
  /// Registers a collective, where there is one, for a travel.
  mutating func register(_ travel: BlockTravel, _ collective: Collective?) -> BlockTravel {
    var travel = travel
    travel.collective = collective.map { collectives.append($0) }
    return travel
  }

  /// Copies a block out of a larger one and sends the copy; the original stays for this device's own product, which
  /// so overlaps with the journey.
  mutating func sendCopy(
    _ box: Box, of held: DeviceBuilder.Held, from: Int, to: Int, _ travel: BlockTravel
  ) -> Index<Message> {
    let packed = devices[from].buffer(
      "\(travel.name) to \(to) mb\(travel.microbatch)", .buffers, words: box.count)
    devices[from].move(
      box, from: held, to: .init(buffer: packed, box: box), defines: true, purpose: travel.purpose,
      collective: travel.collective, in: travel.action)
    return send(packed, from: from, to: to, travel)
  }

  /// Sends a buffer, which the device then has no longer.
  mutating func send(_ buffer: Index<Buffer>, from: Int, to: Int, _ travel: BlockTravel) -> Index<Message> {
    let stream = "\(travel.action.kind) inside layers of stage \(travel.action.stage)"
    let message = messages.append(
      Message(
        channel: channel(from: from, to: to, stream: stream), from: from, to: to,
        words: devices[from].program.buffers[buffer].words, purpose: travel.purpose, sendBuffer: buffer,
        receiveBuffer: buffer, collective: travel.collective, node: travel.node, microbatch: travel.microbatch))
    devices[from].emit(.send(message), .communication, in: travel.action)
    return message
  }

  /// Receives a message into a buffer of its own.
  mutating func receive(_ message: Index<Message>, _ travel: BlockTravel) -> Index<Buffer> {
    let (from, to, words) = (messages[message].from, messages[message].to, messages[message].words)
    let buffer = devices[to].buffer("\(travel.name) from \(from) mb\(travel.microbatch)", .buffers, words: words)
    messages[message].receiveBuffer = buffer
    devices[to].emit(.receive(message), .communication, in: travel.action)
    return buffer
  }
}

extension DeviceBuilder {
  /// Adds a gradient to that of a parameter; whether it overwrites last step's is decided when the order is known
  /// (``GradientAccumulation``).
  mutating func contribute(
    _ gradient: Held, to whole: Held, collective: Index<Collective>?, in action: Action
  ) {
    var copy = Copy(
      count: gradient.box.extent, source: Region(buffer: gradient.buffer, of: gradient.box, in: gradient.box),
      destination: Region(buffer: whole.buffer, of: gradient.box, in: whole.box), defines: false, purpose: .gradients,
      collective: collective)
    copy.contributes = true
    emit(.accumulate(program.copies.append(copy)), .communication, in: action)
  }
}
