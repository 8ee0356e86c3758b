/// The rule that turns gradients into updates. Formulas are PyTorch's; `g` includes weight decay: `g += decay · w`.
public enum Optimizer: Hashable, Sendable {
  /// `w -= rate · g`
  case sgd
  /// `v = momentum · v + g; w -= rate · v`
  case momentum(Float)
  /// `v = momentum · v + g; w -= rate · (g + momentum · v)`
  case nesterov(Float)
  /// `s += g²; w -= rate · g / (√s + epsilon)` (Duchi et al. 2011)
  case adagrad(epsilon: Float = 1e-10)
  /// Kingma and Ba 2015, with bias correction.
  case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)

  /// The name that scenes use.
  public var name: String {
    switch self {
    case .sgd, .momentum, .nesterov: "sgd"
    case .adagrad: "adagrad"
    case .adam: "adam"
    }
  }

  /// The learning rate where a scene gives none.
  public var standardRate: Float {
    switch self {
    case .sgd, .momentum, .nesterov, .adagrad: 0.01
    case .adam: 0.001
    }
  }

  /// Words of state per learned word.
  public var stateCount: Int {
    switch self {
    case .sgd: 0
    case .momentum, .nesterov, .adagrad: 1
    case .adam: 2
    }
  }

  /// True where an update is as large for a small gradient as for a large one: rounding of a gradient that is zero in exact
  /// arithmetic becomes a full step.
  public var dividesByGradientSize: Bool {
    switch self {
    case .adagrad, .adam: true
    case .sgd, .momentum, .nesterov: false
    }
  }
}

/// The learning rate as a function of the step, counted from 0.
public struct RateSchedule: Hashable, Sendable {
  public enum Shape: Hashable, Sendable {
    case constant
    /// Multiplies by `factor` after every `every` steps.
    case step(every: Int, factor: Float)
    /// Half a cosine from the full rate down to `final · rate` over the whole run.
    case cosine(final: Float = 0)
  }

  public var rate: Float
  public var shape: Shape
  /// Steps of linear growth from `rate / (warmup + 1)` before the shape begins.
  public var warmup: Int

  public init(rate: Float, shape: Shape = .constant, warmup: Int = 0) {
    self.rate = rate
    self.shape = shape
    self.warmup = warmup
  }

  /// The rate of `step` in a run of `total` steps.
  public func rate(at step: Int, of total: Int) -> Float {
    if step < warmup { return rate * Float(step + 1) / Float(warmup + 1) }
    let done = step - warmup
    switch shape {
    case .constant: return rate
    case .step(let every, let factor):
      // Not factor by factor: the rate is asked for in every step.
      return Float(Double(rate) * power(Double(factor), Double(done / max(every, 1))))
    case .cosine(let final):
      let progress = min(1, Float(done) / Float(max(1, total - warmup)))
      return rate * (final + (1 - final) * 0.5 * (1 + cosine(.pi * progress)))
    }
  }
}

import func Foundation.cos
import func Foundation.pow

private func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
private func cosine(_ x: Float) -> Float { Float(cos(Double(x))) }

/// How a network is trained, apart from where.
public struct TrainingSettings: Hashable, Sendable {
  /// How long a run is.
  public enum Length: Hashable, Sendable {
    case steps(Int)
    case epochs(Int)
  }

  /// Samples per update, over all devices.
  public var batch: Int
  public var length: Length
  public var optimizer: Optimizer
  public var weightDecay: Float
  /// Nil where the optimizer's standard rate holds, whatever the optimizer becomes.
  public var givenRate: RateSchedule?
  public var seed: UInt64

  /// The rate that holds: the given one, or the optimizer's standard.
  public var rate: RateSchedule {
    get { givenRate ?? RateSchedule(rate: optimizer.standardRate) }
    set { givenRate = newValue }
  }

  public init(
    batch: Int, length: Length, optimizer: Optimizer = .sgd, weightDecay: Float = 0, rate: RateSchedule? = nil,
    seed: UInt64 = 0
  ) {
    self.batch = batch
    self.length = length
    self.optimizer = optimizer
    self.weightDecay = weightDecay
    givenRate = rate
    self.seed = seed
  }

  /// What holds although the scene does not say so, for people.
  public var assumptions: [String] {
    givenRate == nil ? ["learning rate \(rate.rate), which is \(optimizer.name)'s default: the scene gives none"] : []
  }

  /// Steps of the whole run over `samples` training samples; an incomplete last batch is dropped.
  public func steps(samples: Int) -> Int {
    switch length {
    case .steps(let count): count
    case .epochs(let count): batch > 0 ? count * (samples / batch) : 0
    }
  }
}
