import Kernels
import Networks
import Testing

/// Tiled and locally connected layers beside loops over the definition.
@Suite struct UntiedConvolutionTests {
  /// One layer with all its operands; `first` is the filter of the first row and column.
  private struct Sample {
    var input: Extent4
    var outputs: Int
    var window: Window
    var filters: Extent
    var first: Extent

    var output: Extent4 {
      let extent = window.outputExtent(input.h, input.w)
      return Extent4(n: input.n, k: outputs, h: extent.height, w: extent.width)
    }
    var weightWords: Int {
      filters.height * filters.width * outputs * input.k * window.kernel.height * window.kernel.width
    }
    var biasWords: Int { filters.height * filters.width * outputs }

    func geometry(_ sharing: FilterSharing) -> LayerGeometry {
      LayerGeometry(
        kind: .conv2d(outputs: outputs, window: window, sharing: sharing), inputs: [input], output: output,
        wholeOutput: .image(channels: outputs, height: output.h, width: output.w), firstFilter: first)
    }

    /// Visits every product of the definition: words of output, input and weight, and the bias's.
    func eachProduct(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
      let kernel = window.kernel
      eachOutput { place, at, filter in
        for c in 0..<input.k {
          for i in 0..<kernel.height {
            for j in 0..<kernel.width {
              let row = at.h * window.stride.height - window.padding.top + i
              let column = at.w * window.stride.width - window.padding.left + j
              guard (0..<input.h).contains(row), (0..<input.w).contains(column) else { continue }
              body(
                place, ((at.n * input.k + c) * input.h + row) * input.w + column,
                (((filter * outputs + at.k) * input.k + c) * kernel.height + i) * kernel.width + j)
            }
          }
        }
      }
    }

    func eachOutput(_ body: (_ place: Int, _ at: Extent4, _ filter: Int) -> Void) {
      var place = 0
      for n in 0..<output.n {
        for k in 0..<outputs {
          for h in 0..<output.h {
            for w in 0..<output.w {
              let row = (h + first.height) % filters.height
              body(
                place, Extent4(n: n, k: k, h: h, w: w),
                row * filters.width + (w + first.width) % filters.width)
              place += 1
            }
          }
        }
      }
    }
  }

  private static func random(_ seed: Int) -> Sample {
    let stream = CounterRandom(seed: UInt64(seed), stream: "untied")
    var index = 0
    func below(_ limit: Int) -> Int {
      index += 1
      return Int(stream.bits(index) % UInt64(limit))
    }
    while true {
      let kernel = Extent(below(4) + 1, below(4) + 1)
      let window = Window(
        kernel: kernel, stride: Extent(below(3) + 1, below(3) + 1),
        padding: Edges(
          top: below(kernel.height), left: below(kernel.width), bottom: below(kernel.height), right: below(kernel.width)
        ))
      // More samples than are worked on together, sometimes; more words than a column matrix takes, sometimes.
      let samples = below(8) == 0 ? 67 : below(20) + 1
      let input = Extent4(n: samples, k: below(4) + 1, h: below(9) + 1, w: below(9) + 1)
      let extent = window.outputExtent(input.h, input.w)
      guard extent.height > 0, extent.width > 0 else { continue }
      // More filters than positions is what a part of a tiled layer can hold.
      let filters = Extent(below(extent.height + 2) + 1, below(extent.width + 2) + 1)
      return Sample(
        input: input, outputs: below(5) + 1, window: window, filters: filters,
        first: Extent(below(filters.height), below(filters.width)))
    }
  }

