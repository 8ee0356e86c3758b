import Diagnostics
import Networks

/// Comma-separated samples: features, then the label.
enum CSVFiles {
  /// Labels that are all written as whole numbers (`3`) are classes from 0; one written otherwise (`3.0`) makes all of
  /// them real targets.
  ///
  /// - Parameter training: the training set, whose features and kind of target a test set must have.
  static func load(_ name: String, field: String, matching training: SampleSet?) throws(DiagnosticList) -> SampleSet {
    let file = try DataFile(name, field: field)
    let table = try CSVTable(file.bytes, file: name, path: file.path)
    let shape = Shape.features(table.columnCount - 1)
    if let training, training.shape != shape {
      throw file.refuse("a row has \(shape) features, but those for training have \(training.shape)")
    }
    let targets = (0..<table.rowCount).map { table.row($0).last! }
    let wantsClasses = training.map { $0.classes != nil } ?? table.lastColumnIsWhole
    if wantsClasses, !table.lastColumnIsWhole {
      throw file.refuse("its labels are real numbers, but those for training are classes")
    }
    let classes = wantsClasses ? try classCount(targets, table, file, training) : nil
    var features: [Float] = []
    features.reserveCapacity(table.rowCount * shape.count)
    for row in 0..<table.rowCount { features += table.row(row).dropLast() }
    return SampleSet(shape: shape, features: features, targets: targets, classes: classes)
  }

  /// Classes of the set, after checking that labels number them.
  private static func classCount(
    _ targets: [Float], _ table: CSVTable, _ file: DataFile, _ training: SampleSet?
  ) throws(DiagnosticList) -> Int {
    // A label beyond the number of rows is a quantity, not the name of a class.
    let limit = training?.classes ?? table.rowCount
    guard let row = targets.firstIndex(where: { $0 < 0 || $0 >= Float(limit) }) else {
      return training?.classes ?? Int(targets.max() ?? 0) + 1
    }
    let known = training.map { "the training set has classes 0...\($0.classes! - 1)" }
    throw DiagnosticList(
      "label \(Int(exactly: targets[row]).map(String.init) ?? "\(targets[row])") is no class: "
        + (known ?? "classes count from 0, and \(table.rowCount) rows hold at most as many"),
      path: file.path, location: SourceLocation(file: file.name, line: table.lines[row], column: 1),
      hint: "write labels with a decimal point where they are real targets")
  }
}
