import Networks

/// Where samples come from. Paths are relative to the working directory.
public enum DataSource: Hashable, Sendable {
  /// Handwritten digits that come with the program: 8×8 images in 10 classes.
  case digits
  /// Interleaved arms in the plane, one per class. `samples` counts training samples; `noise` is the standard deviation
  /// added to both coordinates of arms of length 1.
  case spirals(classes: Int = 3, samples: Int = 1000, noise: Float = 0.02)
  /// One Gaussian cluster per class. Centres are standard normal, `spread` is the standard deviation inside a cluster.
  case blobs(dimensions: Int = 2, classes: Int = 3, samples: Int = 1000, spread: Float = 0.3)
  /// A mean pattern per class plus noise, of any shape; without a shape or a number of classes those of the network, see
  /// ``filled(for:)``.
  case synthetic(shape: Shape? = nil, classes: Int? = nil, samples: Int = 1000)
  /// MNIST's file format, plain or gzip.
  case idx(images: String, labels: String, testImages: String? = nil, testLabels: String? = nil)
  /// CIFAR-10's binary format, plain or gzip; files follow one another.
  case cifar10(files: [String], testFiles: [String] = [])
  /// Comma-separated features with the label last, plain or gzip. `header` says whether the first line names the columns;
  /// without it, a line without a single number does.
  case csv(file: String, testFile: String? = nil, header: Bool? = nil)

  /// The name that scenes use.
  public var name: String {
    switch self {
    case .digits: "digits"
    case .spirals: "spirals"
    case .blobs: "blobs"
    case .synthetic: "synthetic"
    case .idx: "idx"
    case .cifar10: "cifar10"
    case .csv: "csv"
    }
  }
}

/// What a scene says about its data.
public struct DataSettings: Hashable, Sendable {
  /// Where samples come from.
  public var source: DataSource
  /// True for a new order every epoch, false for the order of the file.
  public var shuffle: Bool

  /// Settings that shuffle unless told otherwise.
  public init(_ source: DataSource, shuffle: Bool = true) {
    self.source = source
    self.shuffle = shuffle
  }
}

/// What samples are to be mapped to.
public enum Targets: Hashable, Sendable {
  /// Class indices from 0; `first` is the smallest that occurs.
  case classes(Int, first: Int)
  /// Real values; `areWhole` where they might have been meant as classes.
  case real(areWhole: Bool)

  /// What `values` are.
  init(_ values: [Float], classes: Int?) {
    if let classes {
      self = .classes(classes, first: Int(values.min() ?? 0))
    } else {
      self = .real(areWhole: values.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
    }
  }
}

/// What is known of a data set before all of it is read or generated: enough to check a network and to count steps.
public struct DatasetOutline: Hashable, Sendable {
  /// Of one sample.
  public var shape: Shape
  /// Nil where they are not known yet.
  public var targets: Targets?
  /// Training samples; nil where they are not counted yet.
  public var trainCount: Int?
  /// Nil where there is no test set, or it is not known yet.
  public var testCount: Int?
}
