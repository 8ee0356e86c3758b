import Networks
import Programs

extension ProgramLowering {
  /// All of a stage's devices: inputs from earlier stages, then each layer, then its output on its way to whoever needs it.
  mutating func lowerForward(stage: Int, microbatch: Int) {
    let action = Action(.forward, stage: stage, microbatch: microbatch)
    lowerInputs(stage, microbatch, action)
    for node in layout.graph.nodes where layout.partitioning.stages[node.index] == stage {
      lowerNode(node, microbatch, action)
      lowerJunctions(of: node, microbatch, action)
    }
    if stage == layout.stageCount - 1 { lowerLoss(microbatch, action) }
    lowerRunningStatistics(stage: stage, microbatch, action)
  }

  /// A stage's layers once more, from the stage's inputs, which were kept: what backward reads then is what this leaves.
  mutating func lowerRecomputation(stage: Int, microbatch: Int) {
    let action = Action(.recompute, stage: stage, microbatch: microbatch)
    for node in layout.graph.nodes where layout.partitioning.stages[node.index] == stage {
      lowerNode(node, microbatch, action)
      lowerJunctions(of: node, microbatch, action)
    }
  }

  /// Brings a layer's output to whoever needs it; where it is computed again, to its own stage alone. Everything leaves before
  /// anyone waits for an arrival.
  private mutating func lowerJunctions(of node: Graph.Node, _ microbatch: Int, _ action: Action) {
    let isRepeated = action.kind == .recompute
    let own = layout.junctions.indices.filter {
      let junction = layout.junctions[$0]
      guard junction.producer == node.index else { return false }
      return !isRepeated || (junction.stage == action.stage && !junction.isForLoss(of: layout))
    }
    for index in own where !isActivationCollective(index, microbatch) { lowerDeparture(index, microbatch, action) }
    for index in own {
      if lowerActivationCollective(index, microbatch, action) { continue }
      if layout.junctions[index].stage == action.stage { lowerArrival(index, microbatch, action) }
    }
  }

  /// All parts of a layer.
  private mutating func lowerNode(_ node: Graph.Node, _ microbatch: Int, _ action: Action) {
    if isByAlgorithm(node) {
      lowerAlgorithmForward(node, microbatch, action)
      return
    }
    gatherParameters(of: node, in: action)
    for holding in layout.holdings(node.index, microbatch: microbatch) {
      lowerLayer(node, holding, microbatch, action)
    }
    lowerSharedForward(node, microbatch, action)
    releaseParameters(of: node, in: action)
  }

  private mutating func lowerInputs(_ stage: Int, _ microbatch: Int, _ action: Action) {
    for (index, junction) in layout.junctions.enumerated() where junction.stage == stage {
      if junction.producer == Graph.networkInput {
        lowerLoad(index, microbatch, action)
      } else if layout.partitioning.stages[junction.producer] < stage {
        lowerArrival(index, microbatch, action)
      }
    }
  }

  private mutating func lowerLoad(_ index: Int, _ microbatch: Int, _ action: Action) {
    for demand in layout.demands(layout.junctions[index], microbatch: microbatch) {
      let buffer = devices[demand.device].buffer("input mb\(microbatch)", .activations, words: demand.box.count)
      let load = devices[demand.device].program.loads.append(
        Load(microbatch: microbatch, input: demand.box, inputBuffer: buffer))
      devices[demand.device].emit(.load(load), in: action)
      give(.init(buffer: buffer, box: demand.box), to: demand, index, microbatch)
    }
  }

