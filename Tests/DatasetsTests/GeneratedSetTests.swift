import Datasets
import Networks
import Testing

@Suite struct GeneratedSetTests {
  static let sources: [DataSource] = [
    .digits, .spirals(classes: 3, samples: 90), .blobs(dimensions: 5, classes: 4, samples: 80),
    .synthetic(shape: .image(channels: 2, height: 3, width: 4), classes: 5, samples: 100),
  ]

  @Test(arguments: sources) func theOutlineTellsTheTruth(source: DataSource) throws {
    let set = try source.load(seed: 3)
    #expect(source.outline == set.outline)
    #expect(set.name == source.name)
    #expect(set.train.features.count == set.train.count * set.train.shape.count)
    #expect(Set(set.train.targets).count == set.train.classes)
    #expect(set.train.features.allSatisfy { $0.isFinite })
  }

  @Test(arguments: sources) func theSeedDecides(source: DataSource) throws {
    #expect(try source.load(seed: 3) == source.load(seed: 3))
    #expect(try (source.load(seed: 3).train == source.load(seed: 4).train) == (source == .digits))
    #expect(try source.load(seed: 3).train.features != source.load(seed: 3).test?.features)
  }

  /// The mean of each class in training classifies the test set: the sets can be learned.
  @Test(arguments: [sources[0], sources[2], sources[3]]) func nearestMeansClassifyTheTest(source: DataSource) throws {
    let set = try source.load(seed: 3)
    let test = try #require(set.test)
    let classes = try #require(set.train.classes)
    let words = test.shape.count
    var means = Array(repeating: Array(repeating: Float(0), count: words), count: classes)
    var counts = Array(repeating: Float(0), count: classes)
    for sample in 0..<set.train.count {
      let label = Int(set.train.targets[sample])
      counts[label] += 1
      for (word, value) in set.train.features[set.train.range(of: sample)].enumerated() { means[label][word] += value }
    }
    var right = 0
    for sample in 0..<test.count {
      let features = test.features[test.range(of: sample)]
      let distances = means.indices.map { label in
        zip(features, means[label]).reduce(Float(0)) {
          let difference = $1.0 - $1.1 / counts[label]
          return $0 + difference * difference
        }
      }
      if distances.firstIndex(of: distances.min()!) == Int(test.targets[sample]) { right += 1 }
    }
    #expect(Float(right) / Float(test.count) > 0.8)
  }

  @Test func digitsAreSplitByClassAndScaled() throws {
    let set = try DataSource.digits.load(seed: 0)
    let test = try #require(set.test)
    #expect(set.describe == "digits: 1442 train + 355 test, 1×8×8, 10 classes")
    #expect(set.provenance == "UCI Optical Recognition of Handwritten Digits, CC BY 4.0")
    #expect(set.train.features.max() == 1 && set.train.features.min() == 0)
    #expect(Array(set.train.features[..<8]) == [0, 0, 5, 13, 9, 1, 0, 0].map { $0 / 16 })
    #expect(Array(set.train.targets[..<10]) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    // A fifth, rounded down, of 178 182 177 183 181 182 181 179 174 180.
    let counts = (0..<10).map { label in test.targets.count { $0 == Float(label) } }
    #expect(counts == [35, 36, 35, 36, 36, 36, 36, 35, 34, 36])
  }

  @Test func impossibleDescriptionsAreRefused() {
    let bad: [(DataSource, [String])] = [
      (.spirals(classes: 0, samples: 0, noise: -1), ["data.classes", "data.samples", "data.noise"]),
      (.blobs(dimensions: 0, classes: 2, samples: 5, spread: .nan), ["data.dimensions", "data.spread"]),
      (.synthetic(shape: .features(0)), ["data.shape"]),
      (.synthetic(shape: .features(.max), classes: 2, samples: .max), ["data.samples"]),
      (.cifar10(files: []), ["data.files"]),
      (.idx(images: "a", labels: "b", testImages: "c"), ["data.test_labels"]),
    ]
    for (source, paths) in bad {
      #expect(source.problems().compactMap(\.path) == paths)
      #expect(problems(source).compactMap(\.path) == paths)
      #expect(source.outline == nil)
    }
  }
}
