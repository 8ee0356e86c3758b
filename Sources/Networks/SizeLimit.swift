import Diagnostics

/// Sizes that a network and its training may have. They are far beyond any machine, and small enough for sums and products of
/// them to stay within 64 bits.
public enum SizeLimit {
  /// Outputs of a layer, channels or features of an input.
  public static let channels = WholeNumbers(1...1 << 20)
  /// Height or width of an image, and a stride or tile along one axis.
  public static let side = WholeNumbers(1...1 << 12)
  /// Height or width of a kernel.
  public static let kernel = WholeNumbers(1...1 << 10)
  /// Rows or columns of padding at one edge.
  public static let padding = WholeNumbers(0...1 << 10)
  /// Samples per update.
  public static let batch = WholeNumbers(1...1 << 24)
  /// Parts of a batch.
  public static let microbatches = WholeNumbers(1...1 << 16)
  /// Length of a run in updates.
  public static let steps = WholeNumbers(1...1_000_000_000)
  /// Length of a run in passes over the data.
  public static let epochs = WholeNumbers(1...1_000_000)
  /// Of a measured time in milliseconds: one day.
  public static let milliseconds = 0...86_400_000.0
  /// Bytes that a measured layer gives or keeps: 256 GiB.
  public static let bytes = 1 << 38

  /// Words of one array: 256 GiB of float32.
  static let words = 1 << 36
  /// Operations of one layer's forward pass of one sample.
  static let flops = 1 << 50
  /// Kernel, stride or padding along one axis of a layer that was not read from a text.
  static let windowSide = 1 << 20
  /// Operations of one sample, forward and backward, in all layers.
  static let networkFlops = 1 << 58
  /// Words that all layers give and keep for one sample.
  static let networkWords = 1 << 44
  /// Words that all devices together give and keep in a step, where each did all of it.
  static let stepWords = 1 << 57
}

extension Shape {
  var extents: [Int] { [channels, height, width] }

  /// Refuses empty and absurdly large shapes.
  func check() throws(ShapeMismatch) {
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch(message: "\(self) is empty", hint: "every extent is at least 1")
    }
    guard extents.saturatingProduct <= SizeLimit.words else {
      throw ShapeMismatch(message: "\(self) is too large", hint: "at most \(SizeLimit.words) words")
    }
  }
}

extension LayerProfile {
  /// Refuses times that are none and sizes too large to count.
  func check() throws(ShapeMismatch) {
    let times = [forwardMilliseconds, backwardInputMilliseconds, backwardWeightMilliseconds]
    guard times.allSatisfy(SizeLimit.milliseconds.contains) else {
      throw ShapeMismatch(
        message: "times of a profiled layer are from 0 to \(Int(SizeLimit.milliseconds.upperBound)) milliseconds")
    }
    guard samples ?? 1 > 0, samples?.isFinite ?? true else {
      throw ShapeMismatch(message: "a profiled layer is measured with more than no samples")
    }
    guard outputBytes > 0, parameterBytes >= 0, outputBytes <= SizeLimit.bytes,
      parameterBytes <= SizeLimit.bytes, outputWords <= SizeLimit.words
    else {
      throw ShapeMismatch(
        message: "a profiled layer has an output of at least one byte, and at most \(SizeLimit.bytes) bytes of each"
      )
    }
  }
}

extension LayerKind {
  /// Refuses layers whose output, weight or work is too large to count.
  func checkSize(input: Shape, output: Shape) throws(ShapeMismatch) {
    try output.check()
    var weight: [Int] = []
    var work: [Int] = []
    switch self {
    case .linear(let outputs, _):
      weight = [outputs, input.channels]
      work = [2] + weight
    case .conv2d(let outputs, let window, _, let sharing):
      let filters = sharing.filters(of: Extent(output.height, output.width))
      let filter = [outputs, input.channels, window.kernel.height, window.kernel.width]
      weight = [filters.height, filters.width] + filter
      work = [2, output.height, output.width] + filter
    case .maxPool(let window), .averagePool(let window):
      work = [window.kernel.height, window.kernel.width] + output.extents
    default: break
    }
    guard weight.saturatingProduct <= SizeLimit.words, work.saturatingProduct <= SizeLimit.flops else {
      throw ShapeMismatch(
        message: "\(name) from \(input) to \(output) is too large",
        hint: "at most \(SizeLimit.words) words of weight and \(SizeLimit.flops) operations per sample")
    }
  }
}

extension Graph {
  /// Words that all layers give and keep for `samples` samples; the largest number where there are more.
  func words(samples: Int) -> Int {
    nodes.reduce(network.input.count.multipliedSaturating(by: samples)) { sum, node in
      let kept = node.parameters.reduce(0) { $0.addedSaturating($1.count) }
      return sum.addedSaturating(node.outputShape.count.multipliedSaturating(by: samples)).addedSaturating(kept)
    }
  }

  /// Refuses networks whose sums over all layers are too large to count.
  func checkSize() throws(DiagnosticList) {
    let flops = nodes.reduce(0) { $0.addedSaturating($1.forwardFlops.addedSaturating($1.backwardFlops)) }
    guard flops <= SizeLimit.networkFlops, words(samples: 1) <= SizeLimit.networkWords else {
      throw DiagnosticList(
        "the network is too large", path: "network.layers",
        hint:
          "at most \(SizeLimit.networkWords) words and \(SizeLimit.networkFlops) operations per sample in all layers")
    }
  }

  /// Refuses batches that are too large to count in bytes and operations.
  ///
  /// - Parameter devices: each may have all of the batch.
  /// - Throws: what the limit is.
  public func checkStep(batch: Int, devices: Int) throws(DiagnosticList) {
    let words = words(samples: batch)
    guard words.multipliedSaturating(by: devices) <= SizeLimit.stepWords else {
      throw DiagnosticList(
        "a batch of \(batch) samples of this network on \(devices) \(devices == 1 ? "device" : "devices") is too large",
        path: "training.batch",
        hint: "what all layers give and keep, times the devices, is at most \(SizeLimit.stepWords) words")
    }
  }
}
