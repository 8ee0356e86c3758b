import Networks

extension DeviceProgram {
  /// Milliseconds of a profiled layer's instruction by its given times; nil for every other instruction.
  ///
  /// Times grow with the samples: a device that computes a part of a microbatch takes that part of the time, and one that does
  /// a whole batch at once as many times as long. The two halves of a backward pass together take the sum of their times, for
  /// the first layer too.
  public func givenMilliseconds(of instruction: Instruction) -> Double? {
    let (index, milliseconds): (Index<Operation>, (LayerProfile) -> Double)
    switch instruction {
    case .forward(let own): (index, milliseconds) = (own, { $0.forwardMilliseconds })
    case .backward(let own):
      (index, milliseconds) = (own, { $0.backwardInputMilliseconds + $0.backwardWeightMilliseconds })
    case .backwardInput(let own): (index, milliseconds) = (own, { $0.backwardInputMilliseconds })
    case .backwardWeight(let own): (index, milliseconds) = (own, { $0.backwardWeightMilliseconds })
    default: return nil
    }
    let operation = operations[index]
    return operation.geometry.kind.profile.map { profile in
      milliseconds(profile) * profile.share(ofSamples: operation.box.n.count)
    }
  }
}
