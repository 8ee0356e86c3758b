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
      var column = 0
      while column + 8 <= columns {
        let first = UnsafeRawPointer(upper + 2 * column).loadUnaligned(as: SIMD16<Float>.self)
        let second = UnsafeRawPointer(lower + 2 * column).loadUnaligned(as: SIMD16<Float>.self)
        var best = first.evenHalf
        var found = SIMD8<Float>.zero
        Self.improve(&best, &found, with: first.oddHalf, at: 1)
        Self.improve(&best, &found, with: second.evenHalf, at: 2)
        Self.improve(&best, &found, with: second.oddHalf, at: 3)
        VectorLoops.store8(best, to: y + column)
        VectorLoops.store8(found, to: place + column)
        column += 8
      }
      while column < columns {
        var best = upper[2 * column]
        var found: Float = 0
        Self.improve(&best, &found, with: upper[2 * column + 1], at: 1)
        Self.improve(&best, &found, with: lower[2 * column], at: 2)
        Self.improve(&best, &found, with: lower[2 * column + 1], at: 3)
        y[column] = best
        place[column] = found
        column += 1
      }
    }
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

  @inline(__always) private static func improve(
    _ best: inout SIMD8<Float>, _ place: inout SIMD8<Float>, with value: SIMD8<Float>, at index: Float
  ) {
    let wins = (value .> best) .| (value .!= value)
    best.replace(with: value, where: wins)
    place.replace(with: index, where: wins)
  }

  @inline(__always) private static func improve(
    _ best: inout Float, _ place: inout Float, with value: Float, at index: Float
  ) {
    if value > best || value.isNaN { (best, place) = (value, index) }
  }
}
