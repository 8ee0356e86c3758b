import Datasets
import Testing

@Suite struct BatchOrderTests {
  @Test func fileOrderIsCountingThatDropsTheRest() {
    let order = BatchOrder(samples: 10, seed: 1, shuffle: false)
    #expect(order.stepsPerEpoch(batch: 4) == 2)
    #expect(order.samplesPerEpoch(batch: 4) == 8)
    #expect((0..<3).map { order.indices(step: $0, batch: 4) } == [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3]])
    #expect(order.stepsPerEpoch(batch: 11) == 0)
    #expect(order.stepsPerEpoch(batch: 0) == 0)
  }

  @Test func anEpochVisitsEverySampleOnceInAnOrderOfItsOwn() {
    let order = BatchOrder(samples: 12, seed: 1, shuffle: true)
    let epochs = (0..<3).map { epoch in (0..<3).flatMap { order.indices(step: 3 * epoch + $0, batch: 4) } }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<12)) }
    #expect(Set(epochs).count == 3)
    #expect(BatchOrder(samples: 12, seed: 2, shuffle: true).order(epoch: 0) != order.order(epoch: 0))
  }

  @Test(arguments: [false, true]) func theCursorAgreesWithTheOrder(shuffle: Bool) {
    let order = BatchOrder(samples: 23, seed: 9, shuffle: shuffle)
    var cursor = BatchCursor(order)
    var filled = Array(repeating: -1, count: 5)
    for step in [0, 1, 2, 3, 9, 8, 4, 0] {
      let expected = order.indices(step: step, batch: 5)
      #expect((0..<5).map { order.sample(step: step, position: $0, batch: 5) } == expected)
      #expect((0..<5).map { cursor.sample(step: step, position: $0, batch: 5) } == expected)
      cursor.fill(&filled, step: step, positions: 0..<5, batch: 5)
      #expect(filled == expected)
      cursor.fill(&filled, step: step, positions: 2..<4, batch: 5)
      #expect(Array(filled[..<2]) == Array(expected[2..<4]))
    }
  }
}
