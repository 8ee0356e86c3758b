import Networks
import Programs

/// The two factors of one product on one device.
struct GridFactors {
  var weight: DeviceBuilder.Held?
  var input: DeviceBuilder.Held?

  subscript(operand: GridPlan.Operand) -> DeviceBuilder.Held? {
    get { operand == .weight ? weight : input }
    set { if operand == .weight { weight = newValue } else { input = newValue } }
  }
}

extension ProgramLowering {
  /// The products of a grid layer, round by round. The blocks of the next round leave before the products of this one, so
  /// that they travel meanwhile.
  mutating func lowerGridForward(_ grid: GridLayer) {
    let travels = registerTravels(grid, GridPlan.Operand.allCases, isGradient: false)
    let outputs = grid.devices.indices.map { position in
      devices[grid.devices[position]].buffer(
        "\(grid.node.name) mb\(grid.microbatch)", .activations, words: grid.output(position).count)
    }
    var factors = fetch(grid, round: 0, after: nil, travels)
    for round in grid.plan.rounds.indices {
      let next = round + 1 < grid.plan.rounds.count ? fetch(grid, round: round + 1, after: factors, travels) : nil
      for (position, device) in grid.devices.enumerated() {
        let bias = round == 0 && grid.hasBias
        var operation = Operation(
          node: grid.node.index, microbatch: grid.microbatch, box: grid.output(position),
          geometry: grid.geometry(position, grid.plan.rounds[round].products[position], bias: bias),
          inputs: [factors[position].input!.buffer], output: outputs[position],
          parameters: [factors[position].weight!.buffer] + (bias ? [self.bias(grid, position).buffer] : []))
        operation.accumulatesOutput = round > 0
        let number = devices[device].program.operations.append(operation)
        devices[device].emit(.forward(number), in: grid.action)
      }
      if let next { factors = next }
    }
    for (position, device) in grid.devices.enumerated() {
      devices[device].outputs[algorithmKey(grid.node, position, grid.microbatch, isOutput: true)] = .init(
        buffer: outputs[position], box: grid.output(position))
    }
  }

  /// One travel per operand, with its closed form.
  mutating func registerTravels(
    _ grid: GridLayer, _ operands: [GridPlan.Operand], isGradient: Bool
  ) -> [GridPlan.Operand: BlockTravel] {
    var travels: [GridPlan.Operand: BlockTravel] = [:]
    for operand in operands {
      travels[operand] = register(
        grid.travel(operand, isGradient: isGradient), grid.collective(operand, isGradient: isGradient))
    }
    return travels
  }

  /// Brings the blocks of a round to where they are multiplied.
  ///
  /// - Parameter previous: What the devices multiply in the round before; blocks that travel on come from there, others
  ///   from home.
  mutating func fetch(
    _ grid: GridLayer, round: Int, after previous: [GridFactors]?, _ travels: [GridPlan.Operand: BlockTravel]
  ) -> [GridFactors] {
    var result = [GridFactors](repeating: .init(), count: grid.devices.count)
    var underWay: [(move: GridPlan.Move, message: Index<Message>)] = []
    for move in grid.plan.rounds[round].blocks {
      guard let travel = travels[move.operand] else { continue }
      let box = grid.block(move.operand, move.panel, move.from)
      let current = previous?[move.from][move.operand]
      let source = current?.box == box ? current! : home(grid, move.operand, move.from)
      let (from, to) = (grid.devices[move.from], grid.devices[move.to])
      underWay.append((move, sendCopy(box, of: source, from: from, to: to, travel)))
    }
    for (move, message) in underWay {
      result[move.to][move.operand] = .init(
        buffer: receive(message, travels[move.operand]!), box: grid.block(move.operand, move.panel, move.to))
    }
    for (position, device) in grid.devices.enumerated() {
      for (operand, travel) in travels.sorted(by: { $0.key == .weight && $1.key == .input })
      where result[position][operand] == nil {
        let box = grid.block(operand, grid.plan.rounds[round].products[position], position)
        let home = home(grid, operand, position)
        guard home.box != box else {
          result[position][operand] = home
          continue
        }
        let panel = DeviceBuilder.Held(
          buffer: devices[device].buffer("\(travel.name) panel mb\(grid.microbatch)", .buffers, words: box.count),
          box: box)
        devices[device].move(
          box, from: home, to: panel, defines: true, purpose: travel.purpose, collective: nil, in: grid.action)
        result[position][operand] = panel
      }
    }
    return result
  }

  /// Where a device's own block of an operand lies.
  func home(_ grid: GridLayer, _ operand: GridPlan.Operand, _ position: Int) -> DeviceBuilder.Held {
    let device = devices[grid.devices[position]]
    switch operand {
    case .weight: return .init(buffer: weight(grid, position).buffer, box: grid.home(.weight, position))
    case .input:
      return device.required[algorithmKey(grid.node, position, grid.microbatch, isOutput: false)]!
    }
  }

  func weight(_ grid: GridLayer, _ position: Int) -> HeldParameter {
    let box = grid.home(.weight, position)
    return devices[grid.devices[position]].program.held(grid.node.index, 0, [box.n, box.k])
  }

  func bias(_ grid: GridLayer, _ position: Int) -> HeldParameter {
    devices[grid.devices[position]].program.held(grid.node.index, 1, [grid.outputs(position)])
  }
}
