import Networks
import Programs

extension ProgramLowering {
  /// All of a stage's devices: each layer's output gradient from whoever read it, backward, and at the end the gradients
  /// that belong to earlier stages.
  mutating func lowerBackward(stage: Int, microbatch: Int) {
    let action = Action(.backward, stage: stage, microbatch: microbatch)
    for node in layout.graph.nodes.reversed()
    where layout.partitioning.stages[node.index] == stage && layout.needsGradient[node.index] {
      for (index, junction) in layout.junctions.enumerated()
      where junction.producer == node.index && junction.stage == stage {
        lowerGradientDeparture(index, microbatch, action)
      }
      var outputGradients: [Int: Index<Buffer>] = [:]
      for holding in layout.holdings(node.index, microbatch: microbatch) {
        let gradient = lowerGradientArrival(node, holding, microbatch, action)
        outputGradients[holding.device] = gradient
        if layout.algorithm(of: node.index) == .boxes {
          lowerLayerBackward(
            node, on: holding.device, summand: holding.summand, gradient, stage, microbatch, action)
        }
      }
      if layout.algorithm(of: node.index) != .boxes, let device = outputGradients.keys.first {
        lowerAlgorithmBackward(
          node, microbatch, outputGradients: outputGradients, accumulates: accumulates(on: device, action), action)
      }
    }
    // In the order in which the earlier stages take them: producers from the last, each one's junctions from the first.
    for node in layout.graph.nodes.reversed()
    where layout.partitioning.stages[node.index] < stage && layout.needsGradient[node.index] {
      for (index, junction) in layout.junctions.enumerated()
      where junction.producer == node.index && junction.stage == stage {
        lowerGradientDeparture(index, microbatch, action)
      }
    }
  }

  private mutating func lowerLayerBackward(
    _ node: Graph.Node, on device: Int, summand: Summand, _ gradient: Index<Buffer>, _ stage: Int, _ microbatch: Int,
    _ action: Action
  ) {
    let number = devices[device].operations[.init(index: node.index, microbatch: microbatch)]!
    var operation = devices[device].program.operations[number]
    operation.outputGradient = gradient
    let field = ReceptiveField(of: node, output: operation.box, summand: summand)
    operation.inputGradients = field.operands.map { operand in
      let producer = node.inputs[operand]
      guard producer >= 0, layout.needsGradient[producer] else { return nil }
      let buffer = devices[device].buffer(
        "\(node.name) input gradient mb\(microbatch)", .activations, words: field.inputs[operand].count)
      let key = DeviceBuilder.Key(index: junction(node.index, operand), microbatch: microbatch)
      devices[device].contributions[key, default: []].append(buffer)
      return buffer
    }
    operation.accumulates = accumulates(on: device, action)
    devices[device].program.operations[number] = operation
    devices[device].emit(.backward(number), in: action)
  }

  /// False for the first backward of a stage in a step, which overwrites last step's gradients.
  private func accumulates(on device: Int, _ action: Action) -> Bool {
    layout.partitioning.schedule.devices[device].first { $0.kind == .backward && $0.stage == action.stage } != action
  }

  /// Sums the gradients of a junction's operands on each consuming device and sends other devices their boxes.
  private mutating func lowerGradientDeparture(_ index: Int, _ microbatch: Int, _ action: Action) {
    let junction = layout.junctions[index]
    let key = DeviceBuilder.Key(index: index, microbatch: microbatch)
    let needs = layout.needs(junction, microbatch: microbatch)
    for need in needs {
      let buffers = devices[need.device].contributions[key]!
      for other in buffers.dropFirst() {
        devices[need.device].move(
          need.box, from: .init(buffer: other, box: need.box), to: .init(buffer: buffers[0], box: need.box),
          adding: true,
          purpose: .activationGradients, collective: nil, in: action)
      }
      devices[need.device].contributions[key] = [buffers[0]]
    }
    let transfers = backwardTransfers(junction, microbatch)
    let collective = register(transfers, junction: junction, isBackward: true, microbatch: microbatch)
    for transfer in transfers where transfer.from != transfer.to {
      let box = needs.first { $0.device == transfer.from }!.box
      send(
        transfer, from: .init(buffer: devices[transfer.from].contributions[key]![0], box: box), junction: index,
        microbatch: microbatch, purpose: .activationGradients, collective: collective, isBackward: true, in: action)
    }
  }

  /// The gradient of a holding: contributions of every junction, in rank order where replicas must agree, summed into the
  /// first that covers the box.
  private mutating func lowerGradientArrival(
    _ node: Graph.Node, _ holding: Holding, _ microbatch: Int, _ action: Action
  ) -> Index<Buffer> {
    let device = holding.device
    var parts: [(rank: Int, held: DeviceBuilder.Held)] = []
    for (index, junction) in layout.junctions.enumerated() where junction.producer == node.index {
      let key = DeviceBuilder.Key(index: index, microbatch: microbatch)
      let local = backwardTransfers(junction, microbatch).contains { $0.from == device && $0.to == device }
      if local, let buffer = devices[device].contributions[key]?.first {
        let box = layout.needs(junction, microbatch: microbatch).first { $0.device == device }!.box
        parts.append((device, .init(buffer: buffer, box: box)))
      }
      let senders = (pending[.init(junction: index, microbatch: microbatch, to: device, isBackward: true)] ?? []).map {
        messages[$0.message].from
      }
      let arrived = receive(
        index, microbatch, on: device, name: node.name, isBackward: true, kind: .activations, in: action)
      parts += zip(senders, arrived).map { (rank: $0, held: $1.held) }
    }
    let split = layout.split(of: node.index)
    if split.replicas > 1 || split.c > 1 { parts.sort { $0.rank < $1.rank } }
    if parts.count > 0, parts[0].held.box == holding.box {
      for part in parts.dropFirst() {
        add(part.held, to: parts[0].held, on: device, action)
      }
      return parts[0].held.buffer
    }
    let whole = DeviceBuilder.Held(
      buffer: devices[device].buffer("\(node.name) gradient mb\(microbatch)", .activations, words: holding.box.count),
      box: holding.box)
    devices[device].emit(.zero(whole.buffer), .communication, in: action)
    for part in parts { add(part.held, to: whole, on: device, action) }
    return whole.buffer
  }

  private mutating func add(
    _ part: DeviceBuilder.Held, to whole: DeviceBuilder.Held, on device: Int, _ action: Action
  ) {
    devices[device].move(
      part.box.intersection(whole.box), from: part, to: whole, adding: true, purpose: .activationGradients,
      collective: nil, in: action)
  }

  private func backwardTransfers(_ junction: Junction, _ microbatch: Int) -> [Transfer] {
    TransferPlan.backward(
      needs: layout.needs(junction, microbatch: microbatch),
      holdings: layout.holdings(junction.producer, microbatch: microbatch), devices: layout.partitioning.devices)
  }
}
