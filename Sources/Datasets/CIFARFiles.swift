import Diagnostics
import Networks

/// CIFAR-10's binary format: records of a label byte and 3 × 32 × 32 bytes, channel first.
enum CIFARFiles {
  static let shape = Shape.image(channels: 3, height: 32, width: 32)
  static let classes = 10

  /// Images scaled to 0...1 and their labels, file after file.
  static func load(_ names: [String], field: String) throws(DiagnosticList) -> SampleSet {
    let record = 1 + shape.count
    var features: [Float] = []
    var targets: [Float] = []
    for (index, name) in names.enumerated() {
      let file = try DataFile(name, field: "\(field)[\(index)]")
      guard file.bytes.count.isMultiple(of: record) else {
        let whole = file.bytes.count / record
        throw file.refuse(
          "records have \(record) bytes, but \(file.bytes.count) bytes are \(whole) records and "
            + "\(file.bytes.count % record) bytes more",
          hint: "the file is truncated, or not the binary version of CIFAR-10")
      }
      features.reserveCapacity(features.count + file.bytes.count)
      for start in stride(from: 0, to: file.bytes.count, by: record) {
        let label = file.bytes[start]
        guard label < classes else {
          throw file.refuse(
            "label \(label) of record \(start / record) (byte \(start)) is not in 0...9",
            hint: "is this the binary version of CIFAR-10?")
        }
        targets.append(Float(label))
        for place in start + 1..<start + record { features.append(Float(file.bytes[place]) / 255) }
      }
    }
    return SampleSet(shape: shape, features: features, targets: targets, classes: classes)
  }
}
