import Diagnostics
import Networks

/// CIFAR-10's binary format: records of a label byte and 3 × 32 × 32 bytes, channel first.
enum CIFARFiles {
  static let shape = Shape.image(channels: 3, height: 32, width: 32)
  static let classes = 10
  private static let recordBytes = 1 + shape.count

  /// Images scaled to 0...1 and their labels, file after file.
  static func load(_ names: [String], field: String) throws(DiagnosticList) -> SampleSet {
    var features: [Float] = []
    var targets: [Float] = []
    for (index, name) in names.enumerated() {
      let file = try DataFile(name, field: "\(field)[\(index)]")
      if let size = file.size { try SampleMemory.check(features.count + size, of: file) }
      var record = 0
      while case let bytes = try file.read(recordBytes), !bytes.isEmpty {
        guard bytes.count == recordBytes else {
          throw file.refuse(
            "records have \(recordBytes) bytes, but \(record * recordBytes + bytes.count) bytes are \(record) records and "
              + "\(bytes.count) bytes more",
            hint: "the file is truncated, or not the binary version of CIFAR-10")
        }
        guard bytes[0] < classes else {
          throw file.refuse(
            "label \(bytes[0]) of record \(record) (byte \(record * recordBytes)) is not in 0...9",
            hint: "is this the binary version of CIFAR-10?")
        }
        targets.append(Float(bytes[0]))
        for byte in bytes.dropFirst() { features.append(Float(byte) / 255) }
        try SampleMemory.check(features.count, of: file)
        record += 1
      }
    }
    return SampleSet(shape: shape, features: features, targets: targets, classes: classes)
  }
}
