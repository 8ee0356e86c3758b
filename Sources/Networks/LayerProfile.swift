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
  /// Samples of the microbatch that these numbers are about; shapes are those of one sample.
  public var samples: Int

  public init(
    forwardMilliseconds: Double, backwardInputMilliseconds: Double, backwardWeightMilliseconds: Double,
    outputBytes: Int, parameterBytes: Int = 0, samples: Int = 1
  ) {
    self.forwardMilliseconds = forwardMilliseconds
    self.backwardInputMilliseconds = backwardInputMilliseconds
    self.backwardWeightMilliseconds = backwardWeightMilliseconds
    self.outputBytes = outputBytes
    self.parameterBytes = parameterBytes
    self.samples = samples
  }

  /// Words of one sample's output; a part of a word counts whole.
  public var outputWords: Int { max(1, (outputBytes + 4 * samples - 1) / (4 * max(samples, 1))) }
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

  /// The same network with its measurements understood as those of microbatches of `samples` samples.
  public func measured(withSamples samples: Int) -> Network {
    var network = self
    for index in network.layers.indices {
      guard var profile = network.layers[index].kind.profile else { continue }
      profile.samples = max(1, samples)
      network.layers[index].kind = .profiled(profile)
    }
    return network
  }
}
