import Networks
import Programs

/// One pass of a grid algorithm over one layer and microbatch: who has which block.
///
/// Blocks are boxes: of W with outputs as `n` and inputs as `k`, of X and Y with samples as `n`.
struct GridLayer {
  let node: Graph.Node
  let microbatch: Int
  let action: Action
  let algorithm: LayerAlgorithm
  let plan: GridPlan
  /// By position, row by row.
  let devices: [Int]
  let samples: Range<Int>
  let needsInputGradient: Bool

  init(_ node: Graph.Node, microbatch: Int, action: Action, in layout: Layout) {
    self.node = node
    self.microbatch = microbatch
    self.action = action
    let split = layout.partitioning.splits[node.index]
    algorithm = split.algorithm
    plan = GridPlan(split.algorithm, rows: split.k, columns: split.n, inputs: node.inputShapes[0].channels)
    devices = split.devicesByRow
    samples = layout.samples(microbatch)
    needsInputGradient = layout.needsInputGradient(node.index)
  }

  var hasBias: Bool { node.parameters.count > 1 }
  var inputs: Range<Int> { 0..<node.inputShapes[0].channels }

  func outputs(_ position: Int) -> Range<Int> {
    (0..<node.outputShape.channels).cut(position / plan.columns, of: plan.rows)
  }

  func samples(_ position: Int) -> Range<Int> { samples.cut(position % plan.columns, of: plan.columns) }

  /// The block of Y that a device computes.
  func output(_ position: Int) -> Box { Box(n: samples(position), k: outputs(position)) }

  /// The part of a panel that belongs to a device's row (of W) or column (of X).
  func block(_ operand: GridPlan.Operand, _ panel: Int, _ position: Int) -> Box {
    Box(n: operand == .weight ? outputs(position) : samples(position), k: plan.panels[panel])
  }

  /// The block that a device holds between steps (of W) or got from the layer before (of X).
  func home(_ operand: GridPlan.Operand, _ position: Int) -> Box {
    let part =
      operand == .weight
      ? inputs.cut(position % plan.columns, of: plan.columns) : inputs.cut(position / plan.columns, of: plan.rows)
    return Box(n: operand == .weight ? outputs(position) : samples(position), k: part)
  }

  /// The geometry of one product.
  func geometry(_ position: Int, _ panel: Int, bias: Bool) -> LayerGeometry {
    let box = output(position)
    return LayerGeometry(
      kind: .linear(outputs: box.k.count, bias: bias),
      inputs: [Extent4(n: box.n.count, k: plan.panels[panel].count)], output: box.extent,
      origin: Extent4(n: box.n.lowerBound, k: box.k.lowerBound, h: 0, w: 0), wholeOutput: node.outputShape)
  }

  /// What one operand's travel is called and counted as.
  func travel(_ operand: GridPlan.Operand, isGradient: Bool) -> BlockTravel {
    let purpose: Purpose =
      switch (operand, isGradient) {
      case (.weight, false): .parameters
      case (.weight, true): .gradients
      case (.input, false): .activations
      case (.input, true): .activationGradients
      }
    return BlockTravel(
      name: "\(node.name) \(operand == .weight ? "weight" : "input")\(isGradient ? " gradient" : "")", node: node.index,
      microbatch: microbatch, purpose: purpose, action: action, collective: nil)
  }

  /// The closed form of one operand's travel; nil where nothing travels.
  func collective(_ operand: GridPlan.Operand, isGradient: Bool) -> Collective? {
    let volume = GridVolume(
      algorithm, rows: plan.rows, columns: plan.columns, operand: operand, isGradient: isGradient,
      outputs: node.outputShape.channels, inputs: inputs.count, samples: samples.count)
    guard volume.words > 0 else { return nil }
    let travel = travel(operand, isGradient: isGradient)
    return Collective(
      kind: .exchange, algorithm: algorithm.rawValue, devices: devices.sorted(),
      words: inputs.count * (operand == .weight ? node.outputShape.channels : samples.count), purpose: travel.purpose,
      expectedWords: volume.words, formula: volume.formula, label: "\(travel.name) mb\(microbatch)")
  }
}
