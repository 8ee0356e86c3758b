import Networks
import Testing

@Suite struct CounterRandomTests {
  private let random = CounterRandom(seed: 7, stream: "shuffle", ordinal: 3)

  /// Numbers of a second implementation of the documented formula: results of a run stay what they are.
  @Test func numbersAreFixedForEver() {
    #expect(
      [0, 1, 2, -1].map(random.bits) == [
        0x73f9_9a17_b9f5_4d12, 0xcbc1_619f_ecb1_eacf, 0xb08d_f2fc_df03_6fea, 0x4196_5053_4f34_c4f9,
      ])
    #expect((0..<3).map(random.uniform) == [0.453_027_367_591_857_9, 0.795_919_477_939_605_7, 0.689_665_913_581_848_1])
    for (value, expected) in zip(
      (0..<3).map(random.normal), [0.358_062_160_838_091_1 as Float, 0.149_435_261_290_789_16, 1.031_002_804_975_648_8])
    {
      #expect(abs(value - expected) < 1e-6)
    }
    #expect(random.permutation(10) == [6, 1, 9, 5, 2, 8, 3, 0, 7, 4])
    #expect(CounterRandom(seed: 0, stream: "").bits(0) == 0x33fe_8bd4_f9c5_7863)
  }

  @Test func seedStreamAndOrdinalAllMatter() {
    let first = Set(
      [
        random, CounterRandom(seed: 8, stream: "shuffle", ordinal: 3),
        CounterRandom(seed: 7, stream: "shufflf", ordinal: 3),
        CounterRandom(seed: 7, stream: "shuffle", ordinal: 4), CounterRandom(seed: 7, stream: "shuffle"),
        CounterRandom(seed: 7, stream: "elffuhs", ordinal: 3), CounterRandom(seed: 7, stream: "", ordinal: 3),
      ].map { $0.bits(0) })
    #expect(first.count == 7)
  }

  /// Bounds are five standard errors of the estimate.
  @Test func uniformNumbersFillTheInterval() {
    let count = 100_000
    let values = (0..<count).map(random.uniform)
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(count)
    #expect(abs(mean - 0.5) < 5 * 0.2887 / 316.2)
    var bins = Array(repeating: 0, count: 16)
    for value in values { bins[Int(value * 16)] += 1 }
    let expected = Double(count) / 16
    let chiSquare = bins.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // 15 degrees of freedom: 44.3 is exceeded once in 10⁴ streams.
    #expect(chiSquare < 44.3)
  }

  @Test func normalNumbersHaveTheMomentsOfTheNormalDistribution() {
    let count = 100_000
    let values = (0..<count).map { Double(random.normal($0)) }
    func moment(_ order: Int) -> Double {
      values.reduce(0) { sum, value in sum + (0..<order).reduce(1) { power, _ in power * value } } / Double(count)
    }
    // Variances of x, x², x³, x⁴ are 1, 2, 15, 96.
    for (order, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
      #expect(abs(moment(order) - expected) < 5 * (variance / Double(count)).squareRoot(), "moment \(order)")
    }
    #expect(values.allSatisfy { $0.isFinite })
  }

  @Test func neighboursAndStreamsDoNotCorrelate() {
    let count = 50_000
    let other = CounterRandom(seed: 7, stream: "shuffle", ordinal: 4)
    func correlation(_ pair: (Int) -> (Float, Float)) -> Double {
      (0..<count).reduce(0.0) {
        let (a, b) = pair($1)
        return $0 + Double(a - 0.5) * Double(b - 0.5)
      } / Double(count) * 12
    }
    let bound = 5 / Double(count).squareRoot()
    #expect(abs(correlation { (random.uniform($0), random.uniform($0 + 1)) }) < bound)
    #expect(abs(correlation { (random.uniform($0), other.uniform($0)) }) < bound)
  }

  @Test(arguments: [0, 1, 2, 3, 17, 1000]) func aPermutationHasEveryNumberOnce(count: Int) {
    #expect(random.permutation(count).sorted() == Array(0..<count))
  }

  @Test func permutationsAreEquallyFrequent() {
    var counts: [[Int]: Int] = [:]
    for ordinal in 0..<6000 {
      counts[CounterRandom(seed: 1, stream: "p", ordinal: ordinal).permutation(3), default: 0] += 1
    }
    #expect(counts.count == 6)
    // 1000 expected, standard deviation 28.9.
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 145 }, "\(counts)")
  }
}
