/// Dot products of four filters' output gradients with one to three neighbouring taps of an input plane, over all
/// positions of a group of samples.
enum TapBlock {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  /// The positions, and distances in words. `columns` is a multiple of eight.
  struct Shape {
    var samples: Int
    var rows: Int
    var columns: Int
    var inputSample: Int
    var inputRow: Int
    var gradientSample: Int
    var gradientPlane: Int
  }

  /// One vector of sums for each of four filters.
  private struct Sums {
    var a = SIMD8<Float>.zero
    var b = SIMD8<Float>.zero
    var c = SIMD8<Float>.zero
    var d = SIMD8<Float>.zero

    @inline(__always) func add(to target: Words, stride: Int, real: Int) {
      target[0] += a.sum()
      if real > 1 { target[stride] += b.sum() }
      if real > 2 { target[2 * stride] += c.sum() }
      if real > 3 { target[3 * stride] += d.sum() }
    }
  }

  /// Adds to `target[filter · stride + tap]` for `taps` taps (at most three) and `real` filters (at most four). Filters
  /// that are not there stand for the last one that is; their sums are not used.
  @inline(never) static func add(
    taps: Int, _ x: Source, _ dy: Source, _ shape: Shape, real: Int, into target: Words, stride: Int
  ) {
    switch taps {
    case 3: add(2, x, dy, shape, real, target, stride)
    case 2: add(1, x, dy, shape, real, target, stride)
    default: add(0, x, dy, shape, real, target, stride)
    }
  }

  /// Inlined with a constant `last` tap, so that what it leaves out disappears. With three taps the twelve sums, three
  /// inputs and one gradient are exactly the sixteen vector registers of x86.
  @inline(__always) private static func add(
    _ last: Int, _ x: Source, _ dy: Source, _ shape: Shape, _ real: Int, _ target: Words, _ stride: Int
  ) {
    let second = min(1, real - 1) * shape.gradientPlane
    let third = min(2, real - 1) * shape.gradientPlane
    let fourth = min(3, real - 1) * shape.gradientPlane
    var (one, two, three) = (Sums(), Sums(), Sums())
    for sample in 0..<shape.samples {
      var x = x + sample * shape.inputSample
      var dy = dy + sample * shape.gradientSample
      for _ in 0..<shape.rows {
        for column in Swift.stride(from: 0, to: shape.columns, by: 8) {
          let x0 = VectorLoops.load8(x + column)
          let x1 = last > 0 ? VectorLoops.load8(x + column + 1) : .zero
          let x2 = last > 1 ? VectorLoops.load8(x + column + 2) : .zero
          var gradient = VectorLoops.load8(dy + column)
          one.a.addProduct(gradient, x0)
          if last > 0 { two.a.addProduct(gradient, x1) }
          if last > 1 { three.a.addProduct(gradient, x2) }
          gradient = VectorLoops.load8(dy + second + column)
          one.b.addProduct(gradient, x0)
          if last > 0 { two.b.addProduct(gradient, x1) }
          if last > 1 { three.b.addProduct(gradient, x2) }
          gradient = VectorLoops.load8(dy + third + column)
          one.c.addProduct(gradient, x0)
          if last > 0 { two.c.addProduct(gradient, x1) }
          if last > 1 { three.c.addProduct(gradient, x2) }
          gradient = VectorLoops.load8(dy + fourth + column)
          one.d.addProduct(gradient, x0)
          if last > 0 { two.d.addProduct(gradient, x1) }
          if last > 1 { three.d.addProduct(gradient, x2) }
        }
        x += shape.inputRow
        dy += shape.columns
      }
    }
    one.add(to: target, stride: stride, real: real)
    if last > 0 { two.add(to: target + 1, stride: stride, real: real) }
    if last > 1 { three.add(to: target + 2, stride: stride, real: real) }
  }
}
