import Networks
import Programs

extension ProgramLowering {
  /// All of a stage's devices: each layer's output gradient from whoever read it, backward, and at the end the gradients
  /// that belong to earlier stages. Where the schedule splits backward, the weights' half is an action of its own.
  mutating func lowerBackward(stage: Int, microbatch: Int) {
    let input = Action(.backwardInput, stage: stage, microbatch: microbatch)
    let action = scheduled.contains(input) ? input : Action(.backward, stage: stage, microbatch: microbatch)
    let later = Action(.backwardWeight, stage: stage, microbatch: microbatch)
    let halves = action == input ? [input, later] : [action]
    for node in layout.graph.nodes.reversed()
    where layout.partitioning.stages[node.index] == stage && layout.needsGradient[node.index] {
      for (index, junction) in layout.junctions.enumerated()
      where junction.producer == node.index && junction.stage == stage {
        lowerGradientDeparture(index, microbatch, action)
      }
      let holdings = layout.holdings(node.index, microbatch: microbatch)
      var arrived = receiveGradients(node, holdings, microbatch, action)
      for half in halves { gatherParameters(of: node, in: half) }
      var gradients: [Int: Index<Buffer>] = [:]
      for holding in holdings {
        let gradient = lowerGradientArrival(
          node, holding, arrived.removeValue(forKey: holding) ?? [], microbatch, action)
        gradients[holding.part] = gradient
        if !isByAlgorithm(node) { lowerLayerBackward(node, holding, gradient, microbatch, action) }
      }
      if isByAlgorithm(node) { lowerAlgorithmBackward(node, microbatch, gradients: gradients, action) }
      lowerSharedBackward(node, microbatch, action)
      for half in halves { releaseParameters(of: node, in: half) }
      scatterGradients(of: node, in: halves[halves.count - 1])
    }
    for device in devices.indices { releaseGradients(on: device, in: halves[halves.count - 1]) }
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
    _ node: Graph.Node, _ holding: Holding, _ gradient: Index<Buffer>, _ microbatch: Int, _ action: Action
  ) {
    let device = holding.device
    let number = devices[device].operations[
      .init(index: node.index, part: holding.part, microbatch: microbatch)]!
    var operation = devices[device].program.operations[number]
    operation.outputGradient = gradient
    let field = ReceptiveField(of: node, output: operation.box, summand: holding.summand)
    operation.inputGradients = field.operands.map { operand in
      let producer = node.inputs[operand]
      guard producer >= 0, layout.needsGradient[producer] else { return nil }
      let buffer = devices[device].buffer(
        "\(node.name) input gradient mb\(microbatch)", .activations, words: field.inputs[operand].count)
      let key = DeviceBuilder.Key(
        index: junction(node.index, operand), part: holding.part, microbatch: microbatch)
      devices[device].contributions[key, default: []].append(buffer)
      return buffer
    }
    devices[device].program.operations[number] = operation
    if operation.shared == nil { emitBackward(of: number, on: device, in: action) }
  }

  /// Backward of an operation; where the schedule splits it, the weights' half later.
  mutating func emitBackward(of number: Index<Operation>, on device: Int, in action: Action) {
    guard action.kind == .backwardInput else {
      devices[device].emit(.backward(number), in: action)
      return
    }
    let operation = devices[device].program.operations[number]
    // Both halves of a measured layer take their time, whatever they give.
    let isMeasured = layout.graph.nodes[operation.node].kind.profile != nil
    if isMeasured || operation.inputGradients.contains(where: { $0 != nil }) {
      devices[device].emit(.backwardInput(number), in: action)
    }
    if isMeasured || !operation.parameterGradients.isEmpty {
      let later = Action(.backwardWeight, stage: action.stage, microbatch: action.microbatch)
      devices[device].emit(.backwardWeight(number), in: later)
    }
  }

