import Networks

/// Flatten and concat: each input becomes a run of channels of every sample.
struct JoinArithmetic: LayerArithmetic {
  private let slots: LayerSlots
  private let samples: Int
  /// Words of one sample in each input.
  private let runs: [Int]
  private let sampleWords: Int

  init(_ geometry: LayerGeometry, _ slots: LayerSlots) {
    self.slots = slots
    samples = geometry.output.n
    runs = geometry.inputs.map(\.sampleCount)
    sampleWords = geometry.output.sampleCount
    precondition(runs.reduce(0, +) == sampleWords, "the inputs' words are the output's")
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    var output = memory.address(slots.output)
    for (index, run) in runs.enumerated() {
      let input = memory.address(slots.inputs[index])
      copyRuns(from: input, stride: run, to: output, stride: sampleWords, run: run)
      output += run
    }
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    var gradient = slots.outputGradient(in: memory)
    for (index, run) in runs.enumerated() {
      if let slot = slots.inputGradients[index] {
        copyRuns(from: gradient, stride: sampleWords, to: memory.address(slot), stride: run, run: run)
      }
      gradient += run
    }
  }

  private func copyRuns(
    from source: UnsafePointer<Float>, stride sourceStride: Int, to destination: UnsafeMutablePointer<Float>,
    stride destinationStride: Int, run: Int
  ) {
    if sourceStride == destinationStride { return destination.update(from: source, count: samples * run) }
    for sample in 0..<samples {
      (destination + sample * destinationStride).update(from: source + sample * sourceStride, count: run)
    }
  }
}

/// The sum of inputs of one shape.
struct AddArithmetic: LayerArithmetic {
  private let slots: LayerSlots
  private let count: Int

  init(_ geometry: LayerGeometry, _ slots: LayerSlots) {
    self.slots = slots
    count = geometry.output.count
    precondition(geometry.inputs.count >= 2, "add has two inputs or more")
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let output = memory.address(slots.output)
    VectorLoops.sum(
      memory.address(slots.inputs[0]), memory.address(slots.inputs[1]), into: output, count: count)
    for input in slots.inputs.dropFirst(2) { VectorLoops.add(memory.address(input), to: output, count: count) }
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    let gradient = slots.outputGradient(in: memory)
    for case let slot? in slots.inputGradients where slot != slots.outputGradient {
      memory.address(slot).update(from: gradient, count: count)
    }
  }
}
