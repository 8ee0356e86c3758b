import Foundation
import Kernels
import Networks
import Testing

/// The losses of a tree beside plain ones in double precision.
@Suite struct TreeLossTests {
  private static let heads = 4
  private static let classes = 5
  private static let samples = 7
  private static let batch = 11
  private static let labels: [Float] = [0, 3, 4, 1, 1, 2, 0]

  private struct Evaluated {
    var result: LossResult
    var gradient: [Float]
    var tally: HeadTally?
  }

  private static func evaluate(_ loss: Loss, _ tree: Tree?, _ logits: [Float], heads: Range<Int>? = nil) -> Evaluated {
    let memory = DeviceMemory(
      device: 0,
      slots: [logits.count, labels.count, logits.count].map {
        SlotDescription(words: $0, kind: .activations, persistent: true)
      })
    memory.write(logits, to: 0)
    memory.write(labels, to: 1)
    // What must be overwritten begins with a value that would show.
    memory.write([Float](repeating: 1e30, count: logits.count), to: 2)
    let kernel = LossKernel(
      loss: loss, samples: samples, outputs: classes, batch: batch, logits: 0, targets: 1, gradient: 2, tree: tree,
      heads: heads ?? 0..<(tree?.copies ?? 1))
    var tally: HeadTally? = tree.map { HeadTally(heads: $0.copies, classes: classes) }
    let result = kernel.evaluate(in: memory, tally: &tally)
    return Evaluated(result: result, gradient: memory.read(2), tally: tally)
  }

  private static let logits = noise(samples * heads * classes, 5).map { 3 * $0 }

  /// The losses of every sample and head, `[sample][head]`, by definition.
  private static func losses(_ loss: Loss, _ x: [Float]) -> [[Double]] {
    (0..<samples).map { sample in
      (0..<heads).map { head in
        let own = x[(sample * heads + head) * classes..<(sample * heads + head + 1) * classes].map { Double($0) }
        let label = Int(labels[sample])
        switch loss {
        case .softmaxCrossEntropy: return log(own.reduce(0) { $0 + exp($1) }) - own[label]
        case .meanSquaredError:
          return own.enumerated().reduce(0) { $0 + pow($1.element - ($1.offset == label ? 1 : 0), 2) } / Double(classes)
        }
      }
    }
  }

  /// What a tree's loss reports for a sample, and the function whose gradient its heads get.
  private static func expected(_ loss: Loss, _ tree: Tree, _ x: [Float]) -> (reported: Double, learned: Double) {
    let all = losses(loss, x)
    let m = Double(heads)
    switch tree.loss {
    case .independent:
      let sum = all.joined().reduce(0, +)
      return (sum / m, sum / Double(batch))
    case .oracle:
      let sum = all.reduce(0) { $0 + $1.sorted().prefix(tree.best).reduce(0, +) }
      return (sum / Double(tree.best), sum / Double(batch))
    case .ensembleMean where loss == .softmaxCrossEntropy:
      let sum = all.reduce(0) { $0 - log($1.reduce(0) { $0 + exp(-$1) } / m) }
      return (sum, sum / Double(batch))
    case .ensembleMean:
      var sum = 0.0
      for sample in 0..<samples {
        for index in 0..<classes {
          let mean = (0..<heads).reduce(0) { $0 + Double(x[(sample * heads + $1) * classes + index]) } / m
          sum += pow(mean - (index == Int(labels[sample]) ? 1 : 0), 2) / Double(classes)
        }
      }
      return (sum, sum / Double(batch))
    }
  }

  private static let trees = [
    Tree(after: "x", copies: heads), Tree(after: "x", copies: heads, loss: .ensembleMean),
    Tree(after: "x", copies: heads, loss: .oracle), Tree(after: "x", copies: heads, loss: .oracle, best: 3),
  ]

  @Test(arguments: trees, Loss.allCases) func lossesAndGradientsAreThoseOfTheDefinition(tree: Tree, loss: Loss) {
    let own = Self.evaluate(loss, tree, Self.logits)
    let (reported, _) = Self.expected(loss, tree, Self.logits)
    #expect(abs(own.result.lossSum - reported) < 1e-5 * max(1, reported))
    let step: Float = 1 / 1024
    for place in Self.logits.indices {
      var (up, down) = (Self.logits, Self.logits)
      up[place] += step
      down[place] -= step
      let difference =
        (Self.expected(loss, tree, up).learned - Self.expected(loss, tree, down).learned)
        / Double(up[place] - down[place])
      #expect(abs(difference - Double(own.gradient[place])) < 1e-5, "\(tree.loss), \(loss), \(place)")
    }
  }

  @Test(arguments: Loss.allCases) func allHeadsBestIsIndependent(loss: Loss) {
    let all = Self.evaluate(loss, Tree(after: "x", copies: Self.heads, loss: .oracle, best: Self.heads), Self.logits)
    let independent = Self.evaluate(loss, Tree(after: "x", copies: Self.heads), Self.logits)
    #expect(all.gradient == independent.gradient)
    #expect(abs(all.result.lossSum - independent.result.lossSum) < 1e-12)
  }

