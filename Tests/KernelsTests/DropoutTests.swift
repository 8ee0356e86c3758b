import Kernels
import Networks
import Testing

@Suite struct DropoutTests {
  private let key = DropoutKey(seed: 5, layer: "drop")

  private func run(_ output: Extent4, origin: Extent4, whole: Shape, step: Int, mode: KernelMode = .training) -> [Float]
  {
    let geometry = LayerGeometry(
      kind: .dropout(rate: 0.25), inputs: [output], output: output, origin: origin, wholeOutput: whole)
    return LayerRig(geometry, dropout: key).forward(
      [[Float](repeating: 3, count: output.count)], mode: mode, step: step)
  }

  @Test func theMaskDoesNotDependOnWhoComputesIt() {
    let shape = Shape.image(channels: 4, height: 5, width: 6)
    let zero = Extent4(n: 0, k: 0, h: 0, w: 0)
    let whole = run(Extent4(n: 3, k: 4, h: 5, w: 6), origin: zero, whole: shape, step: 2)
    let part = run(Extent4(n: 2, k: 2, h: 3, w: 4), origin: Extent4(n: 1, k: 2, h: 2, w: 1), whole: shape, step: 2)
    var index = 0
    for n in 1..<3 {
      for k in 2..<4 {
        for h in 2..<5 {
          for w in 1..<5 {
            #expect(part[index] == whole[((n * 4 + k) * 5 + h) * 6 + w])
            index += 1
          }
        }
      }
    }
  }

  @Test func aQuarterIsDroppedAndTheRestScaled() {
    let extent = Extent4(n: 10, k: 1000)
    let zero = Extent4(n: 0, k: 0, h: 0, w: 0)
    let values = run(extent, origin: zero, whole: .features(1000), step: 0)
    let dropped = values.count { $0 == 0 }
    #expect(abs(dropped - 2500) < 200)
    #expect(values.allSatisfy { $0 == 0 || $0 == 4 })
    #expect(values != run(extent, origin: zero, whole: .features(1000), step: 1))
    #expect(run(extent, origin: zero, whole: .features(1000), step: 0, mode: .inference).allSatisfy { $0 == 3 })
  }
}
