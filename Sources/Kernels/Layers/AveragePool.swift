import Networks

/// The mean over a window, in which padding counts as zeros.
struct AveragePoolArithmetic: LayerArithmetic {
  private let slots: LayerSlots
  private let planes: PoolPlanes
  private let weight: Float

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, _ window: Window) {
    self.slots = slots
    planes = PoolPlanes(geometry, window)
    weight = 1 / Float(window.kernel.height * window.kernel.width)
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let input = memory.address(slots.inputs[0])
    let output = memory.address(slots.output)
    for plane in 0..<planes.count {
      let x = input + plane * planes.inputWords
      let y = output + plane * planes.outputWords
      if planes.outputWords == 1, planes.window.kernel == Extent(planes.inputRows, planes.inputColumns) {
        y[0] = VectorLoops.total(x, count: planes.inputWords) * weight
        continue
      }
      eachWindow { output, rows, columns in
        var sum: Float = 0
        for i in rows {
          for j in columns { sum += x[i * planes.inputColumns + j] }
        }
        y[output] = sum * weight
      }
    }
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    let inputGradient = memory.address(slot)
    let outputGradient = slots.outputGradient(in: memory)
    inputGradient.update(repeating: 0, count: planes.count * planes.inputWords)
    for plane in 0..<planes.count {
      let dx = inputGradient + plane * planes.inputWords
      let dy = outputGradient + plane * planes.outputWords
      eachWindow { output, rows, columns in
        let share = dy[output] * weight
        for i in rows {
          for j in columns { dx[i * planes.inputColumns + j] += share }
        }
      }
    }
  }

  @inline(__always) private func eachWindow(_ body: (_ output: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void)
  {
    for row in 0..<planes.outputRows {
      let rows = planes.rows(of: row).inside
      for column in 0..<planes.outputColumns {
        body(row * planes.outputColumns + column, rows, planes.columns(of: column).inside)
      }
    }
  }
}
