import Networks
import Programs

extension ProgramLowering {
  /// All of a stage's devices: inputs from earlier stages, then each layer, then its output on its way to whoever needs it.
  mutating func lowerForward(stage: Int, microbatch: Int) {
    let action = Action(.forward, stage: stage, microbatch: microbatch)
    for (index, junction) in layout.junctions.enumerated() where junction.stage == stage {
      if junction.producer == Graph.networkInput {
        lowerLoad(index, microbatch, action)
      } else if layout.partitioning.stages[junction.producer] < stage {
        lowerArrival(index, microbatch, action)
      }
    }
    for node in layout.graph.nodes where layout.partitioning.stages[node.index] == stage {
      for holding in layout.holdings(node.index, microbatch: microbatch) {
        lowerLayer(node, holding, microbatch, action)
      }
      for (index, junction) in layout.junctions.enumerated() where junction.producer == node.index {
        lowerDeparture(index, microbatch, action)
        if junction.stage == stage { lowerArrival(index, microbatch, action) }
      }
    }
    if stage == layout.stageCount - 1 { lowerLoss(microbatch, action) }
  }

  private mutating func lowerLoad(_ index: Int, _ microbatch: Int, _ action: Action) {
    for need in layout.needs(layout.junctions[index], microbatch: microbatch) {
      let buffer = devices[need.device].buffer("input mb\(microbatch)", .activations, words: need.box.count)
      let load = devices[need.device].program.loads.append(
        Load(microbatch: microbatch, input: need.box, inputBuffer: buffer))
      devices[need.device].emit(.load(load), in: action)
      devices[need.device].required[.init(index: index, microbatch: microbatch)] = .init(buffer: buffer, box: need.box)
    }
  }

  private mutating func lowerLayer(_ node: Graph.Node, _ holding: Holding, _ microbatch: Int, _ action: Action) {
    let field = ReceptiveField(of: node, output: holding.box, summand: holding.summand)
    let filters = layout.filterPart(of: node, holding)
    let groups = statisticsGroups[node.index]
    let geometry = LayerGeometry(
      kind: node.kind.localized(
        outputs: holding.box.k.count, padding: field.padding, filters: filters, summand: holding.summand),
      inputs: field.operands.map { field.inputs[$0].extent }, output: holding.box.extent,
      origin: Extent4(
        n: holding.box.n.lowerBound, k: holding.box.k.lowerBound, h: holding.box.h.lowerBound,
        w: holding.box.w.lowerBound),
      wholeOutput: node.outputShape, firstFilter: filters.first, statisticsGroups: groups?.map(\.samples),
      updatesRunningStatistics: groups?.map(\.updatesRunning))
    let device = holding.device
    let suffix = "mb\(microbatch)"
    let output = devices[device].buffer("\(node.name) \(suffix)", .activations, words: holding.box.count)
    var saved: [Index<Buffer>] = []
    if mode == .training {
      saved = geometry.savedWords.map {
        devices[device].buffer("\(node.name) saved \(suffix)", .activations, words: $0)
      }
    }
    let inputs = field.operands.map { operand in
      devices[device].required[.init(index: junction(node.index, operand), microbatch: microbatch)]!.buffer
    }
    let parameters = devices[device].parameters[node.index] ?? NodeParameters()
    let operation = devices[device].program.operations.append(
      Operation(
        node: node.index, microbatch: microbatch, box: holding.box, geometry: geometry, inputs: inputs, output: output,
        saved: saved, parameters: parameters.learned, states: parameters.states,
        parameterGradients: parameters.gradients))
    let key = DeviceBuilder.Key(index: node.index, microbatch: microbatch)
    devices[device].operations[key] = operation
    devices[device].outputs[key] = .init(buffer: output, box: holding.box)
    devices[device].emit(.forward(operation), in: action)
  }

