import Foundation
import Networks

/// How often each head of a tree was right, and for which classes it was the best.
public struct HeadTally: Hashable, Sendable {
  public let heads: Int
  public let classes: Int
  /// Per head, the samples that it alone classifies right.
  public private(set) var correct: [Int]
  private var wins: [Int]

  public init(heads: Int, classes: Int) {
    self.heads = heads
    self.classes = classes
    correct = Array(repeating: 0, count: heads)
    wins = Array(repeating: 0, count: heads * classes)
  }

  /// `[head][class]`: the samples of a class for which the head had the smallest loss.
  public var winsByClass: [[Int]] { (0..<heads).map { Array(wins[$0 * classes..<($0 + 1) * classes]) } }

  mutating func noteRight(_ head: Int) { correct[head] += 1 }
  mutating func noteWin(_ head: Int, label: Int) { wins[head * classes + label] += 1 }
}

/// The loss of a tree's heads for each sample (``Networks/Tree/Loss``).
struct TreeLoss: Sendable {
  private let sample: SampleLoss
  private let rule: Tree.Loss
  private let best: Int
  /// Heads of the whole tree.
  private let total: Int
  /// Heads whose outputs are here.
  private let count: Int

  init(sample: SampleLoss, tree: Tree, heads: Range<Int>) {
    precondition(
      tree.loss == .independent || heads.count == tree.copies, "only independent heads need nothing of each other")
    self.sample = sample
    rule = tree.loss
    best = tree.best
    total = tree.copies
    count = heads.count
  }

  /// Every head's predictions are worked out once; loss, gradient and hits follow from them.
  func evaluate(
    samples: Int, logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>?,
    tally: inout HeadTally?
  ) -> LossResult {
    let words = count * sample.outputs
    var result = LossResult()
    withUnsafeTemporaryAllocation(of: Double.self, capacity: words + 2 * count) { scratch in
      guard let predictions = scratch.baseAddress else { return }
      let one = Heads(predictions: predictions, losses: predictions + words, weights: predictions + words + count)
      for index in 0..<samples {
        let x = logits + index * words
        let target = targets + index * sample.targetWords
        let label = sample.hasClasses ? sample.label(target) : nil
        predict(x, target, label: label, one)
        result.lossSum += weigh(target, label: label, one)
        if let gradient { write(gradient + index * words, target, label: label, one) }
        if let label { note(x, label: label, one, &result, &tally) }
      }
    }
    return result
  }

  /// What is known about the heads at one sample.
  private struct Heads {
    /// Softmax probabilities, or outputs with the squared error: `heads × outputs`.
    let predictions: UnsafeMutablePointer<Double>
    let losses: UnsafeMutablePointer<Double>
    /// The factor of each head's own gradient.
    let weights: UnsafeMutablePointer<Double>
  }

  /// Predictions and losses. Differences are taken in double precision, so that not even the ends of float32 overflow.
  private func predict(_ x: UnsafePointer<Float>, _ target: UnsafePointer<Float>, label: Int?, _ one: Heads) {
    let outputs = sample.outputs
    for head in 0..<count {
      let x = x + head * outputs
      let p = one.predictions + head * outputs
      switch sample.loss {
      case .softmaxCrossEntropy:
        let largest = Double(x[sample.argmax(x)])
        var sum = 0.0
        for index in 0..<outputs {
          p[index] = exp(Double(x[index]) - largest)
          sum += p[index]
        }
        for index in 0..<outputs { p[index] /= sum }
        one.losses[head] = log(sum) - (Double(x[label ?? 0]) - largest)
      case .meanSquaredError:
        var sum = 0.0
        for index in 0..<outputs {
          p[index] = Double(x[index])
          let difference = p[index] - Double(sample.wanted(index, target, label: label))
          sum += difference * difference
        }
        one.losses[head] = sum / Double(outputs)
      }
    }
  }

