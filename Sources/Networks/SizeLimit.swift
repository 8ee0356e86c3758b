/// Sizes that a network may have. They are far beyond any machine, and small enough for sums and products of them to stay
/// within 64 bits.
enum SizeLimit {
  /// Words of one array: 256 GiB of float32.
  static let words = 1 << 36
  /// Operations of one layer's forward pass of one sample.
  static let flops = 1 << 50
  /// Of a measured time: one day.
  static let milliseconds = 86_400_000.0
  /// Kernel, stride or padding along one axis.
  static let windowSide = 1 << 20

  /// The product of extents that are not negative, capped at `Int.max`.
  static func product(_ extents: [Int]) -> Int {
    var result = 1
    for extent in extents {
      let product = result.multipliedReportingOverflow(by: extent)
      if product.overflow { return .max }
      result = product.partialValue
    }
    return result
  }
}

extension Shape {
  var extents: [Int] { [channels, height, width] }

  /// Refuses empty and absurdly large shapes.
  func check() throws(ShapeMismatch) {
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch(message: "\(self) is empty", hint: "every extent is at least 1")
    }
    guard SizeLimit.product(extents) <= SizeLimit.words else {
      throw ShapeMismatch(message: "\(self) is too large", hint: "at most \(SizeLimit.words) words")
    }
  }
}

extension LayerProfile {
  /// Refuses times that are none and sizes too large to count.
  func check() throws(ShapeMismatch) {
    let times = [forwardMilliseconds, backwardInputMilliseconds, backwardWeightMilliseconds]
    guard times.allSatisfy({ (0...SizeLimit.milliseconds).contains($0) }) else {
      throw ShapeMismatch(
        message: "times of a profiled layer are from 0 to \(Int(SizeLimit.milliseconds)) milliseconds")
    }
    guard samples ?? 1 > 0, samples?.isFinite ?? true else {
      throw ShapeMismatch(message: "a profiled layer is measured with more than no samples")
    }
    guard outputBytes > 0, parameterBytes >= 0, outputWords <= SizeLimit.words, parameterWords <= SizeLimit.words
    else {
      throw ShapeMismatch(
        message: "a profiled layer has an output of at least one byte, and at most \(4 * SizeLimit.words) bytes of each"
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
    guard SizeLimit.product(weight) <= SizeLimit.words, SizeLimit.product(work) <= SizeLimit.flops else {
      throw ShapeMismatch(
        message: "\(name) from \(input) to \(output) is too large",
        hint: "at most \(SizeLimit.words) words of weight and \(SizeLimit.flops) operations per sample")
    }
  }
}

extension Layer {
  /// True for names that every text form of the program can carry: letters, digits, `_`, `-` and `.`, in ASCII.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
      }
  }
}
