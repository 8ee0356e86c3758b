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
  /// A mean pattern per class plus noise, of any shape.
  case synthetic(shape: Shape, classes: Int = 10, samples: Int = 1000)
  /// MNIST's file format, plain or gzip.
  case idx(images: String, labels: String, testImages: String? = nil, testLabels: String? = nil)
  /// CIFAR-10's binary format, plain or gzip; files follow one another.
  case cifar10(files: [String], testFiles: [String] = [])
  /// Comma-separated features with the label last, plain or gzip.
  case csv(file: String, testFile: String? = nil)

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

/// What is known of a data set without reading or generating it: enough to check a network and to count steps.
public struct DatasetOutline: Hashable, Sendable {
  /// Of one sample.
  public var shape: Shape
  /// Nil for real-valued targets.
  public var classes: Int?
  /// Training samples.
  public var trainCount: Int
  /// Nil where there is no test set.
  public var testCount: Int?
}
