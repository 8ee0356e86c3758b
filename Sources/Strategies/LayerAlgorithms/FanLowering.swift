import Networks
import Programs

/// One pass of fan-in and fan-out ownership over one layer and microbatch (a reconstruction after Müller and Gunzinger
/// 1994, ICNN; the text was not at hand).
///
/// Device i of P has block row i of the weight, with which it computes its outputs from all inputs, and block column i, with
/// which it computes the gradient of its own inputs from all output gradients. So forward gathers inputs, backward gathers
/// output gradients, and no sum goes over several devices.
///
/// Each weight off the diagonal is held twice and never exchanged. Both holders compute the gradient of a block by the same
/// matrix product: the same sizes and the same words of `x` and `dy`, gathered from the devices that computed them. So
/// copies stay equal bit for bit, whatever order a product adds in.
struct FanLayer {
  let node: Graph.Node
  let microbatch: Int
  let action: Action
  let devices: [Int]
  let samples: Range<Int>

  init(_ node: Graph.Node, microbatch: Int, action: Action, in layout: Layout) {
    self.node = node
    self.microbatch = microbatch
    self.action = action
    devices = layout.partitioning.splits[node.index].devices
    samples = layout.samples(microbatch)
  }

  var peers: Int { devices.count }
  var hasBias: Bool { node.parameters.count > 1 }

  func outputs(_ rank: Int) -> Range<Int> { (0..<node.outputShape.channels).cut(rank, of: peers) }
  func inputs(_ rank: Int) -> Range<Int> { (0..<node.inputShapes[0].channels).cut(rank, of: peers) }

  /// The product with one block of the weight.
  func geometry(row: Int, column: Int, bias: Bool) -> LayerGeometry {
    LayerGeometry(
      kind: .linear(outputs: outputs(row).count, bias: bias),
      inputs: [Extent4(n: samples.count, k: inputs(column).count)],
      output: Extent4(n: samples.count, k: outputs(row).count),
      origin: Extent4(n: samples.lowerBound, k: outputs(row).lowerBound, h: 0, w: 0), wholeOutput: node.outputShape)
  }

  /// The gathering of all inputs, or of all output gradients, by all devices.
  func gathering(ofGradients isGradient: Bool) -> (travel: BlockTravel, collective: Collective?) {
    let travel = BlockTravel(
      name: "\(node.name) \(isGradient ? "output gradient" : "input")", node: node.index, microbatch: microbatch,
      purpose: isGradient ? .activationGradients : .activations, action: action)
    let words = samples.count * (isGradient ? node.outputShape.channels : node.inputShapes[0].channels)
    guard peers > 1 else { return (travel, nil) }
    return (
      travel,
      Collective(
        kind: .allGather, algorithm: "direct", devices: devices.sorted(), words: words, purpose: travel.purpose,
        expectedWords: (peers - 1) * words, formula: "n(P-1)", label: "\(travel.name) mb\(microbatch)")
    )
  }
}

extension ProgramLowering {
  /// Gathers the inputs and adds up the products with the blocks of each device's row, its own first, the others as they
  /// arrive.
  mutating func lowerFanForward(_ fan: FanLayer) {
    let own = fan.devices.enumerated().map { rank, device in
      devices[device].required[algorithmKey(fan.node, rank, fan.microbatch, isOutput: false)]!
    }
    let inputs = gather(own, fan, isGradient: false)
    for (rank, device) in fan.devices.enumerated() {
      let box = Box(n: fan.samples, k: fan.outputs(rank))
      let output = devices[device].buffer("\(fan.node.name) mb\(fan.microbatch)", .activations, words: box.count)
      for distance in 0..<fan.peers {
        let column = (rank - distance + fan.peers) % fan.peers
        let bias = distance == 0 && fan.hasBias
        var operation = Operation(
          node: fan.node.index, microbatch: fan.microbatch, box: box,
          geometry: fan.geometry(row: rank, column: column, bias: bias), inputs: [inputs[rank][column]!],
          output: output,
          parameters: [weight(fan, row: rank, column: column, on: device).buffer]
            + (bias ? [devices[device].program.held(fan.node.index, 1, [fan.outputs(rank)]).buffer] : []))
        operation.accumulatesOutput = distance > 0
        let number = devices[device].program.operations.append(operation)
        devices[device].emit(.forward(number), in: fan.action)
        fanOperations[algorithmKey(fan.node, rank, fan.microbatch, isOutput: true), default: []].append(number)
      }
      devices[device].outputs[algorithmKey(fan.node, rank, fan.microbatch, isOutput: true)] = .init(
        buffer: output, box: box)
    }
  }

