import Networks

/// Zeroes with probability `rate`, scales the rest. The mask is not stored: backward asks for the same random numbers.
struct DropoutArithmetic: LayerArithmetic {
  private let slots: LayerSlots
  private let geometry: LayerGeometry
  private let rate: Float
  private let key: DropoutKey?

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, rate: Float, key: DropoutKey?) {
    self.slots = slots
    self.geometry = geometry
    self.rate = rate
    self.key = key
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let input = memory.address(slots.inputs[0])
    let output = memory.address(slots.output)
    guard mode != .inference else {
      if input != output { output.update(from: input, count: geometry.output.count) }
      return
    }
    mask(input, into: output, step)
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    mask(slots.outputGradient(in: memory), into: memory.address(slot), step)
  }

  /// Element (k, h, w) of a sample is addressed by its sample's place in the global batch and its own in the whole layer.
  private func mask(_ source: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>, _ step: Int) {
    guard let key else { preconditionFailure("dropout without a key") }
    let random = CounterRandom(seed: key.seed, stream: key.layer, ordinal: step)
    let (extent, origin, whole) = (geometry.output, geometry.origin, geometry.wholeOutput)
    let scale = 1 / (1 - rate)
    var index = 0
    for n in origin.n..<origin.n + extent.n {
      for k in origin.k..<origin.k + extent.k {
        for h in origin.h..<origin.h + extent.h {
          let first = ((n * whole.channels + k) * whole.height + h) * whole.width + origin.w
          for w in 0..<extent.w {
            destination[index] = random.uniform(first + w) < rate ? 0 : source[index] * scale
            index += 1
          }
        }
      }
    }
  }
}