  /// The sample's loss, and how much of its own gradient each head gets.
  private func weigh(_ target: UnsafePointer<Float>, label: Int?, _ one: Heads) -> Double {
    switch rule {
    case .independent:
      var sum = 0.0
      for head in 0..<count {
        one.weights[head] = 1
        sum += one.losses[head]
      }
      return sum / Double(total)
    case .oracle:
      var sum = 0.0
      for head in 0..<count {
        let wins = rank(of: head, one) < best
        one.weights[head] = wins ? 1 : 0
        if wins { sum += one.losses[head] }
      }
      return sum / Double(best)
    case .ensembleMean where sample.loss == .softmaxCrossEntropy:
      // log p_m(y) is minus the head's loss; the weights are their softmax, shifted by the largest.
      var least = one.losses[0]
      for head in 1..<max(count, 1) where one.losses[head] < least { least = one.losses[head] }
      var sum = 0.0
      for head in 0..<count {
        one.weights[head] = exp(least - one.losses[head])
        sum += one.weights[head]
      }
      for head in 0..<count { one.weights[head] /= sum }
      return log(Double(total)) + least - log(sum)
    case .ensembleMean:
      var sum = 0.0
      for index in 0..<sample.outputs {
        let difference = mean(index, one) - Double(sample.wanted(index, target, label: label))
        sum += difference * difference
      }
      return sum / Double(sample.outputs)
    }
  }

  /// How many heads have a smaller loss, or the same and stand before it.
  private func rank(of head: Int, _ one: Heads) -> Int {
    let own = one.losses[head]
    var rank = 0
    for other in 0..<count where one.losses[other] < own || (one.losses[other] == own && other < head) { rank += 1 }
    return rank
  }

  /// The average of an output's predictions over the heads.
  private func mean(_ index: Int, _ one: Heads) -> Double {
    var sum = 0.0
    for head in 0..<count { sum += one.predictions[head * sample.outputs + index] }
    return sum / Double(count)
  }

  private func write(
    _ dx: UnsafeMutablePointer<Float>, _ target: UnsafePointer<Float>, label: Int?, _ one: Heads
  ) {
    let outputs = sample.outputs
    switch sample.loss {
    case .softmaxCrossEntropy:
      for head in 0..<count {
        let scale = one.weights[head] / Double(sample.batch)
        for index in 0..<outputs {
          let place = head * outputs + index
          dx[place] = Float((one.predictions[place] - (index == label ? 1 : 0)) * scale)
        }
      }
    case .meanSquaredError:
      let scale = 2 / (Double(sample.batch) * Double(outputs))
      for index in 0..<outputs {
        let wanted = Double(sample.wanted(index, target, label: label))
        let shared = rule == .ensembleMean ? scale * (mean(index, one) - wanted) / Double(total) : 0
        for head in 0..<count {
          let place = head * outputs + index
          let own = one.weights[head] * scale * (one.predictions[place] - wanted)
          dx[place] = Float(rule == .ensembleMean ? shared : own)
        }
      }
    }
  }

  /// Counts who is right. With heads missing nobody can say what the ensemble answers.
  private func note(
    _ x: UnsafePointer<Float>, label: Int, _ one: Heads, _ result: inout LossResult, _ tally: inout HeadTally?
  ) {
    guard count == total else { return }
    var anyIsRight = false
    for head in 0..<count where sample.argmax(x + head * sample.outputs) == label {
      anyIsRight = true
      tally?.noteRight(head)
    }
    if anyIsRight { result.oracleCorrect += 1 }
    var answer = 0
    var largest = mean(0, one)
    for index in 1..<max(sample.outputs, 1) {
      let value = mean(index, one)
      if value > largest { (answer, largest) = (index, value) }
    }
    if answer == label { result.correct += 1 }
    if tally != nil {
      for head in 0..<count where rank(of: head, one) == 0 { tally?.noteWin(head, label: label) }
    }
  }
}
