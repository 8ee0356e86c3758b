import Foundation
import Networks

/// The loss of a range of samples and its gradient.
public struct LossKernel: Sendable {
  private let loss: Loss
  private let samples: Int
  private let outputs: Int
  private let batch: Int
  private let logits: Int
  private let targets: Int
  private let targetWords: Int
  private let gradient: Int?

  /// Prepares the loss of `samples` samples of `outputs` words each, of a global batch of `batch`.
  ///
  /// - Parameters:
  ///   - logits: The slot of the network's output, `samples × outputs`.
  ///   - targets: The slot of the targets: one class index per sample, or with the squared error `outputs` words.
  ///   - targetWords: Words of one sample's target: 1 or `outputs`. One word stands for a class (one-hot with the squared
  ///     error) unless there is but one output and the squared error.
  ///   - gradient: The slot of the loss's gradient, scaled by 1/`batch` (squared error: 1/(`batch` · `outputs`)); nil to
  ///     only evaluate.
  public init(
    loss: Loss, samples: Int, outputs: Int, batch: Int, logits: Int, targets: Int, targetWords: Int = 1, gradient: Int?
  ) {
    precondition(
      targetWords == 1 || (loss == .meanSquaredError && targetWords == outputs), "a target is a class or a vector")
    self.loss = loss
    self.samples = samples
    self.outputs = outputs
    self.batch = batch
    self.logits = logits
    self.targets = targets
    self.targetWords = targetWords
    self.gradient = gradient
  }

  /// Whether targets are classes, so that there is an accuracy.
  public var hasClasses: Bool { targetWords == 1 && (loss == .softmaxCrossEntropy || outputs > 1) }

  /// Evaluates the loss and writes its gradient.
  ///
  /// - Returns: The sum over the samples (each sample's squared error is the mean over its outputs), and how many samples'
  ///   largest output is their class; 0 where targets are not classes.
  public func evaluate(in memory: DeviceMemory) -> (lossSum: Double, correct: Int) {
    let logits = memory.address(logits)
    let targets = memory.address(targets)
    let gradient = gradient.map { memory.address($0) }
    var sum = 0.0
    var correct = 0
    for sample in 0..<samples {
      let x = logits + sample * outputs
      let dx = gradient.map { $0 + sample * outputs }
      let target = targets + sample * targetWords
      if hasClasses {
        let label = Int(target[0])
        precondition(label >= 0 && label < outputs, "class \(label) of \(outputs)")
        if argmax(x) == label { correct += 1 }
      }
      switch loss {
      case .softmaxCrossEntropy: sum += crossEntropy(x, label: Int(target[0]), into: dx)
      case .meanSquaredError: sum += squaredError(x, target, into: dx)
      }
    }
    return (sum, correct)
  }

  /// `log Σ exp(x - max) - (x[label] - max)`; no exponent is positive, so nothing overflows.
  private func crossEntropy(_ x: UnsafePointer<Float>, label: Int, into dx: UnsafeMutablePointer<Float>?) -> Double {
    var largest = x[0]
    for index in 1..<max(outputs, 1) where x[index] > largest { largest = x[index] }
    var sum = 0.0
    for index in 0..<outputs { sum += exp(Double(x[index] - largest)) }
    if let dx {
      let scale = 1 / Double(batch)
      for index in 0..<outputs {
        let probability = exp(Double(x[index] - largest)) / sum
        dx[index] = Float((probability - (index == label ? 1 : 0)) * scale)
      }
    }
    return log(sum) - Double(x[label] - largest)
  }

  private func squaredError(
    _ x: UnsafePointer<Float>, _ target: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>?
  ) -> Double {
    let isOneHot = hasClasses
    let label = isOneHot ? Int(target[0]) : 0
    let scale = 2 / (Float(batch) * Float(outputs))
    var sum = 0.0
    for index in 0..<outputs {
      let wanted: Float = isOneHot ? (index == label ? 1 : 0) : target[index]
      let difference = x[index] - wanted
      sum += Double(difference) * Double(difference)
      dx?[index] = scale * difference
    }
    return sum / Double(outputs)
  }

  private func argmax(_ x: UnsafePointer<Float>) -> Int {
    var best = 0
    for index in 1..<max(outputs, 1) where x[index] > x[best] { best = index }
    return best
  }
}