  /// Sums the gradients of a junction's operands on each consuming part and sends other devices their boxes.
  private mutating func lowerGradientDeparture(_ index: Int, _ microbatch: Int, _ action: Action) {
    let junction = layout.junctions[index]
    func key(_ part: Int) -> DeviceBuilder.Key { .init(index: index, part: part, microbatch: microbatch) }
    let needs = layout.needs(junction, microbatch: microbatch)
    for need in needs {
      let buffers = devices[need.device].contributions[key(need.part)]!
      for other in buffers.dropFirst() {
        devices[need.device].move(
          need.box, from: .init(buffer: other, box: need.box), to: .init(buffer: buffers[0], box: need.box),
          adding: true, purpose: .activationGradients, collective: nil, in: action)
      }
      devices[need.device].contributions[key(need.part)] = [buffers[0]]
    }
    if lowerGradientCollective(index, microbatch, action) { return }
    let transfers = backwardTransfers(junction, microbatch)
    let collective = register(transfers, junction: junction, isBackward: true, microbatch: microbatch)
    let boxes = Self.boxes(of: needs)
    for transfer in transfers where transfer.from != transfer.to {
      let box = boxes[PartOfDevice(device: transfer.from, part: transfer.part)]!
      let gradient = devices[transfer.from].contributions[key(transfer.part)]![0]
      send(
        transfer, from: .init(buffer: gradient, box: box), junction: index, microbatch: microbatch,
        purpose: .activationGradients, collective: collective, isBackward: true, in: action)
    }
  }

  private struct PartOfDevice: Hashable {
    var device: Int
    var part: Int
  }

  private static func boxes(of needs: [Holding]) -> [PartOfDevice: Box] {
    Dictionary(needs.map { (PartOfDevice(device: $0.device, part: $0.part), $0.box) }) { first, _ in first }
  }

  /// A gradient that a part of a layer gets from one part of a consumer.
  private struct Contribution {
    var junction: Int
    /// The consumer's part: replicas of the layer get it from different devices, and must add in one order.
    var part: Int
    var held: DeviceBuilder.Held
    /// Whether another part of the device reads it too.
    var isShared = false
  }

  /// Receives every gradient that devices get for a layer, in the order in which they were sent: junction by junction.
  private mutating func receiveGradients(
    _ node: Graph.Node, _ holdings: [Holding], _ microbatch: Int, _ action: Action
  ) -> [Holding: [Contribution]] {
    var arrived: [Holding: [Contribution]] = [:]
    for (index, junction) in layout.junctions.enumerated() where junction.producer == node.index {
      let transfers = Dictionary(grouping: backwardTransfers(junction, microbatch), by: \.to)
      let boxes = Self.boxes(of: layout.needs(junction, microbatch: microbatch))
      for holding in holdings {
        let device = holding.device
        let own = DeviceBuilder.Key(index: index, part: holding.part, microbatch: microbatch)
        if let held = devices[device].exchangedGradients.removeValue(forKey: own) {
          arrived[holding, default: []].append(Contribution(junction: index, part: 0, held: held))
          continue
        }
        let coming = transfers[device] ?? []
        for transfer in coming where transfer.from == device && transfer.target == holding.part {
          let key = DeviceBuilder.Key(index: index, part: transfer.part, microbatch: microbatch)
          guard let buffer = devices[device].contributions[key]?.first else { continue }
          let box = boxes[PartOfDevice(device: device, part: transfer.part)]!
          let readers = coming.count { $0.from == device && $0.part == transfer.part }
          arrived[holding, default: []].append(
            Contribution(
              junction: index, part: transfer.part, held: .init(buffer: buffer, box: box), isShared: readers > 1))
        }
        let senders = coming.filter { $0.from != device && $0.target == holding.part }.map(\.part)
        let received = receive(
          index, microbatch, on: device, target: holding.part, name: node.name, isBackward: true, kind: .activations,
          in: action)
        arrived[holding, default: []] += zip(senders, received).map {
          Contribution(junction: index, part: $0, held: $1.held)
        }
      }
    }
    return arrived
  }

  /// The gradient of a holding: contributions of every junction, in rank order where replicas must agree, summed into the
  /// first that covers the box.
  private mutating func lowerGradientArrival(
    _ node: Graph.Node, _ holding: Holding, _ contributions: [Contribution], _ microbatch: Int, _ action: Action
  ) -> Index<Buffer> {
    let device = holding.device
    var parts = contributions
    let split = layout.split(of: node.index)
    if split.replicas > 1 || split.c > 1 {
      parts.sort { ($0.junction, $0.part) < ($1.junction, $1.part) }
    }
    if let first = parts.first, first.held.box == holding.box, !first.isShared {
      for part in parts.dropFirst() { add(part.held, to: first.held, on: device, action) }
      return first.held.buffer
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
