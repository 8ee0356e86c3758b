import Foundation
import Networks

/// The optimizer's update of one parameter, by the formulas at `Optimizer`.
public enum OptimizerKernel {
  /// Updates a parameter and its states from its gradient, in one pass over memory.
  ///
  /// - Parameters:
  ///   - parameter: Where the result goes.
  ///   - source: The parameter before the update, which stays as it is; nil updates in place.
  ///   - rate: The learning rate of this step.
  ///   - weightDecay: Added to the gradient as `weightDecay · w`.
  ///   - step: Updates of this parameter before this one, from 0; Adam corrects its bias by it.
  ///   - gradientScale: Multiplies the gradient.
  ///   - states: As many as `Optimizer.stateCount`, zero at first. Momentum and Nesterov: velocity. Adagrad: sum of
  ///     squares. Adam: first, then second moment.
  public static func update(
    optimizer: Optimizer, rate: Float, weightDecay: Float, step: Int, parameter: Int, source: Int? = nil,
    gradient: Int, gradientScale: Float = 1, states: [Int], in memory: DeviceMemory
  ) {
    precondition(states.count == optimizer.stateCount, "the optimizer keeps \(optimizer.stateCount) states per word")
    let w = memory.address(parameter)
    // Two copies of the loops: only where the compiler sees that they are one array can it use vectors in place.
    if let source {
      update(
        optimizer, rate, weightDecay, step, w, from: UnsafePointer(memory.address(source)),
        count: memory.words(of: parameter), gradient, gradientScale, states, memory)
    } else {
      update(
        optimizer, rate, weightDecay, step, w, from: UnsafePointer(w), count: memory.words(of: parameter), gradient,
        gradientScale, states, memory)
    }
  }

  @inline(__always)
  private static func update(
    _ optimizer: Optimizer, _ rate: Float, _ weightDecay: Float, _ step: Int, _ w: UnsafeMutablePointer<Float>,
    from old: UnsafePointer<Float>, count: Int, _ gradient: Int, _ scale: Float, _ states: [Int],
    _ memory: DeviceMemory
  ) {
    let g = UnsafePointer(memory.address(gradient))
    switch optimizer {
    case .sgd:
      for i in 0..<count { w[i] = old[i] - rate * (scale * g[i] + weightDecay * old[i]) }
    case .momentum(let momentum):
      let v = memory.address(states[0])
      for i in 0..<count {
        let velocity = momentum * v[i] + (scale * g[i] + weightDecay * old[i])
        v[i] = velocity
        w[i] = old[i] - rate * velocity
      }
    case .nesterov(let momentum):
      let v = memory.address(states[0])
      for i in 0..<count {
        let decayed = scale * g[i] + weightDecay * old[i]
        let velocity = momentum * v[i] + decayed
        v[i] = velocity
        w[i] = old[i] - rate * (decayed + momentum * velocity)
      }
    case .adagrad(let epsilon):
      let s = memory.address(states[0])
      for i in 0..<count {
        let decayed = scale * g[i] + weightDecay * old[i]
        let sum = s[i] + decayed * decayed
        s[i] = sum
        w[i] = old[i] - rate * decayed / (sum.squareRoot() + epsilon)
      }
    case .adam(let beta1, let beta2, let epsilon):
      let m = memory.address(states[0])
      let s = memory.address(states[1])
      let steps = Double(step + 1)
      let size = Float(Double(rate) / (1 - pow(Double(beta1), steps)))
      let correction = Float(1 / (1 - pow(Double(beta2), steps)).squareRoot())
      for i in 0..<count {
        let decayed = scale * g[i] + weightDecay * old[i]
        let first = m[i] + (1 - beta1) * (decayed - m[i])
        let second = beta2 * s[i] + (1 - beta2) * (decayed * decayed)
        m[i] = first
        s[i] = second
        w[i] = old[i] - size * first / (second.squareRoot() * correction + epsilon)
      }
    }
  }
}
