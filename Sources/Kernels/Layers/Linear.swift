import Networks

/// `Y = X Wᵀ + b`, with one sample per row; or `Y += X Wᵀ + b` and `dX += dY W`, where the slots say that a product is one
/// of several that form a sum.
struct LinearArithmetic: LayerArithmetic {
  private let slots: LayerSlots
  private let samples: Int
  private let inputs: Int
  private let outputs: Int
  private let hasBias: Bool

  init(_ geometry: LayerGeometry, _ slots: LayerSlots) {
    self.slots = slots
    samples = geometry.output.n
    inputs = geometry.inputs[0].sampleCount
    outputs = geometry.output.sampleCount
    hasBias = max(slots.parameters.count, slots.parameterGradients.count) > 1
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let output = memory.address(slots.output)
    if hasBias {
      let bias = memory.address(slots.parameters[1])
      for sample in 0..<samples {
        let row = output + sample * outputs
        if slots.addsToOutput {
          for index in 0..<outputs { row[index] += bias[index] }
        } else {
          row.update(from: bias, count: outputs)
        }
      }
    }
    MatrixProduct.multiply(
      .init(memory.address(slots.inputs[0]), stride: inputs),
      .init(memory.address(slots.parameters[0]), stride: inputs, transposed: true),
      rows: samples, columns: outputs, inner: inputs, into: output, stride: outputs,
      accumulate: hasBias || slots.addsToOutput)
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let gradient = slots.inputGradients[0] else { return }
    MatrixProduct.multiply(
      .init(slots.outputGradient(in: memory), stride: outputs),
      .init(memory.address(slots.parameters[0]), stride: inputs),
      rows: samples, columns: inputs, inner: outputs, into: memory.address(gradient), stride: inputs,
      accumulate: slots.addsToInputGradients)
  }

  func backwardWeight(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    let outputGradient = slots.outputGradient(in: memory)
    MatrixProduct.multiply(
      .init(outputGradient, stride: outputs, transposed: true), .init(memory.address(slots.inputs[0]), stride: inputs),
      rows: outputs, columns: inputs, inner: samples, into: memory.address(slots.parameterGradients[0]), stride: inputs,
      accumulate: accumulate)
    guard hasBias else { return }
    VectorLoops.columnTotals(
      outputGradient, rows: samples, count: outputs, into: memory.address(slots.parameterGradients[1]),
      accumulate: accumulate)
  }
}
