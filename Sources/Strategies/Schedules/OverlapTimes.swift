/// When the exchanges of a step end if each begins as soon as its gradients are there and the one before has ended, by the
/// recurrence of wait-free backpropagation (Zhang et al. 2017): cⱼ = max(cⱼ₋₁, readyⱼ) + tⱼ.
///
/// One exchange at a time: tⱼ is what bucket j takes on its own. Copies, sums and updates count as nothing, as in the model of
/// ``ExchangeAlgorithm/seconds(bytes:peers:latency:bytesPerSecond:)``. Exact for exchanges of one message each way; of several
/// one after another, each but the first waits until the instruction that its device computes has ended, which adds to it.
public struct OverlapTimes: Hashable, Sendable {
  /// cⱼ of each bucket, in the unit of what was given.
  public let ends: [Double]
  /// The end of backward.
  public let computeEnd: Double

  /// - Parameters:
  ///   - ready: When backward completes each bucket, from the step's begin; not decreasing.
  ///   - durations: tⱼ of each bucket.
  public init(ready: [Double], durations: [Double], computeEnd: Double) {
    var end = 0.0
    ends = zip(ready, durations).map { ready, duration in
      end = max(end, ready) + duration
      return end
    }
    self.computeEnd = computeEnd
  }

  /// What of the exchange is left when nothing else is to be done: max(0, c_last - compute end).
  public var exposed: Double { max(0, (ends.last ?? 0) - computeEnd) }
  /// The length of the step: max(compute end, c_last).
  public var step: Double { computeEnd + exposed }
}
