import Kernels
import Networks

/// One layer in a memory of its own, with all its operands defined.
struct LayerRig {
  let kernel: LayerKernel
  let memory: DeviceMemory
  var slots: LayerSlots { kernel.slots }

  init(_ geometry: LayerGeometry, parameters: [[Float]] = [], states: [[Float]] = [], dropout: DropoutKey? = nil) {
    var descriptions: [SlotDescription] = []
    func slot(_ words: Int, _ kind: MemoryKind) -> Int {
      descriptions.append(SlotDescription(words: words, kind: kind, persistent: true))
      return descriptions.count - 1
    }
    let members = geometry.statisticsMembers?.counts.count ?? 0
    let slots = LayerSlots(
      inputs: geometry.inputs.map { slot($0.count, .activations) }, output: slot(geometry.output.count, .activations),
      parameters: parameters.map { slot($0.count, .parameters) }, states: states.map { slot($0.count, .parameters) },
      saved: geometry.savedWords.map { slot($0, .activations) },
      moments: (0..<members).map { _ in slot(geometry.statisticsWords, .buffers) },
      gradientSums: (0..<members).map { _ in slot(geometry.statisticsWords, .buffers) },
      outputGradient: slot(geometry.output.count, .gradients),
      inputGradients: geometry.inputs.map { slot($0.count, .gradients) },
      parameterGradients: parameters.map { slot($0.count, .gradients) })
    memory = DeviceMemory(device: 0, slots: descriptions)
    kernel = LayerKernel(geometry: geometry, slots: slots, dropout: dropout)
    for (values, slot) in zip(parameters, slots.parameters) { memory.write(values, to: slot) }
    for (values, slot) in zip(states, slots.states) { memory.write(values, to: slot) }
    // What must be overwritten begins with a value that would show.
    for slot in slots.inputGradients {
      memory.write([Float](repeating: 1e30, count: memory.words(of: slot!)), to: slot!)
    }
  }

  func forward(_ inputs: [[Float]], mode: KernelMode = .training, step: Int = 0) -> [Float] {
    for (values, slot) in zip(inputs, slots.inputs) { memory.write(values, to: slot) }
    kernel.forward(in: memory, mode: mode, step: step)
    return memory.read(slots.output)
  }

  func setOutputGradient(_ gradient: [Float]) { memory.write(gradient, to: slots.outputGradient!) }
  var inputGradients: [[Float]] { slots.inputGradients.map { memory.read($0!) } }
  var parameterGradients: [[Float]] { slots.parameterGradients.map { memory.read($0) } }
}

/// The largest difference of two arrays, beside the largest of the expected numbers (or 1).
func relativeError(_ values: [Float], _ expected: [Float]) -> Float {
  guard values.count == expected.count else { return .infinity }
  let scale = expected.reduce(Float(1)) { max($0, abs($1)) }
  return zip(values, expected).reduce(0) { $1.0.isNaN ? .infinity : max($0, abs($1.0 - $1.1)) } / scale
}

/// Numbers in ±1 from a seed.
func noise(_ count: Int, _ seed: Int) -> [Float] {
  let random = CounterRandom(seed: UInt64(seed), stream: "noise")
  return (0..<count).map { 2 * random.uniform($0) - 1 }
}
