import Networks
import Programs

extension ProgramLowering {
  /// The mirror of ``lowerGridForward(_:)``: the same blocks come by again, every product adds to the gradients of its two
  /// factors, and these end on the devices that hold the factors.
  ///
  /// - Parameter outputGradients: By position.
  mutating func lowerGridBackward(_ grid: GridLayer, outputGradients: [Index<Buffer>]) {
    // Without an input gradient to compute nobody reads the weights.
    let travels = registerTravels(
      grid, grid.needsInputGradient ? GridPlan.Operand.allCases : [.input], isGradient: false)
    let gradientTravels = registerTravels(
      grid, grid.needsInputGradient ? GridPlan.Operand.allCases : [.weight], isGradient: true)
    var homes = GradientHomes(grid: grid, travels: gradientTravels)
    var factors = fetch(grid, round: 0, after: nil, travels)
    var arrived = [GridFactors](repeating: .init(), count: grid.devices.count)
    for (number, round) in grid.plan.rounds.enumerated() {
      let next = number + 1 < grid.plan.rounds.count ? fetch(grid, round: number + 1, after: factors, travels) : nil
      var gradients = arrived
      for position in grid.devices.indices {
        gradients[position] = lowerProductBackward(
          grid, round: number, position, factors[position], adding: arrived[position], outputGradients[position])
      }
      let moves = round.gradients.filter { gradientTravels[$0.operand] != nil }
      if round.gradientsGoHome {
        homes.take(moves, gradients, &self)
      } else {
        let sent = moves.map { move in
          send(
            gradients[move.from][move.operand]!.buffer, from: grid.devices[move.from], to: grid.devices[move.to],
            gradientTravels[move.operand]!)
        }
        for (move, message) in zip(moves, sent) {
          arrived[move.to][move.operand] = .init(
            buffer: receive(message, gradientTravels[move.operand]!), box: grid.block(move.operand, move.panel, move.to)
          )
        }
      }
      if let next { factors = next }
    }
    guard grid.needsInputGradient else { return }
    for (position, device) in grid.devices.enumerated() {
      let key = algorithmKey(grid.node, position, grid.microbatch, isOutput: false)
      devices[device].contributions[key, default: []].append(homes.inputs[position]!)
    }
  }

  /// One product's contributions to the gradients of its factors: added to what arrived, or overwriting new buffers.
  private mutating func lowerProductBackward(
    _ grid: GridLayer, round: Int, _ position: Int, _ factors: GridFactors, adding arrived: GridFactors,
    _ outputGradient: Index<Buffer>
  ) -> GridFactors {
    let device = grid.devices[position]
    let panel = grid.plan.rounds[round].products[position]
    let suffix = "mb\(grid.microbatch)"
    var result = arrived
    for operand in GridPlan.Operand.allCases where result[operand] == nil {
      guard operand == .weight || grid.needsInputGradient else { continue }
      let box = grid.block(operand, panel, position)
      let name = grid.travel(operand, isGradient: true).name
      result[operand] = .init(
        buffer: devices[device].buffer(
          "\(name) \(suffix)", operand == .weight ? .gradients : .activations, words: box.count), box: box)
    }
    let bias = round == 0 && grid.hasBias ? self.bias(grid, position) : nil
    let biasGradient = bias.map { _ in
      devices[device].buffer(
        "\(grid.node.name) bias gradient \(suffix)", .gradients, words: grid.outputs(position).count)
    }
    var operation = Operation(
      node: grid.node.index, microbatch: grid.microbatch, box: grid.output(position),
      geometry: grid.geometry(position, panel, bias: bias != nil), inputs: [factors.input!.buffer],
      output: devices[device].outputs[algorithmKey(grid.node, position, grid.microbatch, isOutput: true)]!.buffer,
      parameters: factors.weight.map { [$0.buffer] + (bias.map { [$0.buffer] } ?? []) } ?? [],
      parameterGradients: [result.weight!.buffer] + (biasGradient.map { [$0] } ?? []), outputGradient: outputGradient,
      inputGradients: [result.input?.buffer], accumulates: arrived.weight != nil)
    operation.accumulatesInputGradients = arrived.input != nil
    let number = devices[device].program.operations.append(operation)
    devices[device].emit(.backward(number), in: grid.action)
    if let home = bias?.gradient, let biasGradient {
      let box = Box(n: 0..<1, k: grid.outputs(position))
      devices[device].contribute(
        .init(buffer: biasGradient, box: box), to: .init(buffer: home, box: box), collective: nil, in: grid.action)
    }
    return result
  }
}

/// Gradients on the devices that hold their blocks: weights' in the parameters' gradients, inputs' in a buffer each.
private struct GradientHomes {
  let grid: GridLayer
  let travels: [GridPlan.Operand: BlockTravel]
  /// Input gradients by position.
  var inputs: [Int: Index<Buffer>] = [:]
  private var isBegun: Set<Panel> = []

  private struct Panel: Hashable {
    var operand: GridPlan.Operand
    var panel: Int
    var position: Int
  }

  init(grid: GridLayer, travels: [GridPlan.Operand: BlockTravel]) {
    self.grid = grid
    self.travels = travels
  }

  /// Sends gradients home and adds them up there, in the order of the senders.
  mutating func take(_ moves: [GridPlan.Move], _ gradients: [GridFactors], _ lowering: inout ProgramLowering) {
    let underWay = moves.map { move -> (move: GridPlan.Move, message: Index<Message>?) in
      guard move.from != move.to else { return (move, nil) }
      return (
        move,
        lowering.send(
          gradients[move.from][move.operand]!.buffer, from: grid.devices[move.from], to: grid.devices[move.to],
          travels[move.operand]!)
      )
    }
    for (move, message) in underWay {
      let buffer =
        message.map { lowering.receive($0, travels[move.operand]!) } ?? gradients[move.from][move.operand]!.buffer
      store(move, .init(buffer: buffer, box: grid.block(move.operand, move.panel, move.to)), &lowering)
    }
  }

  private mutating func store(
    _ move: GridPlan.Move, _ gradient: DeviceBuilder.Held, _ lowering: inout ProgramLowering
  ) {
    let device = grid.devices[move.to]
    let travel = travels[move.operand]!
    let isFirst = isBegun.insert(Panel(operand: move.operand, panel: move.panel, position: move.to)).inserted
    let home = grid.home(move.operand, move.to)
    switch move.operand {
    case .weight:
      let whole = DeviceBuilder.Held(buffer: lowering.weight(grid, move.to).gradient!, box: home)
      lowering.devices[device].contribute(gradient, to: whole, collective: travel.collective, in: grid.action)
    case .input:
      if isFirst, gradient.box == home {
        inputs[move.to] = gradient.buffer
        return
      }
      let isNew = inputs[move.to] == nil
      let buffer =
        inputs[move.to]
        ?? lowering.devices[device].buffer("\(travel.name) mb\(grid.microbatch)", .activations, words: home.count)
      inputs[move.to] = buffer
      lowering.devices[device].move(
        gradient.box, from: gradient, to: .init(buffer: buffer, box: home), adding: !isFirst, defines: isNew,
        purpose: travel.purpose, collective: travel.collective, in: grid.action)
    }
  }
}
