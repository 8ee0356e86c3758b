import Foundation

/// Training of a small perceptron with weights of many versions, written as plainly as possible: one minibatch after the
/// other, every version that ever was in a list, in double precision. Shares nothing with the compiler or the kernels.
struct DelayedDescent {
  /// Which versions a minibatch uses.
  enum Rule {
    case stashing, verticalSync, unstashed
    /// Two versions; an update takes so many minibatches.
    case doubleBuffer(Int)
  }

  /// One linear layer; a tanh follows all but the last.
  struct Layer {
    var outputs: Int
    var inputs: Int
    /// Of the pipeline, from 0.
    var stage: Int
    /// Every version since the beginning: `outputs` × `inputs` weights, then `outputs` biases.
    var versions: [[Double]]
    var velocity: [Double]

    init(weights: [Float], biases: [Float], stage: Int) {
      outputs = biases.count
      inputs = weights.count / biases.count
      self.stage = stage
      versions = [(weights + biases).map(Double.init)]
      velocity = versions[0].map { _ in 0 }
    }

    var newest: [Double] { versions[versions.count - 1] }
  }

  var layers: [Layer]
  var stages: Int
  var rule: Rule
  var rate: Double
  var momentum: Double
  var weightDecay: Double

  /// One step of `microbatches` minibatches; returns the mean loss over the batch.
  mutating func step(_ number: Int, features: [[Double]], classes: [Int], microbatches: Int) -> Double {
    var loss = 0.0
    var sums = layers.map { $0.newest.map { _ in 0.0 } }
    var collected = 0
    let groups: Int
    if case .doubleBuffer(let size) = rule { groups = (microbatches + size - 1) / size } else { groups = microbatches }
    for minibatch in 0..<microbatches {
      let samples = minibatch * classes.count / microbatches..<(minibatch + 1) * classes.count / microbatches
      for sample in samples {
        let used = layers.map { versions(of: $0, minibatch, step: number, updates: groups) }
        loss += differentiate(
          features[sample], classes[sample], forward: zip(layers, used).map { $0.versions[$1.forward] },
          backward: zip(layers, used).map { $0.versions[$1.backward] }, into: &sums)
      }
      collected += samples.count
      if case .doubleBuffer(let size) = rule, (minibatch + 1) % size != 0, minibatch + 1 < microbatches { continue }
      for layer in layers.indices { update(layer, sums[layer].map { $0 / Double(collected) }) }
      sums = sums.map { $0.map { _ in 0 } }
      collected = 0
    }
    return loss / Double(classes.count)
  }

  /// Numbers of the versions since the beginning.
  private func versions(
    of layer: Layer, _ minibatch: Int, step: Int, updates: Int
  ) -> (forward: Int, backward: Int) {
    let first = step * updates
    switch rule {
    case .stashing:
      let version = first + max(0, minibatch - (stages - 1 - layer.stage))
      return (version, version)
    case .verticalSync:
      let version = first + max(0, minibatch - (stages - 1))
      return (version, version)
    case .unstashed: return (first + max(0, minibatch - (stages - 1 - layer.stage)), first + minibatch)
    case .doubleBuffer(let size):
      let version = max(0, first + minibatch / size - 1)
      return (version, version)
    }
  }

  /// Adds one sample's gradient to `sums` and returns its cross-entropy.
  private func differentiate(
    _ input: [Double], _ label: Int, forward: [[Double]], backward: [[Double]], into sums: inout [[Double]]
  ) -> Double {
    var values = [input]
    for (number, layer) in layers.enumerated() {
      let w = forward[number]
      let before = values[number]
      values.append(
        (0..<layer.outputs).map { row in
          var sum = w[layer.outputs * layer.inputs + row]
          for column in 0..<layer.inputs { sum += w[row * layer.inputs + column] * before[column] }
          return number == layers.count - 1 ? sum : tanh(sum)
        })
    }
    let logits = values[layers.count]
    let highest = logits.max()!
    let total = logits.reduce(0) { $0 + exp($1 - highest) }
    var slope = logits.enumerated().map { exp($1 - highest) / total - ($0 == label ? 1 : 0) }
    for (number, layer) in layers.enumerated().reversed() {
      let before = values[number]
      for row in 0..<layer.outputs {
        for column in 0..<layer.inputs { sums[number][row * layer.inputs + column] += slope[row] * before[column] }
        sums[number][layer.outputs * layer.inputs + row] += slope[row]
      }
      guard number > 0 else { continue }
      slope = (0..<layer.inputs).map { column in
        var sum = 0.0
        for row in 0..<layer.outputs { sum += backward[number][row * layer.inputs + column] * slope[row] }
        return sum * (1 - before[column] * before[column])
      }
    }
    return log(total) + highest - logits[label]
  }

  private mutating func update(_ layer: Int, _ gradient: [Double]) {
    let old = layers[layer].newest
    var new = old
    for place in old.indices {
      layers[layer].velocity[place] =
        momentum * layers[layer].velocity[place] + gradient[place] + weightDecay * old[place]
      new[place] -= rate * layers[layer].velocity[place]
    }
    layers[layer].versions.append(new)
  }
}
