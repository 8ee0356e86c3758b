/// The innermost loop of convolutions at stride 1, with all its sums in vector registers.
enum FilterBlock {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  /// One filter's sums at two times eight positions.
  private struct Sums {
    var one: SIMD8<Float>
    var two: SIMD8<Float>

    @inline(__always) init(startingWith value: Float) {
      one = SIMD8(repeating: value)
      two = one
    }

    @inline(__always) mutating func add(_ x: SIMD8<Float>, _ y: SIMD8<Float>, times weight: Float) {
      let weight = SIMD8<Float>(repeating: weight)
      one.addProduct(x, weight)
      two.addProduct(y, weight)
    }

    @inline(__always) func store(to first: Words, _ second: Words, _ offset: Int) {
      VectorLoops.store8(one, to: first + offset)
      VectorLoops.store8(two, to: second + offset)
    }
  }

  /// Six filters (or with `isFour` four) at two times eight positions: each factor is two loads of the input, and one
  /// weight and two multiply-adds per filter. Six filters' sums, the inputs and a weight are fifteen of the sixteen vector
  /// registers of x86; twelve independent sums also hide the latency of a multiply-add.
  ///
  /// - Parameters:
  ///   - isFour: A constant where this is inlined, so that what it leaves out disappears.
  ///   - one, two: The first input words of each vector; `offsets` says where each of `depth` factors lies from there.
  ///   - weights: Six (four) per factor.
  ///   - start: What the sums begin with, per filter.
  ///   - real: How many filters there are; the others' results are overwritten.
  @inline(__always) static func correlate(
    isFour: Bool, _ one: Source, _ two: Source, _ offsets: UnsafePointer<Int32>, _ weights: Source, depth: Int,
    start: SIMD8<Float>, into first: Words, _ second: Words, stride: Int, real: Int
  ) {
    var (a, b) = (Sums(startingWith: start[0]), Sums(startingWith: start[1]))
    var (c, d) = (Sums(startingWith: start[2]), Sums(startingWith: start[3]))
    var (e, f) = (Sums(startingWith: start[4]), Sums(startingWith: start[5]))
    var weights = weights
    for factor in 0..<depth {
      let offset = Int(offsets[factor])
      let (x, y) = (VectorLoops.load8(one + offset), VectorLoops.load8(two + offset))
      a.add(x, y, times: weights[0])
      b.add(x, y, times: weights[1])
      c.add(x, y, times: weights[2])
      d.add(x, y, times: weights[3])
      if !isFour {
        e.add(x, y, times: weights[4])
        f.add(x, y, times: weights[5])
      }
      weights += isFour ? 4 : 6
    }
    // From the last filter to the first, so that one that is not there is overwritten by the last that is.
    if !isFour {
      f.store(to: first, second, min(5, real - 1) * stride)
      e.store(to: first, second, min(4, real - 1) * stride)
    }
    d.store(to: first, second, min(3, real - 1) * stride)
    c.store(to: first, second, min(2, real - 1) * stride)
    b.store(to: first, second, min(1, real - 1) * stride)
    a.store(to: first, second, 0)
  }
}
