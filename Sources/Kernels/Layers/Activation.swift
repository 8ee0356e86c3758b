import Foundation
import Networks

/// ReLU, leaky ReLU, sigmoid, tanh and GELU.
struct ActivationArithmetic: LayerArithmetic {
  private typealias Words = UnsafeMutablePointer<Float>

  private let slots: LayerSlots
  private let kind: LayerKind
  private let count: Int

  init(_ geometry: LayerGeometry, _ slots: LayerSlots) {
    self.slots = slots
    kind = geometry.kind
    count = geometry.output.count
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let x = memory.address(slots.inputs[0])
    let y = memory.address(slots.output)
    switch kind {
    // Written so that a NaN stays one.
    case .relu: for i in 0..<count { y[i] = x[i] < 0 ? 0 : x[i] }
    case .leakyRelu(let slope): for i in 0..<count { y[i] = x[i] < 0 ? slope * x[i] : x[i] }
    case .sigmoid: for i in 0..<count { y[i] = 1 / (1 + exp(-x[i])) }
    case .tanh: for i in 0..<count { y[i] = Foundation.tanh(x[i]) }
    case .gelu: for i in 0..<count { y[i] = x[i] * Self.normalDistribution(x[i]) }
    default: preconditionFailure("\(kind.name) is no activation function")
    }
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    let dx = memory.address(slot)
    let dy = slots.outputGradient(in: memory)
    let seen = memory.address(kind.backwardReadsOutput ? slots.output : slots.inputs[0])
    switch kind {
    case .relu:
      for i in 0..<count {
        // Loaded whether it is needed or not, or the loop would branch at every word.
        let gradient = dy[i]
        dx[i] = seen[i] > 0 ? gradient : 0
      }
    case .leakyRelu(let slope):
      for i in 0..<count {
        let gradient = dy[i]
        dx[i] = seen[i] > 0 ? gradient : slope * gradient
      }
    case .sigmoid: for i in 0..<count { dx[i] = dy[i] * seen[i] * (1 - seen[i]) }
    case .tanh: for i in 0..<count { dx[i] = dy[i] * (1 - seen[i] * seen[i]) }
    case .gelu:
      for i in 0..<count {
        let x = seen[i]
        let density = exp(-0.5 * x * x) * 0.398_942_28
        dx[i] = dy[i] * (Self.normalDistribution(x) + x * density)
      }
    default: preconditionFailure("\(kind.name) is no activation function")
    }
  }

  /// Φ(x) = ½ erfc(-x/√2), which keeps its precision far out on the left.
  private static func normalDistribution(_ x: Float) -> Float { 0.5 * erfc(-x * 0.707_106_78) }
}
