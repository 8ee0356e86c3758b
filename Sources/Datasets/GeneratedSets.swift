import Diagnostics
import Networks

import func Foundation.cos
import func Foundation.sin

/// Sets that are computed: every number is a function of (seed, stream, index), classes take turns, and the test part has
/// a quarter of the training part's samples from the same distribution.
enum GeneratedSets {
  /// Words that a generated set may have: 4 GiB.
  static let largest = 1 << 30

  static func testCount(_ samples: Int) -> Int { (samples + 3) / 4 }

  /// `x = r cos φ, y = r sin φ` with `r` uniform in 0..<1, `φ = 2π (c / classes + r)`: one turn per arm.
  static func spirals(classes: Int, samples: Int, noise: Float, seed: UInt64) -> (SampleSet, SampleSet) {
    parts(shape: .features(2), classes: classes, samples: samples, stream: "spirals", seed: seed) { random, sample in
      let radius = random.uniform(8 * sample)
      let angle = 2 * Double.pi * (Double(sample % classes) / Double(classes) + Double(radius))
      return [
        radius * Float(cos(angle)) + noise * random.normal(4 * sample + 1),
        radius * Float(sin(angle)) + noise * random.normal(4 * sample + 2),
      ]
    }
  }

  /// `x = centre[c] + spread · normal`, centres standard normal.
  static func blobs(dimensions: Int, classes: Int, samples: Int, spread: Float, seed: UInt64) -> (SampleSet, SampleSet)
  {
    let centres = CounterRandom(seed: seed, stream: "blobs.centres")
    let middle = (0..<classes * dimensions).map(centres.normal)
    return parts(
      shape: .features(dimensions), classes: classes, samples: samples, stream: "blobs", seed: seed
    ) { random, sample in
      let first = sample % classes * dimensions
      return (0..<dimensions).map { middle[first + $0] + spread * random.normal(sample * dimensions + $0) }
    }
  }

  /// `x = (a[c, position] + b[c, channel]) / 2 + e`: `a` and `b` standard normal and fixed, `e` uniform of variance 1. The
  /// mean differs in every position and in every channel, so networks with and without global pooling can learn it.
  static func synthetic(shape: Shape, classes: Int, samples: Int, seed: UInt64) -> (SampleSet, SampleSet) {
    let area = shape.height * shape.width
    let words = shape.count
    let positions = CounterRandom(seed: seed, stream: "synthetic.positions")
    let channels = CounterRandom(seed: seed, stream: "synthetic.channels")
    let means = (0..<classes * words).map { 0.5 * (positions.normal($0) + channels.normal($0 / area)) }
    let width = 2 * Float(3).squareRoot()
    return parts(shape: shape, classes: classes, samples: samples, stream: "synthetic", seed: seed) { random, sample in
      let first = sample % classes * words
      return (0..<words).map { means[first + $0] + width * (random.uniform(sample * words + $0) - 0.5) }
    }
  }

  /// Train and test parts, each from a stream of its own.
  private static func parts(
    shape: Shape, classes: Int, samples: Int, stream: String, seed: UInt64,
    of sample: (CounterRandom, Int) -> [Float]
  ) -> (SampleSet, SampleSet) {
    func part(_ name: String, _ count: Int) -> SampleSet {
      let random = CounterRandom(seed: seed, stream: "\(stream).\(name)")
      var features: [Float] = []
      features.reserveCapacity(count * shape.count)
      for index in 0..<count { features += sample(random, index) }
      return SampleSet(
        shape: shape, features: features, targets: (0..<count).map { Float($0 % classes) }, classes: classes)
    }
    return (part("train", samples), part("test", testCount(samples)))
  }
}
