import CDigits
import Diagnostics
import Networks

/// The handwritten digits that come with the program: counts 0...16 of dark pixels in 4×4 blocks of 32×32 bitmaps.
enum DigitsSet {
  static let shape = Shape.image(channels: 1, height: 8, width: 8)
  static let classes = 10
  static let trainCount = 1442
  static let testCount = 355
  static let provenance = "UCI Optical Recognition of Handwritten Digits, CC BY 4.0"

  /// Of each class, in file order, every fifth sample is for the test. The split depends on no seed, so accuracies of
  /// different runs may be compared.
  static func load() throws(DiagnosticList) -> Dataset {
    let text = (0..<digits_count()).map(digits_byte)
    let table = try CSVTable(text, file: "digits.csv", path: "data.set")
    var seen = Array(repeating: 0, count: classes)
    var parts = (train: Part(), test: Part())
    for row in 0..<table.rowCount {
      let values = table.row(row)
      let label = Int(values[values.endIndex - 1])
      seen[label] += 1
      let features = values.dropLast().lazy.map { $0 / 16 }
      if seen[label] % 5 == 0 {
        parts.test.append(features, label)
      } else {
        parts.train.append(features, label)
      }
    }
    return Dataset(name: "digits", train: parts.train.set, test: parts.test.set, provenance: provenance)
  }

  private struct Part {
    var features: [Float] = []
    var targets: [Float] = []

    mutating func append(_ values: some Sequence<Float>, _ label: Int) {
      features += values
      targets.append(Float(label))
    }

    var set: SampleSet { SampleSet(shape: shape, features: features, targets: targets, classes: classes) }
  }
}
