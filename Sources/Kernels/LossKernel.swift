import Foundation
import Networks

/// What the loss of some samples came to.
public struct LossResult: Hashable, Sendable {
  /// The sum over the samples (each sample's squared error is the mean over its outputs). Of a tree the mean over the
  /// heads that count, as ``Networks/Tree/Loss`` says; with only some heads at hand, their part of it.
  public var lossSum = 0.0
  /// Samples whose largest output is their class, of a tree the largest of the averaged predictions; 0 where targets are
  /// not classes or heads are missing.
  public var correct = 0
  /// Samples for which any head of a tree is right; without a tree the same as `correct`.
  public var oracleCorrect = 0

  public init(lossSum: Double = 0, correct: Int = 0, oracleCorrect: Int = 0) {
    self.lossSum = lossSum
    self.correct = correct
    self.oracleCorrect = oracleCorrect
  }
}

/// The loss of a range of samples and its gradient.
public struct LossKernel: Sendable {
  private let sample: SampleLoss
  private let tree: TreeLoss?
  private let samples: Int
  private let logits: Int
  private let targets: Int
  private let gradient: Int?

  /// Prepares the loss of `samples` samples, of a global batch of `batch`.
  ///
  /// - Parameters:
  ///   - outputs: Words of one prediction.
  ///   - logits: The slot of the network's output, `samples × outputs`, of a tree `samples × heads × outputs`.
  ///   - targets: The slot of the targets: one class index per sample, or with the squared error `outputs` words.
  ///   - targetWords: Words of one sample's target: 1 or `outputs`. One word stands for a class (one-hot with the squared
  ///     error) unless there is but one output and the squared error.
  ///   - gradient: The slot of the loss's gradient, scaled by 1/`batch` (squared error: 1/(`batch` · `outputs`)); nil to
  ///     only evaluate.
  ///   - tree: Whose heads the predictions are; nil for an ordinary network.
  ///   - heads: Which heads of the tree are here; all, unless each head has a loss of its own.
  public init(
    loss: Loss, samples: Int, outputs: Int, batch: Int, logits: Int, targets: Int, targetWords: Int = 1, gradient: Int?,
    tree: Tree? = nil, heads: Range<Int> = 0..<1
  ) {
    precondition(
      targetWords == 1 || (loss == .meanSquaredError && targetWords == outputs), "a target is a class or a vector")
    let sample = SampleLoss(loss: loss, outputs: outputs, batch: batch, targetWords: targetWords)
    self.sample = sample
    self.tree = tree.map { TreeLoss(sample: sample, tree: $0, heads: heads) }
    self.samples = samples
    self.logits = logits
    self.targets = targets
    self.gradient = gradient
  }

  /// Whether targets are classes, so that there is an accuracy.
  public var hasClasses: Bool { sample.hasClasses }

  /// Evaluates the loss and writes its gradient.
  public func evaluate(in memory: DeviceMemory) -> LossResult {
    var tally: HeadTally?
    return evaluate(in: memory, tally: &tally)
  }

  /// Evaluates the loss, writes its gradient and notes in `tally`, where there is one, how each head of a tree did.
  public func evaluate(in memory: DeviceMemory, tally: inout HeadTally?) -> LossResult {
    let logits = memory.address(logits)
    let targets = memory.address(targets)
    let gradient = gradient.map { memory.address($0) }
    if let tree {
      return tree.evaluate(samples: samples, logits: logits, targets: targets, gradient: gradient, tally: &tally)
    }
    var result = LossResult()
    for index in 0..<samples {
      let x = logits + index * sample.outputs
      let target = targets + index * sample.targetWords
      if sample.hasClasses, sample.argmax(x) == sample.label(target) { result.correct += 1 }
      result.lossSum += sample.evaluate(x, target, into: gradient.map { $0 + index * sample.outputs })
    }
    result.oracleCorrect = result.correct
    return result
  }
}

/// The loss of one prediction for one sample.
struct SampleLoss: Sendable {
  let loss: Loss
  let outputs: Int
  let batch: Int
  let targetWords: Int

  var hasClasses: Bool { targetWords == 1 && (loss == .softmaxCrossEntropy || outputs > 1) }

  /// The class that a target names.
  func label(_ target: UnsafePointer<Float>) -> Int {
    let label = Int(target[0])
    precondition(label >= 0 && label < outputs, "class \(label) of \(outputs)")
    return label
  }

  func argmax(_ x: UnsafePointer<Float>) -> Int {
    var best = 0
    for index in 1..<max(outputs, 1) where x[index] > x[best] { best = index }
    return best
  }

  /// The loss of the outputs `x`; their gradient goes to `dx`.
  func evaluate(
    _ x: UnsafePointer<Float>, _ target: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>?
  ) -> Double {
    switch loss {
    case .softmaxCrossEntropy: crossEntropy(x, label: label(target), into: dx)
    case .meanSquaredError: squaredError(x, target, into: dx)
    }
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
    let label = hasClasses ? label(target) : nil
    let scale = 2 / (Float(batch) * Float(outputs))
    var sum = 0.0
    for index in 0..<outputs {
      let difference = x[index] - wanted(index, target, label: label)
      sum += Double(difference) * Double(difference)
      dx?[index] = scale * difference
    }
    return sum / Double(outputs)
  }

  /// What the squared error wants of an output.
  func wanted(_ index: Int, _ target: UnsafePointer<Float>, label: Int?) -> Float {
    label.map { index == $0 ? 1 : 0 } ?? target[index]
  }
}
