/// The two innermost loops of convolutions at stride 1, each with all its sums in vector registers.
enum FilterBlock {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  /// Four filters at two times eight positions: each factor is two loads of the input, four weights and eight
  /// multiply-adds.
  ///
  /// - Parameters:
  ///   - offsets: Where each of `depth` factors lies from a vector's first.
  ///   - weights: Four per factor.
  ///   - start: What the sums begin with, per filter.
  ///   - rows: How many filters are real; the others' results are overwritten.
  @inline(__always) static func correlate(
    _ one: Source, _ two: Source, _ offsets: UnsafePointer<Int32>, _ weights: Source, depth: Int, start: SIMD4<Float>,
    into first: Words, _ second: Words, stride: Int, rows: Int
  ) {
    var (a0, a1) = (SIMD8<Float>(repeating: start[0]), SIMD8<Float>(repeating: start[0]))
    var (b0, b1) = (SIMD8<Float>(repeating: start[1]), SIMD8<Float>(repeating: start[1]))
    var (c0, c1) = (SIMD8<Float>(repeating: start[2]), SIMD8<Float>(repeating: start[2]))
    var (d0, d1) = (SIMD8<Float>(repeating: start[3]), SIMD8<Float>(repeating: start[3]))
    var weights = weights
    for factor in 0..<depth {
      let offset = Int(offsets[factor])
      let (x0, x1) = (VectorLoops.load8(one + offset), VectorLoops.load8(two + offset))
      var weight = SIMD8<Float>(repeating: weights[0])
      a0.addProduct(x0, weight)
      a1.addProduct(x1, weight)
      weight = SIMD8(repeating: weights[1])
      b0.addProduct(x0, weight)
      b1.addProduct(x1, weight)
      weight = SIMD8(repeating: weights[2])
      c0.addProduct(x0, weight)
      c1.addProduct(x1, weight)
      weight = SIMD8(repeating: weights[3])
      d0.addProduct(x0, weight)
      d1.addProduct(x1, weight)
      weights += 4
    }
    // From the last filter to the first, so that one that is not there is overwritten by the last that is.
    store(d0, d1, first, second, min(3, rows - 1) * stride)
    store(c0, c1, first, second, min(2, rows - 1) * stride)
    store(b0, b1, first, second, min(1, rows - 1) * stride)
    store(a0, a1, first, second, 0)
  }

  @inline(__always) private static func store(
    _ one: SIMD8<Float>, _ two: SIMD8<Float>, _ first: Words, _ second: Words, _ offset: Int
  ) {
    VectorLoops.store8(one, to: first + offset)
    VectorLoops.store8(two, to: second + offset)
  }
}
