import Networks

/// `y = (x - mean) / √(variance + epsilon) · weight + bias` per channel, with the statistics of each group of consecutive
/// samples (Ioffe and Szegedy 2015). The running variance is the unbiased one, as in PyTorch.
struct BatchNormArithmetic: LayerArithmetic {
  private typealias Words = UnsafeMutablePointer<Float>

  private let slots: LayerSlots
  private let channels: Int
  /// Words of one channel of one sample.
  private let plane: Int
  private let groups: [Int]
  private let updates: [Bool]
  private let samples: Int
  private let epsilon: Float
  private let momentum: Float

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, epsilon: Float, momentum: Float) {
    self.slots = slots
    channels = geometry.output.k
    plane = geometry.output.h * geometry.output.w
    groups = geometry.statisticsGroups
    updates = geometry.updatesRunningStatistics
    samples = geometry.output.n
    self.epsilon = epsilon
    self.momentum = momentum
    precondition(groups.reduce(0, +) == samples, "the statistics groups' samples are the layer's")
  }

  private var sampleWords: Int { channels * plane }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let x = memory.address(slots.inputs[0])
    let y = memory.address(slots.output)
    let weight = memory.address(slots.parameters[0])
    let bias = memory.address(slots.parameters[1])
    let runningMean = memory.address(slots.states[0])
    let runningVariance = memory.address(slots.states[1])
    if mode == .inference {
      for channel in 0..<channels {
        let inverse = 1 / (runningVariance[channel] + epsilon).squareRoot()
        normalise(
          x + channel * plane, into: y + channel * plane, samples: samples, mean: runningMean[channel],
          factor: inverse * weight[channel], bias: bias[channel])
      }
      return
    }
    let means = memory.address(slots.saved[0])
    let inverses = memory.address(slots.saved[1])
    var first = 0
    for (group, size) in groups.enumerated() {
      for channel in 0..<channels {
        let start = first * sampleWords + channel * plane
        let (mean, variance) = statistics(x + start, samples: size)
        let inverse = Float(1 / (variance + Double(epsilon)).squareRoot())
        means[group * channels + channel] = Float(mean)
        inverses[group * channels + channel] = inverse
        if mode == .training, updates[group] {
          let count = Double(size * plane)
          let unbiased = Float(variance * count / max(count - 1, 1))
          runningMean[channel] += momentum * (Float(mean) - runningMean[channel])
          runningVariance[channel] += momentum * (unbiased - runningVariance[channel])
        }
        normalise(
          x + start, into: y + start, samples: size, mean: Float(mean), factor: inverse * weight[channel],
          bias: bias[channel])
      }
      first += size
    }
  }

  func backward(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    run(memory, input: slots.inputGradients[0].map { memory.address($0) }, parameters: true, accumulate)
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    run(memory, input: memory.address(slot), parameters: false, false)
  }

  func backwardWeight(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    run(memory, input: nil, parameters: true, accumulate)
  }

  /// With x̂ the normalised input and m words per channel and group: the sums Σdy and Σdy·x̂ are the gradients of bias and
  /// weight, and `dx = weight/√(variance + epsilon) · (dy - Σdy/m - x̂ Σdy·x̂/m)`.
  private func run(_ memory: DeviceMemory, input dx: Words?, parameters: Bool, _ accumulate: Bool) {
    let x = memory.address(slots.inputs[0])
    let dy = slots.outputGradient(in: memory)
    let weight = memory.address(slots.parameters[0])
    let means = memory.address(slots.saved[0])
    let inverses = memory.address(slots.saved[1])
    for channel in 0..<channels {
      var weightGradient: Float = 0
      var biasGradient: Float = 0
      var first = 0
      for (group, size) in groups.enumerated() {
        let mean = means[group * channels + channel]
        let inverse = inverses[group * channels + channel]
        let start = first * sampleWords + channel * plane
        let (sum, product) = gradientSums(x + start, dy + start, samples: size, mean: mean)
        let scaled = product * Double(inverse)
        weightGradient += Float(scaled)
        biasGradient += Float(sum)
        if let dx {
          let count = Double(size * plane)
          let factor = weight[channel] * inverse
          // dx = factor·dy + slope·(x - mean) + offset
          let slope = -Double(factor) * scaled / count * Double(inverse)
          let offset = -Double(factor) * sum / count
          spread(
            x + start, dy + start, into: dx + start, samples: size, mean: mean, factor: factor, slope: Float(slope),
            offset: Float(offset))
        }
        first += size
      }
      guard parameters else { continue }
      let weightTotal = memory.address(slots.parameterGradients[0]) + channel
      let biasTotal = memory.address(slots.parameterGradients[1]) + channel
      weightTotal.pointee = (accumulate ? weightTotal.pointee : 0) + weightGradient
      biasTotal.pointee = (accumulate ? biasTotal.pointee : 0) + biasGradient
    }
  }

  // MARK: - Loops over one channel

  /// Mean and biased variance. Sums are of differences from a first guess, the first run's mean, so that they lose no
  /// digits where the mean is large beside the deviation.
  private func statistics(_ x: Words, samples: Int) -> (mean: Double, variance: Double) {
    let guess = plane > 1 ? VectorLoops.total(x, count: plane) / Float(plane) : x[0]
    var sum = 0.0
    var squares = 0.0
    for sample in 0..<samples {
      let partial = ChannelSums.deviation(x + sample * sampleWords, from: guess, count: plane)
      sum += Double(partial.sum)
      squares += Double(partial.product)
    }
    let count = Double(samples * plane)
    let shift = sum / count
    return (Double(guess) + shift, max(0, squares / count - shift * shift))
  }

  private func gradientSums(_ x: Words, _ dy: Words, samples: Int, mean: Float) -> (sum: Double, product: Double) {
    var sum = 0.0
    var product = 0.0
    for sample in 0..<samples {
      let start = sample * sampleWords
      let partial = ChannelSums.gradient(x + start, dy + start, mean: mean, count: plane)
      sum += Double(partial.sum)
      product += Double(partial.product)
    }
    return (sum, product)
  }

  private func normalise(_ x: Words, into y: Words, samples: Int, mean: Float, factor: Float, bias: Float) {
    for sample in 0..<samples {
      let (x, y) = (x + sample * sampleWords, y + sample * sampleWords)
      for index in 0..<plane { y[index] = (x[index] - mean) * factor + bias }
    }
  }

  private func spread(
    _ x: Words, _ dy: Words, into dx: Words, samples: Int, mean: Float, factor: Float, slope: Float, offset: Float
  ) {
    for sample in 0..<samples {
      let start = sample * sampleWords
      let (x, dy, dx) = (x + start, dy + start, dx + start)
      for index in 0..<plane { dx[index] = factor * dy[index] + (slope * (x[index] - mean) + offset) }
    }
  }
}