  /// Gathers the output gradients. Each device computes the gradients of its row's blocks and, with its column's, the
  /// gradient of its own inputs.
  ///
  /// - Parameter outputGradients: By rank.
  mutating func lowerFanBackward(_ fan: FanLayer, outputGradients: [Index<Buffer>]) {
    let own = fan.devices.indices.map { rank in
      DeviceBuilder.Held(buffer: outputGradients[rank], box: Box(n: fan.samples, k: fan.outputs(rank)))
    }
    let gradients = gather(own, fan, isGradient: true)
    for (rank, device) in fan.devices.enumerated() {
      let input = algorithmKey(fan.node, rank, fan.microbatch, isOutput: false)
      let output = algorithmKey(fan.node, rank, fan.microbatch, isOutput: true)
      let inputGradient = devices[device].buffer(
        "\(fan.node.name) input gradient mb\(fan.microbatch)", .activations,
        words: fan.samples.count * fan.inputs(rank).count)
      for (distance, number) in fanOperations.removeValue(forKey: output)!.enumerated() {
        var operation = devices[device].program.operations[number]
        operation.outputGradient = outputGradients[rank]
        operation.inputGradients = [distance == 0 ? inputGradient : nil]
        let column = (rank - distance + fan.peers) % fan.peers
        operation.parameterGradients = [weight(fan, row: rank, column: column, on: device).gradient!]
        if operation.parameters.count > 1 {
          let bias = devices[device].program.held(fan.node.index, 1, [fan.outputs(rank)])
          operation.parameterGradients.append(bias.gradient!)
        }
        devices[device].program.operations[number] = operation
        devices[device].emit(.backward(number), in: fan.action)
      }
      for distance in 1..<max(fan.peers, 1) {
        let row = (rank - distance + fan.peers) % fan.peers
        let held = weight(fan, row: row, column: rank, on: device)
        var operation = Operation(
          node: fan.node.index, microbatch: fan.microbatch, box: Box(n: fan.samples, k: fan.outputs(row)),
          geometry: fan.geometry(row: row, column: rank, bias: false),
          inputs: [devices[device].required[input]!.buffer],
          output: devices[device].outputs[output]!.buffer, parameters: [held.buffer],
          parameterGradients: [held.gradient!],
          outputGradient: gradients[rank][row]!, inputGradients: [inputGradient])
        operation.accumulatesInputGradients = true
        let number = devices[device].program.operations.append(operation)
        devices[device].emit(.backward(number), in: fan.action)
      }
      devices[device].contributions[input, default: []].append(inputGradient)
    }
  }

  /// Everyone sends its part to everyone; what each rank then has, by rank of origin.
  private mutating func gather(
    _ own: [DeviceBuilder.Held], _ fan: FanLayer, isGradient: Bool
  ) -> [[Int: Index<Buffer>]] {
    let gathering = fan.gathering(ofGradients: isGradient)
    let travel = register(gathering.travel, gathering.collective)
    var gathered = own.enumerated().map { [$0.offset: $0.element.buffer] }
    let distances = 1..<max(fan.peers, 1)
    // All parts leave before anyone waits for one.
    let sent = distances.map { distance in
      fan.devices.indices.map { rank in
        let to = (rank + distance) % fan.peers
        return sendCopy(own[rank].box, of: own[rank], from: fan.devices[rank], to: fan.devices[to], travel)
      }
    }
    for (distance, messages) in zip(distances, sent) {
      for rank in fan.devices.indices {
        let origin = (rank - distance + fan.peers) % fan.peers
        gathered[rank][origin] = receive(messages[origin], travel)
      }
    }
    return gathered
  }

  private func weight(_ fan: FanLayer, row: Int, column: Int, on device: Int) -> HeldParameter {
    devices[device].program.held(fan.node.index, 0, [fan.outputs(row), fan.inputs(column)])
  }
}
