import Diagnostics
import Files
import Networks

/// MNIST's format: a big-endian header of magic number and extents, then unsigned bytes.
enum IDXFiles {
  /// Images scaled to 0...1 and their labels.
  ///
  /// - Parameter training: the training set, whose shape and classes a test set must have.
  static func load(
    images: String, labels: String, fields: (images: String, labels: String), matching training: SampleSet?
  ) throws(DiagnosticList) -> SampleSet {
    let pixels = try DataFile(images, field: fields.images)
    let header = try IDXHeader(.images, of: pixels)
    let answers = try DataFile(labels, field: fields.labels)
    let count = try IDXHeader(.labels, of: answers)
    guard header.extents[0] == count.extents[0] else {
      throw DiagnosticList(
        "'\(images)' has \(header.extents[0]) images, but '\(labels)' has \(count.extents[0]) labels",
        path: answers.path,
        hint: "both files belong to one set")
    }
    if let training, training.shape != header.imageShape {
      throw pixels.refuse("its images are \(header.imageShape), but those for training are \(training.shape)")
    }
    let targets = try count.values(of: answers)
    let classes = training?.classes ?? Int(targets.max() ?? 0) + 1
    if let sample = targets.firstIndex(where: { Int($0) >= classes }) {
      throw answers.refuse(
        "label \(Int(targets[sample])) of sample \(sample) is not in 0...\(classes - 1), the labels of the training set"
      )
    }
    return SampleSet(
      shape: header.imageShape, features: try header.values(of: pixels, divisor: 255), targets: targets,
      classes: classes
    )
  }

  /// What two files' headers say; nil where they cannot be read, or not twice.
  static func outline(images: String, labels: String) -> DatasetOutline? {
    guard InputFile.canBeReadTwice(images),
      let header = try? IDXHeader(.images, of: DataFile(images, field: "images"))
    else { return nil }
    var outline = DatasetOutline(shape: header.imageShape, targets: nil, trainCount: header.extents[0], testCount: nil)
    // A byte each: seldom more than the images of a single batch.
    if InputFile.canBeReadTwice(labels), let answers = try? DataFile(labels, field: "labels"),
      let count = try? IDXHeader(.labels, of: answers), count.extents[0] <= 1 << 20,
      let targets = try? count.values(of: answers)
    {
      outline.targets = Targets(targets, classes: Int(targets.max() ?? 0) + 1)
    }
    return outline
  }
}

/// The header of one file, read and checked.
private struct IDXHeader {
  enum Content: String {
    case images
    case labels

    var axes: Int { self == .images ? 3 : 1 }
    var magic: UInt32 { self == .images ? 0x0000_0803 : 0x0000_0801 }
  }

  let content: Content
  /// Number of samples, then rows and columns of an image; all above 0.
  let extents: [Int]

  /// Reads the header of a file that has just been opened.
  init(_ content: Content, of file: DataFile) throws(DiagnosticList) {
    self.content = content
    let length = 4 + 4 * content.axes
    let bytes = try file.read(length)
    func word(_ index: Int) -> UInt32 { bytes[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    guard bytes.count >= 4, word(0) == content.magic else {
      let other: Content = content == .images ? .labels : .images
      throw file.refuse(
        "no IDX file of \(content): expected the magic number 0x\(Self.hexadecimal(content.magic)), found "
          + (bytes.count >= 4 ? "0x\(Self.hexadecimal(word(0)))" : "\(bytes.count) bytes"),
        hint: bytes.count >= 4 && word(0) == other.magic ? "are images and labels swapped?" : nil)
    }
    guard bytes.count == length else {
      throw file.refuse("the header has \(length) bytes, but the file only \(bytes.count)")
    }
    extents = (1...content.axes).map { Int(word($0)) }
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw file.refuse("the header says \(size) bytes: the file has no \(content)")
    }
    if let found = file.size, found != count + length { throw mismatch(found, file) }
    try SampleMemory.check(count, of: file)
  }

  var imageShape: Shape { .image(channels: 1, height: extents[1], width: extents[2]) }

  private var size: String { extents.map(String.init).joined(separator: "×") }

  /// Bytes behind the header; far more than any file has where the product cannot be counted.
  private var count: Int {
    extents.reduce(1) {
      let product = $0.multipliedReportingOverflow(by: $1)
      return product.overflow ? Int.max / 2 : min(product.partialValue, Int.max / 2)
    }
  }

  /// The bytes behind the header, divided. Reads no more than the header promises.
  func values(of file: DataFile, divisor: Float = 1) throws(DiagnosticList) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(file.size == nil ? 0 : count)
    while values.count < count {
      let bytes = try file.read(min(count - values.count, 1 << 20))
      if bytes.isEmpty { throw mismatch(values.count + 4 + 4 * extents.count, file) }
      for byte in bytes { values.append(Float(byte) / divisor) }
    }
    if try !file.read(1).isEmpty { throw mismatch(nil, file) }
    return values
  }

  /// - Parameter found: bytes of the file, nil where there are more than the header promises.
  private func mismatch(_ found: Int?, _ file: DataFile) -> DiagnosticList {
    let expected = count + 4 + 4 * extents.count
    let isTruncated = found.map { $0 < expected } ?? false
    return file.refuse(
      "\(size) \(content) take \(expected) bytes with the header, but the file has \(found.map(String.init) ?? "more")",
      hint: isTruncated ? "the file is truncated" : "bytes follow the last of the \(content)")
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
