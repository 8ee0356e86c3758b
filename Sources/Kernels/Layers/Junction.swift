import Networks

/// Where the heads of a tree part: the identity, whose gradient is the mean of the heads' gradients instead of their sum.
struct JunctionArithmetic: LayerArithmetic {
  private let slots: LayerSlots
  private let count: Int
  private let scale: Float

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, copies: Int) {
    self.slots = slots
    count = geometry.output.count
    scale = 1 / Float(copies)
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    guard slots.inputs[0] != slots.output else { return }
    memory.address(slots.output).update(from: memory.address(slots.inputs[0]), count: count)
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    let gradient = slots.outputGradient(in: memory)
    let inputGradient = memory.address(slot)
    for i in 0..<count { inputGradient[i] = scale * gradient[i] }
  }
}
