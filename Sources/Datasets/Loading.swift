import Diagnostics
import Networks

extension DataSource {
  /// Reads or generates the set.
  ///
  /// - Parameter seed: decides generated sets; what is read from files, `digits` included, does not depend on it.
  /// - Throws: what is wrong with the description or with a file, with what was expected and what was found.
  public func load(seed: UInt64) throws(DiagnosticList) -> Dataset {
    let found = problems()
    guard found.isEmpty else { throw DiagnosticList(found) }
    switch self {
    case .digits: return try DigitsSet.load()
    case .spirals(let classes, let samples, let noise):
      return dataset(
        GeneratedSets.spirals(classes: classes, samples: samples, noise: noise, seed: seed),
        "generated: one arm per class, noise \(noise), seed \(seed)")
    case .blobs(let dimensions, let classes, let samples, let spread):
      return dataset(
        GeneratedSets.blobs(dimensions: dimensions, classes: classes, samples: samples, spread: spread, seed: seed),
        "generated: one Gaussian cluster per class, spread \(spread), seed \(seed)")
    case .synthetic(let shape, let classes, let samples):
      guard let shape, let classes else {
        throw DiagnosticList(
          "the set has no \(shape == nil ? "shape" : "number of classes") without a network", path: "data",
          hint: "for instance {set: synthetic, shape: [3, 32, 32], classes: 10}")
      }
      return dataset(
        GeneratedSets.synthetic(shape: shape, classes: classes, samples: samples, seed: seed),
        "generated: one mean pattern per class and uniform noise, seed \(seed)")
    case .idx(let images, let labels, let testImages, let testLabels):
      let train = try IDXFiles.load(images: images, labels: labels, fields: ("images", "labels"), matching: nil)
      var test: SampleSet?
      if let testImages, let testLabels {
        test = try IDXFiles.load(
          images: testImages, labels: testLabels, fields: ("test_images", "test_labels"), matching: train)
      }
      return Dataset(name: name, train: train, test: test, provenance: "read from \(images)")
    case .cifar10(let files, let testFiles):
      let train = try CIFARFiles.load(files, field: "files")
      let test = testFiles.isEmpty ? nil : try CIFARFiles.load(testFiles, field: "test_files")
      return Dataset(name: name, train: train, test: test, provenance: "read from \(files.joined(separator: ", "))")
    case .csv(let file, let testFile, let header):
      let train = try CSVFiles.load(file, field: "file", header: header, matching: nil)
      var test: SampleSet?
      if let testFile { test = try CSVFiles.load(testFile, field: "test_file", header: header, matching: train) }
      return Dataset(name: name, train: train, test: test, provenance: "read from \(file)")
    }
  }

  private func dataset(_ parts: (SampleSet, SampleSet), _ provenance: String) -> Dataset {
    Dataset(name: name, train: parts.0, test: parts.1, provenance: provenance)
  }
}
