/// Loops over contiguous words that the compiler turns into vector instructions; sums are written with vectors, because
/// it may not reorder additions of floats itself.
enum VectorLoops {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  /// `destination += source`
  @inline(__always) static func add(_ source: Source, to destination: Words, count: Int) {
    for index in 0..<count { destination[index] += source[index] }
  }

  /// `destination = left + right`
  @inline(__always) static func sum(_ left: Source, _ right: Source, into destination: Words, count: Int) {
    for index in 0..<count { destination[index] = left[index] + right[index] }
  }

  /// `words *= factor`
  @inline(__always) static func scale(_ words: Words, by factor: Float, count: Int) {
    for index in 0..<count { words[index] *= factor }
  }

  /// `destination = source` for short runs, where calling for a copy would cost more than the copy.
  @inline(__always) static func copy(_ source: Source, to destination: Words, count: Int) {
    var index = 0
    while index + 8 <= count {
      store8(load8(source + index), to: destination + index)
      index += 8
    }
    while index < count {
      destination[index] = source[index]
      index += 1
    }
  }

  /// The sum of `count` words, in eight times four partial sums.
  @inline(__always) static func total(_ source: Source, count: Int) -> Float {
    var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    var index = 0
    while index + 32 <= count {
      sums.0 += load8(source + index)
      sums.1 += load8(source + index + 8)
      sums.2 += load8(source + index + 16)
      sums.3 += load8(source + index + 24)
      index += 32
    }
    while index + 8 <= count {
      sums.0 += load8(source + index)
      index += 8
    }
    var total = ((sums.0 + sums.1) + (sums.2 + sums.3)).sum()
    while index < count {
      total += source[index]
      index += 1
    }
    return total
  }

  /// Eight words from any address.
  @inline(__always) static func load8(_ source: Source) -> SIMD8<Float> {
    UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// Eight words to any address.
  @inline(__always) static func store8(_ values: SIMD8<Float>, to destination: Words) {
    UnsafeMutableRawPointer(destination).storeBytes(of: values, as: SIMD8<Float>.self)
  }

  /// Adds to `totals[row]` (or overwrites it with) the sum of each of `rows` rows of `count` words.
  static func rowTotals(
    _ source: Source, rows: Int, count: Int, stride: Int, into totals: Words, accumulate: Bool
  ) {
    for row in 0..<rows {
      let value = total(source + row * stride, count: count)
      totals[row] = accumulate ? totals[row] + value : value
    }
  }

  /// Adds to `totals` (or overwrites it with) the sum of `rows` rows of `count` words.
  static func columnTotals(_ source: Source, rows: Int, count: Int, into totals: Words, accumulate: Bool) {
    if !accumulate { totals.update(repeating: 0, count: count) }
    for row in 0..<rows { add(source + row * count, to: totals, count: count) }
  }
}
