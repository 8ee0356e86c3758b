import Kernels
import Networks
import Testing

@Suite struct StridedCopyTests {
  private func memory(_ words: [Int]) -> DeviceMemory {
    let memory = DeviceMemory(
      device: 0, slots: words.map { SlotDescription(words: $0, kind: .buffers, persistent: true) })
    memory.write((0..<words[0]).map { Float($0 + 1) }, to: 0)
    return memory
  }

  @Test func boxesLandWhereTheyBelong() {
    let (from, to) = (Extent4(n: 3, k: 4, h: 5, w: 6), Extent4(n: 2, k: 3, h: 7, w: 5))
    for count in [Extent4(n: 2, k: 2, h: 3, w: 4), Extent4(n: 1, k: 3, h: 1, w: 5), Extent4(n: 2, k: 1, h: 5, w: 1)] {
      let memory = memory([from.count, to.count])
      let copy = StridedCopy(
        count: count, source: .init(origin: Extent4(n: 1, k: 1, h: 0, w: 1), in: from),
        destination: .init(origin: Extent4(n: 0, k: 0, h: 2, w: 0), in: to))
      copy.copy(from: 0, to: 1, in: memory)
      copy.accumulate(from: 0, to: 1, in: memory)
      var expected = [Float](repeating: 0, count: to.count)
      for n in 0..<count.n {
        for k in 0..<count.k {
          for h in 0..<count.h {
            for w in 0..<count.w {
              let source = (((n + 1) * from.k + k + 1) * from.h + h) * from.w + w + 1
              expected[((n * to.k + k) * to.h + h + 2) * to.w + w] = 2 * Float(source + 1)
            }
          }
        }
      }
      #expect(memory.read(1) == expected, "\(count)")
    }
  }

  @Test func wholeArraysAndEmptyBoxes() {
    let extent = Extent4(n: 2, k: 3, h: 4, w: 5)
    let memory = memory([extent.count, extent.count])
    let zero = Extent4(n: 0, k: 0, h: 0, w: 0)
    let side = StridedCopy.Side(origin: zero, in: extent)
    StridedCopy(count: Extent4(n: 2, k: 0, h: 4, w: 5), source: side, destination: side).copy(
      from: 0, to: 1, in: memory)
    #expect(memory.read(1).allSatisfy { $0 == 0 })
    StridedCopy(count: extent, source: side, destination: side).copy(from: 0, to: 1, in: memory)
    #expect(memory.read(1) == memory.read(0))
    memory.scale(1, by: 0.5)
    memory.accumulate(0, into: 1)
    #expect(memory.read(1) == memory.read(0).map { 1.5 * $0 })
  }
}

@Suite struct ParameterInitializationTests {
  private func parameters(_ input: Shape, _ kind: LayerKind) throws -> [Parameter] {
    try Graph(Network(input: input, layers: [Layer(kind), Layer(.globalAveragePool)])).nodes[0].parameters
  }

  @Test func partsAgreeWithTheWhole() throws {
    let window = Window(kernel: Extent(1, 2))
    let parameter = try parameters(.image(channels: 3, height: 4, width: 4), .conv2d(outputs: 4, window: window))[0]
    #expect(parameter.shape == [4, 3, 1, 2])
    let whole = ParameterInitialization.values(parameter: parameter, seed: 7)
    let part = ParameterInitialization.values(parameter: parameter, seed: 7, box: [1..<3, 2..<3, 0..<1, 0..<2])
    #expect(part == [whole[10], whole[11], whole[16], whole[17]])
    #expect(whole != ParameterInitialization.values(parameter: parameter, seed: 8))
  }

  @Test func valuesAreUniformWithinTheBound() throws {
    let window = Window(kernel: Extent(2))
    let large = try parameters(.image(channels: 16, height: 2, width: 2), .conv2d(outputs: 200, window: window))[0]
    let values = ParameterInitialization.values(parameter: large, seed: 1)
    let bound: Float = 1.0 / 8
    #expect(values.count == 12_800 && values.allSatisfy { abs($0) <= bound })
    let mean = values.reduce(0, +) / Float(values.count)
    let variance = values.reduce(Float(0)) { $0 + $1 * $1 } / Float(values.count)
    #expect(abs(mean) < 0.003)
    #expect(abs(variance / (bound * bound) - 1 / 3) < 0.02)
  }

  @Test func batchNormalisationBeginsAsIdentity() throws {
    let parameters = try parameters(.image(channels: 2, height: 2, width: 2), .batchNorm())
    #expect(
      parameters.map { ParameterInitialization.values(parameter: $0, seed: 1) } == [[1, 1], [0, 0], [0, 0], [1, 1]])
  }
}
