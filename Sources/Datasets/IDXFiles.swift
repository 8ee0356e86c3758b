import Diagnostics
import Networks

/// MNIST's format: a big-endian header of magic number and extents, then unsigned bytes.
enum IDXFiles {
  private static let imageMagic: UInt32 = 0x0000_0803
  private static let labelMagic: UInt32 = 0x0000_0801

  /// Images scaled to 0...1 and their labels.
  ///
  /// - Parameter training: the training set, whose shape and classes a test set must have.
  static func load(
    images: String, labels: String, fields: (images: String, labels: String), matching training: SampleSet?
  ) throws(DiagnosticList) -> SampleSet {
    let pixels = try DataFile(images, field: fields.images)
    let extents = try header(of: pixels, magic: imageMagic, axes: 3, content: "images")
    let answers = try DataFile(labels, field: fields.labels)
    let count = try header(of: answers, magic: labelMagic, axes: 1, content: "labels")[0]
    guard extents[0] == count else {
      throw DiagnosticList(
        "'\(images)' has \(extents[0]) images, but '\(labels)' has \(count) labels", path: answers.path,
        hint: "both files belong to one set")
    }
    let shape = Shape.image(channels: 1, height: extents[1], width: extents[2])
    if let training, training.shape != shape {
      throw pixels.refuse("its images are \(shape), but those for training are \(training.shape)")
    }
    let targets = answers.bytes.dropFirst(8)
    let largest = Int(targets.max() ?? 0)
    let classes = training?.classes ?? largest + 1
    if let sample = targets.firstIndex(where: { Int($0) >= classes }) {
      throw answers.refuse(
        "label \(targets[sample]) of sample \(sample - 8) is not in 0...\(classes - 1), the labels of the training set")
    }
    return SampleSet(
      shape: shape, features: pixels.bytes.dropFirst(16).map { Float($0) / 255 }, targets: targets.map { Float($0) },
      classes: classes)
  }

  /// Extents, after checking magic number and length.
  private static func header(
    of file: DataFile, magic: UInt32, axes: Int, content: String
  ) throws(DiagnosticList) -> [Int] {
    let length = 4 + 4 * axes
    func word(_ index: Int) -> UInt32 { file.bytes[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    guard file.bytes.count >= 4, word(0) == magic else {
      let found = file.bytes.count >= 4 ? "0x" + hexadecimal(word(0)) : "\(file.bytes.count) bytes"
      throw file.refuse(
        "no IDX file of \(content): expected the magic number 0x\(hexadecimal(magic)), found \(found)",
        hint: word0IsOther(file, magic) ? "are images and labels swapped?" : nil)
    }
    guard file.bytes.count >= length else {
      throw file.refuse("the header has \(length) bytes, but the file only \(file.bytes.count)")
    }
    let extents = (1...axes).map { Int(word($0)) }
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw file.refuse(
        "the header says \(extents.map(String.init).joined(separator: "×")) bytes: the file has no \(content)")
    }
    var expected = 1
    for extent in extents {
      let product = expected.multipliedReportingOverflow(by: extent)
      expected = product.overflow ? Int.max - length : min(product.partialValue, Int.max - length)
    }
    guard file.bytes.count == expected + length else {
      throw file.refuse(
        "\(extents.map(String.init).joined(separator: "×")) \(content) take \(expected + length) bytes with the header, "
          + "but the file has \(file.bytes.count)",
        hint: file.bytes.count < expected + length ? "the file is truncated" : "bytes follow the last of the \(content)"
      )
    }
    return extents
  }

  private static func word0IsOther(_ file: DataFile, _ magic: UInt32) -> Bool {
    file.bytes.starts(with: [0, 0, 8, magic == imageMagic ? 1 : 3])
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