  /// A head that does not win a sample gets exactly nothing; a head that wins gets what it would get alone.
  @Test func onlyTheWinnerLearns() {
    let oracle = Self.evaluate(
      .softmaxCrossEntropy, Tree(after: "x", copies: Self.heads, loss: .oracle), Self.logits)
    let independent = Self.evaluate(.softmaxCrossEntropy, Tree(after: "x", copies: Self.heads), Self.logits)
    for (sample, losses) in Self.losses(.softmaxCrossEntropy, Self.logits).enumerated() {
      let winner = losses.firstIndex(of: losses.min()!)!
      for head in 0..<Self.heads {
        let words = (sample * Self.heads + head) * Self.classes..<(sample * Self.heads + head + 1) * Self.classes
        let wanted = head == winner ? Array(independent.gradient[words]) : Array(repeating: 0, count: Self.classes)
        #expect(Array(oracle.gradient[words]) == wanted, "sample \(sample), head \(head)")
      }
    }
  }

  @Test(arguments: Tree.Loss.allCases, Loss.allCases) func oneHeadIsAnOrdinaryLoss(rule: Tree.Loss, loss: Loss) {
    let logits = Array(Self.logits.prefix(Self.samples * Self.classes))
    let tree = Self.evaluate(loss, Tree(after: "x", copies: 1, loss: rule), logits)
    let plain = Self.evaluate(loss, nil, logits)
    #expect(abs(tree.result.lossSum - plain.result.lossSum) < 1e-6)
    #expect(tree.result.correct == plain.result.correct && tree.result.oracleCorrect == plain.result.correct)
    #expect(relativeError(tree.gradient, plain.gradient) < 1e-7)
  }

  /// Some heads alone: their part of the loss and their gradients; nothing is said about the ensemble.
  @Test func headsOnSeveralDevicesAddUp() {
    let tree = Tree(after: "x", copies: Self.heads)
    let whole = Self.evaluate(.softmaxCrossEntropy, tree, Self.logits)
    var sum = 0.0
    for part in [0..<1, 1..<4] {
      let own = (0..<Self.samples).flatMap { sample in
        Self.logits[
          (sample * Self.heads + part.lowerBound) * Self.classes..<(sample * Self.heads + part.upperBound)
            * Self.classes]
      }
      let result = Self.evaluate(.softmaxCrossEntropy, tree, Array(own), heads: part)
      sum += result.result.lossSum
      #expect(result.result.correct == 0 && result.result.oracleCorrect == 0)
      for sample in 0..<Self.samples {
        let words = part.count * Self.classes
        let first = (sample * Self.heads + part.lowerBound) * Self.classes
        #expect(result.gradient[sample * words..<(sample + 1) * words] == whole.gradient[first..<first + words])
      }
    }
    #expect(abs(sum - whole.result.lossSum) < 1e-12)
  }

  @Test func ensembleAndOracleAreCounted() {
    let own = Self.evaluate(.softmaxCrossEntropy, Self.trees[1], Self.logits)
    let losses = Self.losses(.softmaxCrossEntropy, Self.logits)
    var (ensemble, oracle) = (0, 0)
    var correct = Array(repeating: 0, count: Self.heads)
    var wins = Array(repeating: Array(repeating: 0, count: Self.classes), count: Self.heads)
    for sample in 0..<Self.samples {
      let label = Int(Self.labels[sample])
      var mean = Array(repeating: 0.0, count: Self.classes)
      var isRight: [Bool] = []
      for head in 0..<Self.heads {
        let first = (sample * Self.heads + head) * Self.classes
        let x = Self.logits[first..<first + Self.classes].map { exp(Double($0)) }
        let sum = x.reduce(0, +)
        for index in 0..<Self.classes { mean[index] += x[index] / sum }
        isRight.append(x.firstIndex(of: x.max()!) == label)
        if isRight[head] { correct[head] += 1 }
      }
      if isRight.contains(true) { oracle += 1 }
      if mean.firstIndex(of: mean.max()!) == label { ensemble += 1 }
      wins[losses[sample].firstIndex(of: losses[sample].min()!)!][label] += 1
    }
    #expect(own.result.correct == ensemble && own.result.oracleCorrect == oracle)
    #expect(own.tally?.correct == correct && own.tally?.winsByClass == wins)
    #expect(ensemble < oracle, "the case says nothing")
  }

  @Test(arguments: trees) func lossesStayFiniteAtTheEndsOfTheNumbers(tree: Tree) {
    let logits = Self.logits.indices.map { Float([3e38, -3e38, 0, 1000, -1000][($0 * 7 + $0 / 5) % 5]) }
    let own = Self.evaluate(.softmaxCrossEntropy, tree, logits)
    #expect(own.result.lossSum.isFinite)
    #expect(own.gradient.allSatisfy { $0.isFinite })
  }

  @Test func theJunctionAveragesTheGradient() {
    let geometry = LayerGeometry(
      kind: .junction(copies: 4), inputs: [Extent4(n: 3, k: 2, h: 2, w: 2)], output: Extent4(n: 3, k: 2, h: 2, w: 2),
      wholeOutput: .image(channels: 2, height: 2, width: 2))
    let rig = LayerRig(geometry)
    let input = noise(24, 1)
    #expect(rig.forward([input]) == input)
    rig.setOutputGradient(noise(24, 2))
    rig.kernel.backward(in: rig.memory, accumulate: false, step: 0)
    #expect(rig.inputGradients[0] == noise(24, 2).map { 0.25 * $0 })
  }
}
