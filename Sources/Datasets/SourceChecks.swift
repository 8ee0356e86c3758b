import Diagnostics
import Files
import Networks

extension DataSource {
  /// Every problem of the description itself, without touching a file. Paths are those of the scene, as `data.classes`.
  public func problems() -> [Diagnostic] {
    var found: [Diagnostic] = []
    func require(_ holds: Bool, _ message: String, _ field: String, hint: String? = nil) {
      if !holds { found.append(Diagnostic(message, path: "data.\(field)", hint: hint)) }
    }
    func requireCounts(_ classes: Int, _ samples: Int, _ axes: [Int]) {
      require(classes >= 1, "a data set has at least one class, but classes is \(classes)", "classes")
      require(samples >= 1, "a data set has at least one sample, but samples is \(samples)", "samples")
      // 2^24 is where whole numbers stop being exact in float32, which holds class indices.
      require(classes <= 1 << 24, "\(classes) classes are more than float32 can number", "classes")
      guard found.isEmpty, axes.allSatisfy({ $0 > 0 }) else { return }
      let words = axes.reduce(max(samples, classes)) {
        let product = $0.multipliedReportingOverflow(by: $1)
        return product.overflow ? Int.max : product.partialValue
      }
      require(
        words <= GeneratedSets.largest, "the set would take more than 4 GiB", "samples",
        hint: "use fewer samples or a smaller shape; a simulation needs no samples")
    }
    switch self {
    case .digits: break
    case .spirals(let classes, let samples, let noise):
      requireCounts(classes, samples, [2])
      require(noise >= 0 && noise.isFinite, "noise is a standard deviation, but is \(noise)", "noise")
    case .blobs(let dimensions, let classes, let samples, let spread):
      require(dimensions >= 1, "blobs need at least one dimension, but dimensions is \(dimensions)", "dimensions")
      requireCounts(classes, samples, [dimensions])
      require(spread >= 0 && spread.isFinite, "spread is a standard deviation, but is \(spread)", "spread")
    case .synthetic(let shape, let classes, let samples):
      let axes = shape.map { [$0.channels, $0.height, $0.width] } ?? []
      require(
        axes.allSatisfy { $0 > 0 }, "every extent of the shape is at least 1, but it is \(shape?.description ?? "")",
        "shape")
      requireCounts(classes ?? 1, samples, axes)
    case .idx(_, _, let testImages, let testLabels):
      require(
        (testImages == nil) == (testLabels == nil), "a test set needs both its images and its labels",
        testImages == nil ? "test_images" : "test_labels", hint: "name test_images and test_labels, or neither")
    case .cifar10(let files, _):
      require(!files.isEmpty, "no files are named", "files", hint: "as files: [data_batch_1.bin, data_batch_2.bin]")
    case .csv: break
    }
    return found
  }

  /// What is known before anything is generated, and of files what their first bytes say. Nil where nothing is known: for
  /// a description with problems, a set that takes its shape from the network, files that cannot be read, and pipes, which
  /// could not be read a second time.
  public var outline: DatasetOutline? {
    guard problems().isEmpty else { return nil }
    func generated(_ shape: Shape, _ classes: Int, _ samples: Int) -> DatasetOutline {
      DatasetOutline(
        shape: shape, targets: .classes(classes, first: 0), trainCount: samples,
        testCount: GeneratedSets.testCount(samples))
    }
    switch self {
    case .digits:
      return DatasetOutline(
        shape: DigitsSet.shape, targets: .classes(DigitsSet.classes, first: 0), trainCount: DigitsSet.trainCount,
        testCount: DigitsSet.testCount)
    case .spirals(let classes, let samples, _): return generated(.features(2), classes, samples)
    case .blobs(let dimensions, let classes, let samples, _): return generated(.features(dimensions), classes, samples)
    case .synthetic(let shape, let classes, let samples):
      guard let shape, let classes else { return nil }
      return generated(shape, classes, samples)
    case .idx(let images, let labels, _, _): return IDXFiles.outline(images: images, labels: labels)
    case .cifar10(let files, _):
      guard files.allSatisfy({ InputFile.canBeReadTwice($0) }) else { return nil }
      return DatasetOutline(shape: CIFARFiles.shape, targets: .classes(CIFARFiles.classes, first: 0))
    case .csv(let file, _, _): return CSVFiles.outline(file)
    }
  }
}