  private mutating func lowerLayer(_ node: Graph.Node, _ holding: Holding, _ microbatch: Int, _ action: Action) {
    let field = ReceptiveField(of: node, output: holding.box, summand: holding.summand)
    let filters = node.filterPart(of: holding.box, under: layout.partitioning.splits[node.index])
    var geometry = LayerGeometry(
      kind: node.kind.localized(
        outputs: holding.box.k.count, padding: field.padding, filters: filters, summand: holding.summand),
      inputs: field.operands.map { field.inputs[$0].extent }, output: holding.box.extent,
      origin: Extent4(
        n: holding.box.n.lowerBound, k: holding.box.k.lowerBound, h: holding.box.h.lowerBound,
        w: holding.box.w.lowerBound),
      wholeOutput: node.outputShape, firstFilter: filters.first)
    describeStatistics(of: node, holding, microbatch, in: &geometry)
    // Backward belongs to the repetition.
    let isRepeated =
      action.kind == .forward
      && scheduled.contains(Action(.recompute, stage: action.stage, microbatch: microbatch))
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
      devices[device].required[
        .init(index: junction(node.index, operand), part: holding.part, microbatch: microbatch)]!.buffer
    }
    let parameters =
      devices[device].parameters[.init(node: node.index, part: holding.part)] ?? NodeParameters()
    let operation = devices[device].program.operations.append(
      Operation(
        node: node.index, microbatch: microbatch, box: holding.box, geometry: geometry, inputs: inputs, output: output,
        saved: saved, parameters: parameters.learned(in: slot(of: action)), states: parameters.states,
        parameterGradients: isRepeated ? [] : parameters.gradients))
    let key = DeviceBuilder.Key(index: node.index, part: holding.part, microbatch: microbatch)
    devices[device].operations[key] = operation
    devices[device].outputs[key] = .init(buffer: output, box: holding.box)
    if geometry.statisticsMembers == nil { devices[device].emit(.forward(operation), in: action) }
  }

  private mutating func lowerLoss(_ microbatch: Int, _ action: Action) {
    let holdings = layout.holdings(layout.loss, microbatch: microbatch)
    let reporters = Dictionary(holdings.map { ($0.part, $0.device) }) { first, _ in first }
    let junction = junction(layout.loss, 0)
    for holding in holdings {
      let device = holding.device
      let key = DeviceBuilder.Key(index: junction, part: holding.part, microbatch: microbatch)
      let samples = holding.box.n
      let targets = devices[device].buffer("targets mb\(microbatch)", .activations, words: samples.count)
      let load = devices[device].program.loads.append(
        Load(microbatch: microbatch, targets: samples, targetBuffer: targets))
      let heads = layout.graph.lossUnits > 1 ? holding.box.k : 0..<layout.graph.headCount
      let outputs = heads.count * layout.graph.headOutputs
      let gradient =
        mode == .training
        ? devices[device].buffer("loss gradient mb\(microbatch)", .activations, words: samples.count * outputs) : nil
      let loss = devices[device].program.losses.append(
        LossOperation(
          microbatch: microbatch, samples: samples, outputs: outputs, logits: devices[device].required[key]!.buffer,
          targets: targets, gradient: gradient,
          isReported: reporters[holding.part] == device, heads: heads))
      devices[device].emit(.load(load), in: action)
      devices[device].emit(.loss(loss), in: action)
      if let gradient { devices[device].contributions[key] = [gradient] }
    }
  }

  /// The junction by which a consumer reads an operand.
  func junction(_ consumer: Int, _ operand: Int) -> Int { layout.readings[consumer][operand] }

  /// Packs and sends what other devices need of a junction's producer.
  private mutating func lowerDeparture(_ index: Int, _ microbatch: Int, _ action: Action) {
    let junction = layout.junctions[index]
    let transfers = forwardTransfers(junction, microbatch)
    let collective = register(transfers, junction: junction, isBackward: false, microbatch: microbatch)
    for transfer in transfers where transfer.from != transfer.to {
      let held = devices[transfer.from].outputs[
        .init(index: junction.producer, part: transfer.part, microbatch: microbatch)]!
      send(
        transfer, from: held, junction: index, microbatch: microbatch, purpose: .activations, collective: collective,
        isBackward: false, in: action)
    }
  }

  /// Receives and puts together what each consuming device needs; what it holds already is used where it lies.
  private mutating func lowerArrival(_ index: Int, _ microbatch: Int, _ action: Action) {
    let junction = layout.junctions[index]
    let name = layout.graph.nodes[junction.producer].name
    let isPartial = layout.partitioning.splits[junction.producer].c > 1
    let holdings = Dictionary(grouping: layout.holdings(junction.producer, microbatch: microbatch), by: \.device)
    for (target, demand) in layout.demands(junction, microbatch: microbatch).enumerated() {
      let device = demand.device
      let own = (holdings[device] ?? []).map { holding in
        (
          held: devices[device].outputs[
            .init(index: junction.producer, part: holding.part, microbatch: microbatch)]!,
          summand: holding.summand.index
        )
      }
      if !isPartial, let whole = own.first(where: { $0.held.box == demand.box }) {
        give(whole.held, to: demand, index, microbatch)
        continue
      }
      let arrived = receive(
        index, microbatch, on: device, target: target, name: name, isBackward: false, kind: .activations, in: action)
      if arrived.count == 1, arrived[0].held.box == demand.box, !isPartial {
        give(arrived[0].held, to: demand, index, microbatch)
        continue
      }
      let whole = DeviceBuilder.Held(
        buffer: devices[device].buffer("\(name) gathered mb\(microbatch)", .activations, words: demand.box.count),
        box: demand.box)
      var parts = own.filter { !$0.held.box.intersection(demand.box).isEmpty } + arrived
      // In the order of the summands on every device, so that replicas of a consumer get the same bits.
      parts.sort { $0.summand < $1.summand }
      for (position, part) in parts.enumerated() {
        devices[device].move(
          part.held.box.intersection(demand.box), from: part.held, to: whole,
          adding: part.summand != parts[0].summand, defines: position == 0, purpose: .activations, collective: nil,
          in: action)
      }
      give(whole, to: demand, index, microbatch)
    }
  }

  /// Notes what a demand got, for every part of the device that reads that box.
  mutating func give(_ held: DeviceBuilder.Held, to demand: Holding, _ index: Int, _ microbatch: Int) {
    for need in layout.needs(layout.junctions[index], microbatch: microbatch, on: demand.device)
    where need.box == demand.box {
      devices[need.device].required[.init(index: index, part: need.part, microbatch: microbatch)] = held
    }
  }

  func forwardTransfers(_ junction: Junction, _ microbatch: Int) -> [Transfer] {
    TransferPlan.forward(
      demands: layout.demands(junction, microbatch: microbatch),
      holdings: layout.holdings(junction.producer, microbatch: microbatch), devices: layout.partitioning.devices)
  }
}

extension Junction {
  /// True where the loss alone reads the producer here; it is not computed again.
  fileprivate func isForLoss(of layout: Layout) -> Bool { operands.allSatisfy { $0.consumer == layout.loss } }
}
