import Kernels
import Networks
import Testing

/// Every layer's gradients beside differences of its own output: `Σ dy · y` as a function of each operand.
@Suite struct GradientTests {
  private static func image(_ n: Int, _ k: Int, _ h: Int, _ w: Int) -> Extent4 { Extent4(n: n, k: k, h: h, w: w) }

  private static func geometry(
    _ kind: LayerKind, _ inputs: [Extent4], _ output: Extent4, groups: [Int]? = nil
  ) -> LayerGeometry {
    LayerGeometry(
      kind: kind, inputs: inputs, output: output,
      wholeOutput: .image(channels: output.k, height: output.h, width: output.w), statisticsGroups: groups)
  }

  private static func windowed(
    _ input: Extent4, _ outputs: Int, _ window: Window, kind: (Window) -> LayerKind
  ) -> LayerGeometry {
    let extent = window.outputExtent(input.h, input.w)
    return geometry(kind(window), [input], image(input.n, outputs, extent.height, extent.width))
  }

  private static let cases: [(geometry: LayerGeometry, parameters: [Int], states: [Int])] = {
    let input = image(2, 3, 5, 7)
    let odd = Window(kernel: Extent(3, 2), stride: Extent(2, 1), padding: Edges(top: 1, left: 0, bottom: 0, right: 1))
    let same = Window(kernel: Extent(3), padding: Edges(1))
    let elementwise: [LayerKind] = [
      .relu, .leakyRelu(slope: 0.2), .leakyRelu(slope: -0.5), .sigmoid, .tanh, .gelu, .dropout(rate: 0.3),
    ]
    return [
      (geometry(.linear(outputs: 3), [image(5, 7, 1, 1)], image(5, 3, 1, 1)), [21, 3], []),
      (windowed(input, 4, same) { .conv2d(outputs: 4, window: $0) }, [108, 4], []),
      (windowed(input, 4, odd) { .conv2d(outputs: 4, window: $0) }, [72, 4], []),
      (windowed(image(19, 2, 3, 3), 3, same) { .conv2d(outputs: 3, window: $0) }, [54, 3], []),
      (windowed(image(1, 1, 3, 301), 2, same) { .conv2d(outputs: 2, window: $0) }, [18, 2], []),
      (windowed(input, 4, same) { .conv2d(outputs: 4, window: $0, sharing: .nowhere) }, [3780, 140], []),
      (windowed(input, 4, same) { .conv2d(outputs: 4, window: $0, sharing: .tiled(Extent(2, 3))) }, [648, 24], []),
      (windowed(input, 4, odd) { .conv2d(outputs: 4, window: $0, sharing: .tiled(Extent(2, 4))) }, [576, 32], []),
      (windowed(input, 3, odd) { .maxPool($0) }, [], []),
      (windowed(input, 3, Window(kernel: Extent(2), stride: Extent(2))) { .maxPool($0) }, [], []),
      (windowed(input, 3, odd) { .averagePool($0) }, [], []),
      (geometry(.globalAveragePool, [input], image(2, 3, 1, 1)), [], []),
      (geometry(.batchNorm(), [image(5, 3, 3, 3)], image(5, 3, 3, 3), groups: [3, 2]), [3, 3], [3, 3]),
      (geometry(.batchNorm(), [image(9, 5, 1, 1)], image(9, 5, 1, 1)), [5, 5], [5, 5]),
      (geometry(.flatten, [input], image(2, 105, 1, 1)), [], []),
      (geometry(.add, [input, input, input], input), [], []),
      (geometry(.concat, [input, image(2, 1, 5, 7), image(2, 2, 5, 7)], image(2, 6, 5, 7)), [], []),
    ] + elementwise.map { (geometry($0, [input], input), [], []) }
  }()

  @Test func gradientsEqualDifferences() {
    for (number, (geometry, parameters, states)) in Self.cases.enumerated() {
      let values = parameters.enumerated().map { noise($1, 100 * number + $0) }
      let rig = LayerRig(
        geometry, parameters: values, states: states.map { [Float](repeating: 1, count: $0) },
        dropout: DropoutKey(seed: 3, layer: "dropout"))
      let inputs = geometry.inputs.enumerated().map { noise($1.count, 100 * number + 50 + $0) }
      let dy = noise(geometry.output.count, 100 * number + 99)
      _ = rig.forward(inputs, step: 4)
      rig.setOutputGradient(dy)
      rig.kernel.backward(in: rig.memory, accumulate: false, step: 4)
      let (inputGradients, parameterGradients) = (rig.inputGradients, rig.parameterGradients)
      for index in inputs.indices {
        check(inputGradients[index], "\(geometry.kind), input \(index)") { place, change in
          var moved = inputs
          moved[index][place] += change
          return dot(dy, rig.forward(moved, step: 4))
        }
      }
      for index in values.indices {
        check(parameterGradients[index], "\(geometry.kind), parameter \(index)") { place, change in
          var moved = values[index]
          moved[place] += change
          rig.memory.write(moved, to: rig.slots.parameters[index])
          defer { rig.memory.write(values[index], to: rig.slots.parameters[index]) }
          return dot(dy, rig.forward(inputs, step: 4))
        }
      }
    }
  }

  /// Compares at most 40 places of a gradient with central differences. Where a kink lies between the two points the
  /// difference is of no use, so a few places may disagree.
  private func check(_ gradient: [Float], _ label: String, _ value: (Int, Float) -> Double) {
    let step: Float = 1 / 256
    var wrong = 0
    let places = stride(from: 0, to: gradient.count, by: max(1, gradient.count / 40))
    for place in places {
      let difference = (value(place, step) - value(place, -step)) / Double(2 * step)
      if abs(difference - Double(gradient[place])) > 5e-3 * max(1, abs(difference)) { wrong += 1 }
    }
    #expect(wrong <= 1, "\(label): \(wrong) gradients disagree")
  }

  private func dot(_ left: [Float], _ right: [Float]) -> Double {
    zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
