import Networks

/// The maximum over a window; padding never wins. Of equal values the first wins, a NaN always does, as in PyTorch.
///
/// Forward leaves for each output the place of its maximum in the window, `row · width + column`, so that backward reads
/// neither input nor output.
struct MaxPoolArithmetic: LayerArithmetic {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  private let slots: LayerSlots
  private let planes: PoolPlanes
  private let isTwoByTwo: Bool

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, _ window: Window) {
    self.slots = slots
    planes = PoolPlanes(geometry, window)
    isTwoByTwo =
      window.kernel == Extent(2) && window.stride == Extent(2) && window.padding == Edges()
      && geometry.output.h * 2 <= geometry.inputs[0].h && geometry.output.w * 2 <= geometry.inputs[0].w
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let input = memory.address(slots.inputs[0])
    let output = memory.address(slots.output)
    let places = slots.saved.first.map { memory.address($0) }
    for plane in 0..<planes.count {
      let x = Source(input + plane * planes.inputWords)
      let y = output + plane * planes.outputWords
      let place = places.map { $0 + plane * planes.outputWords }
      if isTwoByTwo, let place { forwardTwoByTwo(x, y, place) } else { forward(x, y, place) }
    }
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    let inputGradient = memory.address(slot)
    let outputGradient = slots.outputGradient(in: memory)
    let places = memory.address(slots.saved[0])
    for plane in 0..<planes.count {
      let dx = inputGradient + plane * planes.inputWords
      let dy = outputGradient + plane * planes.outputWords
      let place = places + plane * planes.outputWords
      if isTwoByTwo { backwardTwoByTwo(dx, dy, place) } else { backward(dx, dy, place) }
    }
  }

  private func forward(_ x: Source, _ y: Words, _ place: Words?) {
    var output = 0
    for row in 0..<planes.outputRows {
      let rows = planes.rows(of: row)
      for column in 0..<planes.outputColumns {
        let columns = planes.columns(of: column)
        var best = -Float.infinity
        var found = 0
        for i in rows.inside {
          for j in columns.inside {
            let value = x[i * planes.inputColumns + j]
            if value > best || value.isNaN {
              best = value
              found = (i - rows.first) * planes.window.kernel.width + j - columns.first
            }
          }
        }
        y[output] = best
        if let place { place[output] = Float(found) }
        output += 1
      }
    }
  }

  private func backward(_ dx: Words, _ dy: Source, _ place: Source) {
    dx.update(repeating: 0, count: planes.inputWords)
    let width = planes.window.kernel.width
    var output = 0
    for row in 0..<planes.outputRows {
      let rows = planes.rows(of: row)
      for column in 0..<planes.outputColumns {
        let columns = planes.columns(of: column)
        let found = Int(place[output])
        let (i, j) = (rows.first + found / width, columns.first + found % width)
        // A window of minus infinities alone has no place of its own; its first may lie in the padding.
        if rows.inside.contains(i), columns.inside.contains(j) { dx[i * planes.inputColumns + j] += dy[output] }
        output += 1
      }
    }
  }

  private func forwardTwoByTwo(_ x: Source, _ y: Words, _ place: Words) {
    let columns = planes.outputColumns
    for row in 0..<planes.outputRows {
      let upper = x + 2 * row * planes.inputColumns
      let lower = upper + planes.inputColumns
      let (y, place) = (y + row * columns, place + row * columns)
      if columns >= 8 {
        Self.eachRun(of: 8, in: columns) { column in
          let first = UnsafeRawPointer(upper + 2 * column).loadUnaligned(as: SIMD16<Float>.self)
          let second = UnsafeRawPointer(lower + 2 * column).loadUnaligned(as: SIMD16<Float>.self)
          let best = Self.best(first.evenHalf, first.oddHalf, second.evenHalf, second.oddHalf)
          VectorLoops.store8(best.value, to: y + column)
          VectorLoops.store8(best.place, to: place + column)
        }
      } else if columns >= 4 {
        Self.eachRun(of: 4, in: columns) { column in
          let (first, second) = (VectorLoops.load8(upper + 2 * column), VectorLoops.load8(lower + 2 * column))
          let best = Self.best(
            SIMD8(lowHalf: first.evenHalf, highHalf: .zero), SIMD8(lowHalf: first.oddHalf, highHalf: .zero),
            SIMD8(lowHalf: second.evenHalf, highHalf: .zero), SIMD8(lowHalf: second.oddHalf, highHalf: .zero))
          UnsafeMutableRawPointer(y + column).storeBytes(of: best.value.lowHalf, as: SIMD4<Float>.self)
          UnsafeMutableRawPointer(place + column).storeBytes(of: best.place.lowHalf, as: SIMD4<Float>.self)
        }
      } else {
        for column in 0..<columns {
          let best = Self.best(
            SIMD8(repeating: upper[2 * column]), SIMD8(repeating: upper[2 * column + 1]),
            SIMD8(repeating: lower[2 * column]), SIMD8(repeating: lower[2 * column + 1]))
          (y[column], place[column]) = (best.value[0], best.place[0])
        }
      }
    }
  }

  /// Visits runs of `width` columns; the last may overlap the one before, which computes the same.
  @inline(__always) private static func eachRun(of width: Int, in columns: Int, _ body: (Int) -> Void) {
    var column = 0
    while column < columns {
      body(min(column, columns - width))
      column += width
    }
  }

  /// The greatest of four values and which it is. For vectors of eight alone: a generic one compares lane by lane.
  @inline(__always) private static func best(
    _ first: SIMD8<Float>, _ second: SIMD8<Float>, _ third: SIMD8<Float>, _ fourth: SIMD8<Float>
  ) -> (value: SIMD8<Float>, place: SIMD8<Float>) {
    var (value, place) = (first, SIMD8<Float>.zero)
    var wins = (second .> value) .| (second .!= second)
    value.replace(with: second, where: wins)
    place.replace(with: 1, where: wins)
    wins = (third .> value) .| (third .!= third)
    value.replace(with: third, where: wins)
    place.replace(with: 2, where: wins)
    wins = (fourth .> value) .| (fourth .!= fourth)
    value.replace(with: fourth, where: wins)
    place.replace(with: 3, where: wins)
    return (value, place)
  }

  private func backwardTwoByTwo(_ dx: Words, _ dy: Source, _ place: Source) {
    let columns = planes.outputColumns
    let isCovered = planes.outputRows * 2 == planes.inputRows && columns * 2 == planes.inputColumns
    if !isCovered { dx.update(repeating: 0, count: planes.inputWords) }
    for row in 0..<planes.outputRows {
      let upper = dx + 2 * row * planes.inputColumns
      let lower = upper + planes.inputColumns
      let (dy, place) = (dy + row * columns, place + row * columns)
      for column in 0..<columns {
        let (gradient, found) = (dy[column], place[column])
        upper[2 * column] = found == 0 ? gradient : 0
        upper[2 * column + 1] = found == 1 ? gradient : 0
        lower[2 * column] = found == 2 ? gradient : 0
        lower[2 * column + 1] = found == 3 ? gradient : 0
      }
    }
  }
}
