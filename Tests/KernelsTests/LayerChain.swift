import Kernels
import Networks

/// A network without branches, trained by calling its kernels one after the other.
struct LayerChain {
  let memory: DeviceMemory
  let input: Int
  let targets: Int
  /// Learned parameters with their gradients and velocities.
  let learned: [(parameter: Int, gradient: Int, velocity: Int)]
  let states: [Int]
  private let kernels: [LayerKernel]
  private let loss: LossKernel

  init(_ graph: Graph, samples: Int) {
    var descriptions: [SlotDescription] = []
    func slot(_ words: Int, _ kind: MemoryKind) -> Int {
      descriptions.append(SlotDescription(words: words, kind: kind, persistent: true))
      return descriptions.count - 1
    }
    func extent(_ shape: Shape) -> Extent4 { Extent4(n: samples, k: shape.channels, h: shape.height, w: shape.width) }
    var learned: [(parameter: Int, gradient: Int, velocity: Int)] = []
    var allStates: [Int] = []
    input = slot(samples * graph.input.count, .activations)
    targets = slot(samples, .activations)
    var (activation, gradient) = (input, Int?.none)
    var kernels: [LayerKernel] = []
    for node in graph.nodes {
      let geometry = LayerGeometry(
        kind: node.kind, inputs: node.inputShapes.map(extent), output: extent(node.outputShape),
        wholeOutput: node.outputShape)
      let own = node.parameters.filter(\.isLearned).map {
        (
          parameter: slot($0.count, .parameters), gradient: slot($0.count, .gradients),
          velocity: slot($0.count, .optimizer)
        )
      }
      let states = node.parameters.filter { !$0.isLearned }.map { slot($0.count, .parameters) }
      let output = slot(geometry.output.count, .activations)
      let outputGradient = slot(geometry.output.count, .gradients)
      let slots = LayerSlots(
        inputs: [activation], output: output, parameters: own.map(\.parameter), states: states,
        saved: geometry.savedWords.map { slot($0, .activations) }, outputGradient: outputGradient,
        inputGradients: [gradient], parameterGradients: own.map(\.gradient))
      kernels.append(LayerKernel(geometry: geometry, slots: slots, dropout: DropoutKey(seed: 1, layer: node.name)))
      learned += own
      allStates += states
      (activation, gradient) = (output, outputGradient)
    }
    memory = DeviceMemory(device: 0, slots: descriptions)
    loss = LossKernel(
      loss: graph.loss, samples: samples, outputs: graph.output.count, batch: samples, logits: activation,
      targets: targets, gradient: gradient)
    self.kernels = kernels
    self.learned = learned
    states = allStates
  }

  /// One step; returns the sum of the samples' losses before it.
  func step(_ step: Int, optimizer: Optimizer, rate: Float) -> Double {
    for kernel in kernels { kernel.forward(in: memory, mode: .training, step: step) }
    let sum = loss.evaluate(in: memory).lossSum
    for kernel in kernels.reversed() { kernel.backward(in: memory, accumulate: false, step: step) }
    for slots in learned {
      OptimizerKernel.update(
        optimizer: optimizer, rate: rate, weightDecay: 0, step: step, parameter: slots.parameter,
        gradient: slots.gradient, states: [slots.velocity], in: memory)
    }
    return sum
  }
}
