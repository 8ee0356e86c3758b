/// Count, mean and sum of squared deviations of some numbers.
struct Moments {
  var count: Double
  var mean: Double
  var squares: Double

  /// Variance over `count`; 0 for no numbers.
  var variance: Double { count > 0 ? squares / count : 0 }
  /// Variance over `count - 1`, the estimate for the numbers' source.
  var unbiasedVariance: Double { squares / max(count - 1, 1) }

  /// Takes in other numbers (Chan, Golub and LeVeque 1979): `M2 = M2a + M2b + delta² · na · nb / (na + nb)`.
  mutating func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    let total = count + other.count
    let delta = other.mean - mean
    squares += other.squares + delta * delta * count * other.count / total
    mean += delta * other.count / total
    count = total
  }
}

/// What a batch-normalisation layer writes for its other devices: per group all channels' first numbers, then their second.
struct StatisticsWords {
  let address: UnsafeMutablePointer<Float>
  let channels: Int

  func first(_ group: Int, _ channel: Int) -> UnsafeMutablePointer<Float> {
    address + (2 * group * channels + channel)
  }

  func second(_ group: Int, _ channel: Int) -> UnsafeMutablePointer<Float> {
    address + ((2 * group + 1) * channels + channel)
  }

  /// The words as moments of `count` numbers.
  func moments(_ group: Int, _ channel: Int, count: Int) -> Moments {
    Moments(
      count: Double(count), mean: Double(first(group, channel).pointee),
      squares: Double(second(group, channel).pointee))
  }
}

/// An exponential moving average of batch statistics, as PyTorch keeps it.
struct RunningStatistics {
  let mean: UnsafeMutablePointer<Float>
  let variance: UnsafeMutablePointer<Float>
  let momentum: Float

  func take(_ moments: Moments, channel: Int) {
    mean[channel] += momentum * (Float(moments.mean) - mean[channel])
    variance[channel] += momentum * (Float(moments.unbiasedVariance) - variance[channel])
  }
}
