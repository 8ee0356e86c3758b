/// What is known of a layer that was measured somewhere else: times and sizes for one microbatch.
public struct LayerProfile: Hashable, Sendable {
  /// Milliseconds of a forward pass, and of the two halves of a backward pass.
  public var forwardMilliseconds: Double
  public var backwardInputMilliseconds: Double
  public var backwardWeightMilliseconds: Double
  /// Of the output; as many bytes of gradient come back.
  public var outputBytes: Int
  /// Of what the optimizer updates.
  public var parameterBytes: Int
  /// Samples of the microbatch that these numbers are about, not always a whole number where microbatches are unequal; shapes
  /// are those of one sample. Nil in a scene that does not say: it means its own microbatches.
  public var samples: Double?

  public init(
    forwardMilliseconds: Double, backwardInputMilliseconds: Double, backwardWeightMilliseconds: Double,
    outputBytes: Int, parameterBytes: Int = 0, samples: Double? = 1
  ) {
    self.forwardMilliseconds = forwardMilliseconds
    self.backwardInputMilliseconds = backwardInputMilliseconds
    self.backwardWeightMilliseconds = backwardWeightMilliseconds
    self.outputBytes = outputBytes
    self.parameterBytes = parameterBytes
    self.samples = samples
  }

  /// What so many samples are of the microbatch that was measured: times and bytes grow with it.
  public func share(ofSamples count: Int) -> Double { Double(count) / (samples ?? 1) }

  /// Words of one sample's output; a part of a word counts whole.
  public var outputWords: Int {
    let words = (Double(outputBytes) / (4 * (samples ?? 1))).rounded(.up)
    return max(1, words < Double(Int.max) ? Int(words) : .max)
  }
  /// Words of the layer's parameters; a part of a word counts whole.
  public var parameterWords: Int { (parameterBytes + 3) / 4 }
}

extension LayerKind {
  /// The measurements of a layer that computes nothing; nil for all others.
  public var profile: LayerProfile? { if case .profiled(let profile) = self { profile } else { nil } }
}

extension Network {
  /// True where a layer is known by its measurements alone: such a network can be simulated, but not trained.
  public var isMeasured: Bool { layers.contains { $0.kind.profile != nil } }

  /// The same network with its measurements understood as those of microbatches of `samples` samples, where they do not say
  /// themselves.
  public func measured(withSamples samples: Double) -> Network {
    var network = self
    for index in network.layers.indices {
      guard var profile = network.layers[index].kind.profile, profile.samples == nil else { continue }
      profile.samples = samples
      network.layers[index].kind = .profiled(profile)
    }
    return network
  }
}
