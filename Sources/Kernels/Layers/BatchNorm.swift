import Networks

/// `y = (x - mean) / √(variance + epsilon) · weight + bias` per channel, with the statistics of each group of consecutive
/// samples (Ioffe and Szegedy 2015). The running variance is the unbiased one, as in PyTorch.
///
/// Where parts of a group lie on several devices, `statistics` and `gradientSums` give this part's numbers; forward and
/// backward merge those of all members in rank order, so every member gets the same bits.
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
  private let members: StatisticsMembers?
  /// Words of one channel that all members have of each group.
  private let totals: [Int]

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, epsilon: Float, momentum: Float) {
    self.slots = slots
    channels = geometry.output.k
    plane = geometry.output.h * geometry.output.w
    groups = geometry.statisticsGroups
    updates = geometry.updatesRunningStatistics
    samples = geometry.output.n
    members = geometry.statisticsMembers
    totals = geometry.statisticsGroups.indices.map { group in
      geometry.statisticsMembers?.counts.reduce(0) { $0 + $1[group] }
        ?? geometry.statisticsGroups[group] * geometry.output.h * geometry.output.w
    }
    self.epsilon = epsilon
    self.momentum = momentum
    precondition(groups.reduce(0, +) == samples, "the statistics groups' samples are the layer's")
  }

  private var sampleWords: Int { channels * plane }

  // MARK: - Forward

  func statistics(_ memory: DeviceMemory) {
    guard let members else { preconditionFailure("statistics of a layer without members") }
    let x = memory.address(slots.inputs[0])
    let words = words(slots.moments[members.own], memory)
    eachGroup { group, first, size in
      for channel in 0..<channels {
        let moments = moments(x + first * sampleWords + channel * plane, samples: size)
        words.first(group, channel).pointee = Float(moments.mean)
        words.second(group, channel).pointee = Float(moments.squares)
      }
    }
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let x = memory.address(slots.inputs[0])
    let y = memory.address(slots.output)
    let weight = memory.address(slots.parameters[0])
    let bias = memory.address(slots.parameters[1])
    let running = RunningStatistics(
      mean: memory.address(slots.states[0]), variance: memory.address(slots.states[1]), momentum: momentum)
    if mode == .inference {
      for channel in 0..<channels {
        let inverse = 1 / (running.variance[channel] + epsilon).squareRoot()
        normalise(
          x + channel * plane, into: y + channel * plane, samples: samples, mean: running.mean[channel],
          factor: inverse * weight[channel], bias: bias[channel])
      }
      return
    }
    let means = memory.address(slots.saved[0])
    let inverses = memory.address(slots.saved[1])
    eachGroup { group, first, size in
      for channel in 0..<channels {
        let start = first * sampleWords + channel * plane
        let moments = merged(group, channel, memory) ?? moments(x + start, samples: size)
        let inverse = Float(1 / (moments.variance + Double(epsilon)).squareRoot())
        means[group * channels + channel] = Float(moments.mean)
        inverses[group * channels + channel] = inverse
        if mode == .training, updates[group] { running.take(moments, channel: channel) }
        normalise(
          x + start, into: y + start, samples: size, mean: Float(moments.mean), factor: inverse * weight[channel],
          bias: bias[channel])
      }
    }
  }

  /// The moments of all members' words of a group and channel; nil where there is one member alone.
  private func merged(_ group: Int, _ channel: Int, _ memory: DeviceMemory) -> Moments? {
    guard let members else { return nil }
    var total = Moments(count: 0, mean: 0, squares: 0)
    for (slot, counts) in zip(slots.moments, members.counts) {
      total.merge(words(slot, memory).moments(group, channel, count: counts[group]))
    }
    return total
  }

  // MARK: - Backward
  //
  // With x̂ the normalised input and m words per channel and group, the sums Σdy and Σdy·x̂ are the gradients of bias and
  // weight, and `dx = weight/√(variance + epsilon) · (dy - Σdy/m - x̂ Σdy·x̂/m)`. With members, m and the sums in dx are those
  // of all; the parameters' gradients are this part's own and are summed with all other gradients.

  func gradientSums(_ memory: DeviceMemory) {
    guard let members else { preconditionFailure("gradient sums of a layer without members") }
    let words = words(ownGradientSums(members), memory)
    eachGroup { group, first, size in
      for channel in 0..<channels {
        let sums = ownSums(group, channel, first: first, samples: size, memory)
        words.first(group, channel).pointee = Float(sums.bias)
        words.second(group, channel).pointee = Float(sums.weight)
      }
    }
  }

  func backward(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    guard members == nil else {
      backwardInput(memory, step)
      return backwardWeight(memory, accumulate, step)
    }
    run(memory, input: slots.inputGradients[0].map { memory.address($0) }, parameters: true, accumulate)
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    run(memory, input: memory.address(slot), parameters: false, false)
  }

  func backwardWeight(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    guard let members else { return run(memory, input: nil, parameters: true, accumulate) }
    let words = words(ownGradientSums(members), memory)
    for channel in 0..<channels {
      let sums = groups.indices.reduce((bias: Float(0), weight: Float(0))) { sums, group in
        (sums.bias + words.first(group, channel).pointee, sums.weight + words.second(group, channel).pointee)
      }
      contribute(sums, channel, memory, accumulate)
    }
  }

  /// Without an input gradient nobody's sums but the own ones are there.
  private func ownGradientSums(_ members: StatisticsMembers) -> Int {
    slots.gradientSums.count == 1 ? slots.gradientSums[0] : slots.gradientSums[members.own]
  }

  private func run(_ memory: DeviceMemory, input dx: Words?, parameters: Bool, _ accumulate: Bool) {
    for channel in 0..<channels {
      var total = (bias: Float(0), weight: Float(0))
      eachGroup { group, first, size in
        let sums =
          addedSums(group, channel, memory)
          ?? ownSums(group, channel, first: first, samples: size, memory)
        total.bias += Float(sums.bias)
        total.weight += Float(sums.weight)
        if let dx { spread(sums, group, channel, first: first, samples: size, into: dx, memory) }
      }
      if parameters { contribute(total, channel, memory, accumulate) }
    }
  }

  /// Σdy and Σdy·x̂ of this part.
  private func ownSums(
    _ group: Int, _ channel: Int, first: Int, samples: Int, _ memory: DeviceMemory
  ) -> (bias: Double, weight: Double) {
    let start = first * sampleWords + channel * plane
    let x = memory.address(slots.inputs[0]) + start
    let dy = slots.outputGradient(in: memory) + start
    let place = group * channels + channel
    let mean = memory.address(slots.saved[0])[place]
    var (sum, product) = (0.0, 0.0)
    for sample in 0..<samples {
      let start = sample * sampleWords
      let partial = ChannelSums.gradient(x + start, dy + start, mean: mean, count: plane)
      sum += Double(partial.sum)
      product += Double(partial.product)
    }
    return (sum, product * Double(memory.address(slots.saved[1])[place]))
  }

  /// The sums of all members; nil where there is one alone.
  private func addedSums(_ group: Int, _ channel: Int, _ memory: DeviceMemory) -> (bias: Double, weight: Double)? {
    guard members != nil else { return nil }
    return slots.gradientSums.reduce((0, 0)) { sums, slot in
      let words = words(slot, memory)
      return (
        sums.0 + Double(words.first(group, channel).pointee), sums.1 + Double(words.second(group, channel).pointee)
      )
    }
  }

  private func contribute(
    _ sums: (bias: Float, weight: Float), _ channel: Int, _ memory: DeviceMemory, _ accumulate: Bool
  ) {
    let weight = memory.address(slots.parameterGradients[0]) + channel
    let bias = memory.address(slots.parameterGradients[1]) + channel
    weight.pointee = (accumulate ? weight.pointee : 0) + sums.weight
    bias.pointee = (accumulate ? bias.pointee : 0) + sums.bias
  }

  /// dx of one group and channel: `factor·dy + slope·(x - mean) + offset`.
  private func spread(
    _ sums: (bias: Double, weight: Double), _ group: Int, _ channel: Int, first: Int, samples: Int, into dx: Words,
    _ memory: DeviceMemory
  ) {
    let place = group * channels + channel
    let mean = memory.address(slots.saved[0])[place]
    let inverse = memory.address(slots.saved[1])[place]
    let factor = memory.address(slots.parameters[0])[channel] * inverse
    let count = Double(totals[group])
    let slope = Float(-Double(factor) * sums.weight / count * Double(inverse))
    let offset = Float(-Double(factor) * sums.bias / count)
    let start = first * sampleWords + channel * plane
    let x = memory.address(slots.inputs[0]) + start
    let dy = slots.outputGradient(in: memory) + start
    let dx = dx + start
    for sample in 0..<samples {
      let start = sample * sampleWords
      let (x, dy, dx) = (x + start, dy + start, dx + start)
      for index in 0..<plane { dx[index] = factor * dy[index] + (slope * (x[index] - mean) + offset) }
    }
  }

  // MARK: - Loops

  private func words(_ slot: Int, _ memory: DeviceMemory) -> StatisticsWords {
    StatisticsWords(address: memory.address(slot), channels: channels)
  }

  /// Each group with its first sample and how many samples it has in this part.
  @inline(__always) private func eachGroup(_ body: (_ group: Int, _ first: Int, _ samples: Int) -> Void) {
    var first = 0
    for (group, size) in groups.enumerated() {
      body(group, first, size)
      first += size
    }
  }

  /// Sums are of differences from a first guess, the first run's mean, so that they lose no digits where the mean is large
  /// beside the deviation.
  private func moments(_ x: Words, samples: Int) -> Moments {
    let count = Double(samples * plane)
    guard count > 0 else { return Moments(count: 0, mean: 0, squares: 0) }
    let guess = plane > 1 ? VectorLoops.total(x, count: plane) / Float(plane) : x[0]
    var sum = 0.0
    var squares = 0.0
    for sample in 0..<samples {
      let partial = ChannelSums.deviation(x + sample * sampleWords, from: guess, count: plane)
      sum += Double(partial.sum)
      squares += Double(partial.product)
    }
    let shift = sum / count
    return Moments(count: count, mean: Double(guess) + shift, squares: max(0, squares - shift * sum))
  }

  private func normalise(_ x: Words, into y: Words, samples: Int, mean: Float, factor: Float, bias: Float) {
    for sample in 0..<samples {
      let (x, y) = (x + sample * sampleWords, y + sample * sampleWords)
      for index in 0..<plane { y[index] = (x[index] - mean) * factor + bias }
    }
  }
}
