import Foundation
import Networks

/// The optimizer's update of one parameter, by the formulas at `Optimizer`.
public enum OptimizerKernel {
  /// Updates a parameter and its states from its gradient, in one pass over memory.
  ///
  /// - Parameters:
  ///   - rate: The learning rate of this step.
  ///   - weightDecay: Added to the gradient as `weightDecay · w`.
  ///   - step: Updates of this parameter before this one, from 0; Adam corrects its bias by it.
  ///   - gradientScale: Multiplies the gradient.
  ///   - states: As many as `Optimizer.stateCount`, zero at first. Momentum and Nesterov: velocity. Adagrad: sum of
  ///     squares. Adam: first, then second moment.
  public static func update(
    optimizer: Optimizer, rate: Float, weightDecay: Float, step: Int, parameter: Int, gradient: Int,
    gradientScale scale: Float = 1, states: [Int], in memory: DeviceMemory
  ) {
    precondition(states.count == optimizer.stateCount, "the optimizer keeps \(optimizer.stateCount) states per word")
    let count = memory.words(of: parameter)
    let w = memory.address(parameter)
    let g = UnsafePointer(memory.address(gradient))
    switch optimizer {
    case .sgd:
      for i in 0..<count { w[i] -= rate * (scale * g[i] + weightDecay * w[i]) }
    case .momentum(let momentum):
      let v = memory.address(states[0])
      for i in 0..<count {
        let velocity = momentum * v[i] + (scale * g[i] + weightDecay * w[i])
        v[i] = velocity
        w[i] -= rate * velocity
      }
    case .nesterov(let momentum):
      let v = memory.address(states[0])
      for i in 0..<count {
        let decayed = scale * g[i] + weightDecay * w[i]
        let velocity = momentum * v[i] + decayed
        v[i] = velocity
        w[i] -= rate * (decayed + momentum * velocity)
      }
    case .adagrad(let epsilon):
      let s = memory.address(states[0])
      for i in 0..<count {
        let decayed = scale * g[i] + weightDecay * w[i]
        let sum = s[i] + decayed * decayed
        s[i] = sum
        w[i] -= rate * decayed / (sum.squareRoot() + epsilon)
      }
    case .adam(let beta1, let beta2, let epsilon):
      let m = memory.address(states[0])
      let s = memory.address(states[1])
      let steps = Double(step + 1)
      let size = Float(Double(rate) / (1 - pow(Double(beta1), steps)))
      let correction = Float(1 / (1 - pow(Double(beta2), steps)).squareRoot())
      for i in 0..<count {
        let decayed = scale * g[i] + weightDecay * w[i]
        let first = m[i] + (1 - beta1) * (decayed - m[i])
        let second = beta2 * s[i] + (1 - beta2) * (decayed * decayed)
        m[i] = first
        s[i] = second
        w[i] -= size * first / (second.squareRoot() * correction + epsilon)
      }
    }
  }
}