  @Test(arguments: 0..<80) func equalsTheDefinition(seed: Int) {
    let sample = Self.random(seed)
    let weight = noise(sample.weightWords, seed)
    let bias = noise(sample.biasWords, seed + 1)
    let input = noise(sample.input.count, seed + 2)
    let dy = noise(sample.output.count, seed + 3)
    let rig = LayerRig(sample.geometry(.tiled(sample.filters)), parameters: [weight, bias])
    let output = rig.forward([input])
    rig.setOutputGradient(dy)
    rig.kernel.backward(in: rig.memory, accumulate: false, step: 0)

    var expected = [Double](repeating: 0, count: output.count)
    var inputGradient = [Double](repeating: 0, count: input.count)
    var weightGradient = [Double](repeating: 0, count: weight.count)
    var biasGradient = [Double](repeating: 0, count: bias.count)
    sample.eachOutput { place, at, filter in
      expected[place] = Double(bias[filter * sample.outputs + at.k])
      biasGradient[filter * sample.outputs + at.k] += Double(dy[place])
    }
    sample.eachProduct { place, from, by in
      expected[place] += Double(input[from]) * Double(weight[by])
      inputGradient[from] += Double(dy[place]) * Double(weight[by])
      weightGradient[by] += Double(dy[place]) * Double(input[from])
    }
    func check(_ values: [Float], _ expected: [Double], _ what: String) {
      #expect(relativeError(values, expected.map { Float($0) }) < 1e-5, "\(what) of \(sample)")
    }
    check(output, expected, "output")
    check(rig.inputGradients[0], inputGradient, "input gradient")
    check(rig.parameterGradients[0], weightGradient, "weight gradient")
    check(rig.parameterGradients[1], biasGradient, "bias gradient")

    rig.kernel.backwardWeight(in: rig.memory, accumulate: true, step: 0)
    check(rig.parameterGradients[0], weightGradient.map { 2 * $0 }, "accumulated weight gradient")
    check(rig.parameterGradients[1], biasGradient.map { 2 * $0 }, "accumulated bias gradient")
  }

  /// A tile of 1 is a convolution, computed in another way.
  @Test(arguments: 0..<20) func aTileOfOneIsAConvolution(seed: Int) {
    var sample = Self.random(1000 + seed)
    (sample.filters, sample.first) = (Extent(1), Extent(0))
    let parameters = [noise(sample.weightWords, seed), noise(sample.biasWords, seed + 1)]
    let input = noise(sample.input.count, seed + 2)
    let dy = noise(sample.output.count, seed + 3)
    let rigs = [FilterSharing.tiled(Extent(1)), .everywhere].map {
      LayerRig(sample.geometry($0), parameters: parameters)
    }
    let outputs = rigs.map { $0.forward([input]) }
    #expect(relativeError(outputs[0], outputs[1]) < 1e-5)
    for rig in rigs {
      rig.setOutputGradient(dy)
      rig.kernel.backward(in: rig.memory, accumulate: false, step: 0)
    }
    #expect(relativeError(rigs[0].inputGradients[0], rigs[1].inputGradients[0]) < 1e-5)
    for index in 0..<2 {
      #expect(relativeError(rigs[0].parameterGradients[index], rigs[1].parameterGradients[index]) < 1e-5)
    }
  }

  /// A tile of the output's size is the locally connected layer, bit for bit.
  @Test func aTileOfTheWholeImageIsLocallyConnected() {
    var sample = Self.random(7)
    sample.filters = Extent(sample.output.h, sample.output.w)
    sample.first = Extent(0)
    let parameters = [noise(sample.weightWords, 1), noise(sample.biasWords, 2)]
    let input = noise(sample.input.count, 3)
    let outputs = [FilterSharing.tiled(sample.filters), .nowhere].map {
      LayerRig(sample.geometry($0), parameters: parameters).forward([input])
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test func noMoreMemoryThanAnnounced() {
    let sample = Self.random(3)
    let rig = LayerRig(
      sample.geometry(.tiled(sample.filters)), parameters: [noise(sample.weightWords, 1), noise(sample.biasWords, 2)])
    rig.memory.reserveWorkspace(words: rig.kernel.workspaceWords)
    let before = rig.memory.peakBytes.total
    _ = rig.forward([noise(sample.input.count, 3)])
    rig.setOutputGradient(noise(sample.output.count, 4))
    rig.kernel.backward(in: rig.memory, accumulate: false, step: 0)
    #expect(rig.memory.peakBytes.total == before)
  }
}
