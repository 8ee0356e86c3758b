extension Program {
  /// One instruction as a line for people: `send conv1 mb0 → 1 (512 words, activations)`.
  public func describe(_ instruction: Instruction, on device: Int) -> String {
    let tables = devices[device]
    func name(_ buffer: Index<Buffer>) -> String { "‹\(tables.buffers[buffer].name)›" }
    func layer(_ operation: Operation) -> String { "\(graph.nodes[operation.node].name) mb\(operation.microbatch)" }
    switch instruction {
    case .load(let index):
      let load = tables.loads[index]
      let input = load.input.map { "input \($0)" } ?? "targets n \(load.targets ?? 0..<0)"
      return "load \(input) mb\(load.microbatch)"
    case .forward(let index):
      let operation = tables.operations[index]
      return "forward \(layer(operation)): \(operation.box)\(operation.accumulatesOutput ? ", added" : "")"
    case .loss(let index): return "loss n \(tables.losses[index].samples) mb\(tables.losses[index].microbatch)"
    case .backward(let index): return "backward \(layer(tables.operations[index]))"
    case .backwardInput(let index): return "backward input \(layer(tables.operations[index]))"
    case .backwardWeight(let index): return "backward weight \(layer(tables.operations[index]))"
    case .statistics(let index): return "statistics \(layer(tables.operations[index]))"
    case .gradientSums(let index): return "gradient sums \(layer(tables.operations[index]))"
    case .runningStatistics(let index):
      let update = tables.runningUpdates[index]
      return "running statistics \(graph.nodes[update.node].name) mb\(update.microbatch)"
    case .copy(let index):
      let copy = tables.copies[index]
      return "copy \(copy.count.count) words \(name(copy.source.buffer)) to \(name(copy.destination.buffer))"
    case .accumulate(let index):
      let copy = tables.copies[index]
      return "accumulate \(copy.count.count) words \(name(copy.source.buffer)) into \(name(copy.destination.buffer))"
    case .zero(let buffer): return "zero \(name(buffer))"
    case .send(let index):
      let message = messages[index]
      return "send \(name(message.sendBuffer)) to \(message.to) (\(message.words) words, \(message.purpose.rawValue))"
    case .receive(let index):
      let message = messages[index]
      return
        "receive \(name(message.receiveBuffer)) from \(message.from) (\(message.words) words, \(message.purpose.rawValue))"
    case .update(let index):
      let update = tables.updates[index]
      let source = update.source.map { " from \(name($0))" } ?? ""
      return "update \(name(update.parameter))\(source) (\(tables.buffers[update.parameter].words) words)"
    case .free(let buffer): return "free \(name(buffer))"
    case .endOfStep: return "end of step"
    }
  }

  /// The program of one device, one numbered line per instruction: number, action of the schedule, lane, instruction.
  public func listing(of device: Int, range: Range<Int>? = nil, marking marked: Int? = nil) -> String {
    let program = devices[device]
    let actions = schedule.devices[device]
    let shown = (range ?? program.instructions.indices).clamped(to: program.instructions.indices)
    return shown.map { position in
      let action = actions.indices.contains(program.actions[position]) ? "\(actions[program.actions[position]])" : ""
      let own = program.lanes[position]
      let lane = own.exchangeNumber.map { "comm \($0)" } ?? (own == .communication ? "comm" : "\(own)")
      var line = [pad("\(position)", 5, right: true), pad(action, 6), pad(lane, 7)].joined(separator: " ")
      line += " " + describe(program.instructions[position], on: device)
      return position == marked ? line + "  <-- here" : line
    }.joined(separator: "\n")
  }

  /// The lines around an instruction with the place marked.
  public func excerpt(device: Int, around position: Int) -> String {
    listing(of: device, range: max(0, position - 3)..<position + 4, marking: position)
  }

  private func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return right ? blanks + text : text + blanks
  }
}
