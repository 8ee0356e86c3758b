import Programs

extension InstructionCatalogue {
  /// A short name for an instruction: `F conv1 mb0`, `receive activations conv1 mb3 from 1`.
  public func label(device: Int, instruction: Int) -> String {
    let own = program.devices[device]
    let letter = kind(device: device, instruction: instruction).letter
    switch own.instructions[instruction] {
    case .load(let index): return "load mb\(own.loads[index].microbatch)"
    case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
      let operation = own.operations[index]
      let version = operation.parameters.isEmpty ? nil : weights(device: device, instruction: instruction)
      let suffix = version.map { " \($0.mark)" } ?? ""
      return "\(letter) \(layerName(operation.node)) mb\(operation.microbatch)\(suffix)"
    case .loss(let index): return "\(letter) mb\(own.losses[index].microbatch)"
    case .statistics(let index):
      return "statistics \(layerName(own.operations[index].node)) mb\(own.operations[index].microbatch)"
    case .gradientSums(let index):
      return "gradient sums \(layerName(own.operations[index].node)) mb\(own.operations[index].microbatch)"
    case .runningStatistics(let index):
      let update = own.runningUpdates[index]
      return "running statistics \(layerName(update.node)) mb\(update.microbatch)"
    case .copy(let index): return "copy \(own.buffers[own.copies[index].destination.buffer].name)"
    case .accumulate(let index): return "sum \(own.buffers[own.copies[index].destination.buffer].name)"
    case .zero(let buffer): return "zero \(own.buffers[buffer].name)"
    case .send(let index): return "send \(shortName(index)) to \(program.messages[index].to)"
    case .receive(let index): return "receive \(shortName(index)) from \(program.messages[index].from)"
    case .update(let index):
      let nodes = own.updates[index].nodes
      return nodes.count == 1 ? "\(letter) \(layerName(nodes[0]))" : "\(letter) \(nodes.count) layers"
    case .free(let buffer): return "free \(own.buffers[buffer].name)"
    case .endOfStep: return "end of step"
    }
  }

  /// A message in half a sentence: `conv1's activation of microbatch 3`.
  public func phrase(_ index: Index<Message>) -> String {
    let message = program.messages[index]
    let owner = message.node.map { "\(layerName($0))'s " } ?? "an "
    let part = message.microbatch.map { " of microbatch \($0)" } ?? ""
    if let collective = message.collective {
      return "a part of \(program.collectives[collective].label)\(part)"
    }
    switch message.purpose {
    case .activations: return "\(owner)activation\(part)"
    case .activationGradients: return "the gradient of \(owner)activation\(part)"
    case .gradients: return message.node.map { "\(layerName($0))'s gradients" } ?? "gradients"
    case .parameters: return message.node.map { "\(layerName($0))'s parameters" } ?? "parameters"
    case .other: return "a message"
    }
  }

  private func shortName(_ index: Index<Message>) -> String {
    let message = program.messages[index]
    var words = [message.purpose.rawValue]
    if let node = message.node { words.append(layerName(node)) }
    if let microbatch = message.microbatch { words.append("mb\(microbatch)") }
    return words.joined(separator: " ")
  }
}
