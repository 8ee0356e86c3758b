/// The two sums that batch normalisation needs over a run of words, formed together.
enum ChannelSums {
  typealias Source = UnsafePointer<Float>

  /// Σ(x - guess) and Σ(x - guess)².
  @inline(__always) static func deviation(
    _ x: Source, from guess: Float, count: Int
  ) -> (sum: Float, product: Float) {
    sums(count) { index in
      let difference = VectorLoops.load8(x + index) - guess
      return (difference, difference * difference)
    } last: { index in
      let difference = x[index] - guess
      return (difference, difference * difference)
    }
  }

  /// Σdy and Σdy·(x - mean).
  @inline(__always) static func gradient(
    _ x: Source, _ dy: Source, mean: Float, count: Int
  ) -> (sum: Float, product: Float) {
    sums(count) { index in
      let gradient = VectorLoops.load8(dy + index)
      return (gradient, gradient * (VectorLoops.load8(x + index) - mean))
    } last: { index in
      (dy[index], dy[index] * (x[index] - mean))
    }
  }

  @inline(__always) private static func sums(
    _ count: Int, eight: (Int) -> (SIMD8<Float>, SIMD8<Float>), last: (Int) -> (Float, Float)
  ) -> (sum: Float, product: Float) {
    var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    var products = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    var index = 0
    while index + 16 <= count {
      let (a, b) = (eight(index), eight(index + 8))
      sums.0 += a.0
      products.0 += a.1
      sums.1 += b.0
      products.1 += b.1
      index += 16
    }
    var (sum, product) = ((sums.0 + sums.1).sum(), (products.0 + products.1).sum())
    while index < count {
      let (a, b) = last(index)
      sum += a
      product += b
      index += 1
    }
    return (sum, product)
  }
}