  private mutating func lowerLoss(_ microbatch: Int, _ action: Action) {
    let holdings = layout.holdings(layout.loss, microbatch: microbatch)
    let junction = junction(layout.loss, 0)
    let key = DeviceBuilder.Key(index: junction, microbatch: microbatch)
    for holding in holdings {
      let device = holding.device
      let samples = holding.box.n
      let targets = devices[device].buffer("targets mb\(microbatch)", .activations, words: samples.count)
      let load = devices[device].program.loads.append(
        Load(microbatch: microbatch, targets: samples, targetBuffer: targets))
      let outputs = layout.graph.output.count
      let gradient =
        mode == .training
        ? devices[device].buffer("loss gradient mb\(microbatch)", .activations, words: samples.count * outputs) : nil
      let loss = devices[device].program.losses.append(
        LossOperation(
          microbatch: microbatch, samples: samples, outputs: outputs, logits: devices[device].required[key]!.buffer,
          targets: targets, gradient: gradient,
          isReported: holdings.first { $0.part == holding.part }!.device == device))
      devices[device].emit(.load(load), in: action)
      devices[device].emit(.loss(loss), in: action)
      if let gradient { devices[device].contributions[key] = [gradient] }
    }
  }

  /// The junction by which a consumer reads an operand.
  func junction(_ consumer: Int, _ operand: Int) -> Int {
    layout.junctions.firstIndex { $0.operands.contains { $0.consumer == consumer && $0.operand == operand } }!
  }

  /// Packs and sends what other devices need of a junction's producer.
  private mutating func lowerDeparture(_ index: Int, _ microbatch: Int, _ action: Action) {
    let junction = layout.junctions[index]
    let transfers = forwardTransfers(junction, microbatch)
    let collective = register(transfers, junction: junction, isBackward: false, microbatch: microbatch)
    for transfer in transfers where transfer.from != transfer.to {
      let held = devices[transfer.from].outputs[.init(index: junction.producer, microbatch: microbatch)]!
      send(
        transfer, from: held, junction: index, microbatch: microbatch, purpose: .activations, collective: collective,
        isBackward: false, in: action)
    }
  }

  /// Receives and puts together what each consuming device needs; what it holds already is used where it lies.
  private mutating func lowerArrival(_ index: Int, _ microbatch: Int, _ action: Action) {
    let junction = layout.junctions[index]
    let key = DeviceBuilder.Key(index: index, microbatch: microbatch)
    let name = layout.graph.nodes[junction.producer].name
    for need in layout.needs(junction, microbatch: microbatch) {
      let device = need.device
      let own = devices[device].outputs[.init(index: junction.producer, microbatch: microbatch)]
      let isPartial = layout.partitioning.splits[junction.producer].c > 1
      if let own, own.box == need.box, !isPartial {
        devices[device].required[key] = own
        continue
      }
      var parts = receive(
        index, microbatch, on: device, name: name, isBackward: false, kind: .activations, in: action)
      if parts.count == 1, parts[0].held.box == need.box, !isPartial {
        devices[device].required[key] = parts[0].held
        continue
      }
      let whole = DeviceBuilder.Held(
        buffer: devices[device].buffer("\(name) gathered mb\(microbatch)", .activations, words: need.box.count),
        box: need.box)
      if let own, !own.box.intersection(need.box).isEmpty {
        let holding = layout.holdings(junction.producer, microbatch: microbatch).first { $0.device == device }!
        parts.insert((own, holding.summand.index), at: 0)
      }
      // In the order of the summands on every device, so that replicas of a consumer get the same bits.
      parts.sort { $0.summand < $1.summand }
      for (position, part) in parts.enumerated() {
        devices[device].move(
          part.held.box.intersection(need.box), from: part.held, to: whole,
          adding: part.summand != parts[0].summand, defines: position == 0, purpose: .activations, collective: nil,
          in: action)
      }
      devices[device].required[key] = whole
    }
  }

  func forwardTransfers(_ junction: Junction, _ microbatch: Int) -> [Transfer] {
    TransferPlan.forward(
      needs: layout.needs(junction, microbatch: microbatch),
      holdings: layout.holdings(junction.producer, microbatch: microbatch), devices: layout.partitioning.devices)
  }
}
