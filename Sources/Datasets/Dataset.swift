import Networks

/// Samples of one shape with one target each, in one contiguous array.
public struct SampleSet: Hashable, Sendable {
  /// Of one sample.
  public let shape: Shape
  /// `count` × `shape.count` words; one sample after the other, channel first within a sample.
  public let features: [Float]
  /// One word per sample: the class index, or a real value where `classes` is nil.
  public let targets: [Float]
  /// Nil for real-valued targets.
  public let classes: Int?
  /// Samples.
  public var count: Int { targets.count }

  /// - Precondition: `features` holds `shape.count` words for every target, and class indices are in `0..<classes`.
  public init(shape: Shape, features: [Float], targets: [Float], classes: Int?) {
    precondition(features.count == targets.count * shape.count, "features and targets of one number of samples")
    if let classes {
      precondition(targets.allSatisfy { $0 >= 0 && $0 < Float(classes) && $0 == $0.rounded() }, "targets are classes")
    }
    self.shape = shape
    self.features = features
    self.targets = targets
    self.classes = classes
  }

  /// The same words as another set's, in another shape of as many.
  init(_ set: SampleSet, shape: Shape) {
    precondition(shape.count == set.shape.count, "a shape of as many words")
    self.shape = shape
    features = set.features
    targets = set.targets
    classes = set.classes
  }

  /// Where in ``features`` the words of one sample stand.
  public func range(of sample: Int) -> Range<Int> { sample * shape.count..<(sample + 1) * shape.count }
}

/// What a network learns from, and what it is tested on.
public struct Dataset: Hashable, Sendable {
  /// The name that scenes use, as `digits`.
  public let name: String
  /// What the network learns from.
  public let train: SampleSet
  /// Nil where the scene names none.
  public let test: SampleSet?
  /// Where the samples come from, and their licence where it matters.
  public let provenance: String

  /// A set of its parts.
  public init(name: String, train: SampleSet, test: SampleSet?, provenance: String) {
    self.name = name
    self.train = train
    self.test = test
    self.provenance = provenance
  }

  /// One line: `digits: 1442 train + 355 test, 1×8×8, 10 classes`.
  public var describe: String {
    let test = test.map { "\($0.count) test" } ?? "no test set"
    return "\(name): \(train.count) train + \(test), \(train.shape), "
      + (train.classes.map { $0 == 1 ? "1 class" : "\($0) classes" } ?? "real targets")
  }

  /// Shape and counts.
  public var outline: DatasetOutline {
    DatasetOutline(
      shape: train.shape, targets: Targets(train.targets, classes: train.classes), trainCount: train.count,
      testCount: test?.count)
  }
}
