extension DataSource {
  /// The files that it is read from, test set included; none for what comes with the program or is generated.
  public var files: [String] {
    switch self {
    case .digits, .spirals, .blobs, .synthetic: []
    case .idx(let images, let labels, let testImages, let testLabels):
      [images, labels] + [testImages, testLabels].compactMap { $0 }
    case .cifar10(let files, let testFiles): files + testFiles
    case .csv(let file, let testFile, _): [file] + [testFile].compactMap { $0 }
    }
  }
}
