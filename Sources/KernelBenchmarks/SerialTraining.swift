import Kernels
import Networks

/// A network without branches, trained by calling its kernels one after the other on the calling thread.
struct SerialTraining {
  let memory: DeviceMemory
  let layers: [(name: String, kernel: LayerKernel)]
  private let loss: LossKernel
  private let learned: [(parameter: Int, gradient: Int, velocity: Int)]
  private let samples: Int

  init(_ graph: Graph, samples: Int) {
    self.samples = samples
    var plan = Plan(samples: samples)
    let input = plan.slot(samples * graph.input.count, .activations)
    let targets = plan.slot(samples, .activations)
    var (activation, gradient) = (input, Int?.none)
    for node in graph.nodes { (activation, gradient) = plan.add(node, reading: activation, gradient: gradient) }
    layers = plan.layers
    learned = plan.learned
    memory = DeviceMemory(device: 0, slots: plan.slots)
    loss = LossKernel(
      loss: graph.loss, samples: samples, outputs: graph.output.count, batch: samples, logits: activation,
      targets: targets, gradient: gradient)
    for (parameter, slot) in plan.initial {
      memory.write(ParameterInitialization.values(parameter: parameter, seed: 0), to: slot)
    }
    let random = CounterRandom(seed: 0, stream: "benchmark")
    memory.write((0..<samples * graph.input.count).map { random.uniform($0) }, to: input)
    memory.write((0..<samples).map { Float(random.bits($0) % UInt64(graph.output.count)) }, to: targets)
  }

  /// One step; `finished` is told after every part of it. Returns the mean loss before it.
  @discardableResult
  func step(_ step: Int, finished: (_ part: String) -> Void = { _ in }) -> Double {
    for (name, kernel) in layers {
      kernel.forward(in: memory, mode: .training, step: step)
      finished("\(name) forward")
    }
    let sum = loss.evaluate(in: memory).lossSum
    finished("loss")
    for (name, kernel) in layers.reversed() {
      kernel.backwardInput(in: memory, step: step)
      finished("\(name) backward, input")
      kernel.backwardWeight(in: memory, accumulate: false, step: step)
      finished("\(name) backward, weight")
    }
    update(step)
    finished("update")
    return sum / Double(samples)
  }

  /// One step without anybody listening.
  @discardableResult
  func quietStep(_ step: Int) -> Double {
    for (_, kernel) in layers { kernel.forward(in: memory, mode: .training, step: step) }
    let sum = loss.evaluate(in: memory).lossSum
    for (_, kernel) in layers.reversed() { kernel.backward(in: memory, accumulate: false, step: step) }
    update(step)
    return sum / Double(samples)
  }

  private func update(_ step: Int) {
    for slots in learned {
      OptimizerKernel.update(
        optimizer: .momentum(0.9), rate: 0.01, weightDecay: 0, step: step, parameter: slots.parameter,
        gradient: slots.gradient, states: [slots.velocity], in: memory)
    }
  }
}

/// The slots and kernels of a network, found layer by layer.
private struct Plan {
  let samples: Int
  var slots: [SlotDescription] = []
  var layers: [(name: String, kernel: LayerKernel)] = []
  var learned: [(parameter: Int, gradient: Int, velocity: Int)] = []
  var initial: [(Parameter, Int)] = []

  init(samples: Int) { self.samples = samples }

  mutating func slot(_ words: Int, _ kind: MemoryKind) -> Int {
    slots.append(SlotDescription(words: words, kind: kind, persistent: true))
    return slots.count - 1
  }

  mutating func add(_ node: Graph.Node, reading activation: Int, gradient: Int?) -> (output: Int, gradient: Int?) {
    let geometry = LayerGeometry(
      kind: node.kind, inputs: node.inputShapes.map(extent), output: extent(node.outputShape),
      wholeOutput: node.outputShape)
    var own: [(parameter: Int, gradient: Int, velocity: Int)] = []
    var states: [Int] = []
    for parameter in node.parameters {
      let values = slot(parameter.count, .parameters)
      initial.append((parameter, values))
      if parameter.isLearned {
        own.append((values, slot(parameter.count, .gradients), slot(parameter.count, .optimizer)))
      } else {
        states.append(values)
      }
    }
    let output = slot(geometry.output.count, .activations)
    let outputGradient = slot(geometry.output.count, .gradients)
    let operands = LayerSlots(
      inputs: [activation], output: output, parameters: own.map(\.parameter), states: states,
      saved: geometry.savedWords.map { slot($0, .activations) }, outputGradient: outputGradient,
      inputGradients: [gradient], parameterGradients: own.map(\.gradient))
    layers.append((node.name, LayerKernel(geometry: geometry, slots: operands)))
    learned += own
    return (output, outputGradient)
  }

  private func extent(_ shape: Shape) -> Extent4 {
    Extent4(n: samples, k: shape.channels, h: shape.height, w: shape.width)
  }
}
