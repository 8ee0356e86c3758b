import Diagnostics
import Files
import Networks

/// Comma-separated samples: features, then the label.
enum CSVFiles {
  /// Labels that are all written as whole numbers (`3`) are classes from 0; one written otherwise (`3.0`) makes all of
  /// them real targets.
  ///
  /// - Parameters:
  ///   - header: whether the first line names the columns; nil where its fields say so themselves.
  ///   - training: the training set, whose features and kind of target a test set must have.
  static func load(
    _ name: String, field: String, header: Bool?, matching training: SampleSet?
  ) throws(DiagnosticList) -> SampleSet {
    let file = try DataFile(name, field: field)
    let table = try CSVTable(text(of: file), file: name, path: file.path, header: header)
    if header == nil { try refuseColumnNumbers(table, file) }
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

  /// What the first line says; nil where it cannot be read, or not twice.
  static func outline(_ name: String) -> DatasetOutline? {
    guard InputFile.canBeReadTwice(name), let file = try? DataFile(name, field: "file"),
      let start = try? file.read(1 << 16), let columns = CSVTable.columnCount(start), columns > 1
    else { return nil }
    return DatasetOutline(shape: .features(columns - 1), targets: nil, trainCount: nil, testCount: nil)
  }

  /// The whole text, which takes at most as much memory as its numbers would.
  private static func text(of file: DataFile) throws(DiagnosticList) -> [UInt8] {
    var bytes: [UInt8] = []
    if let size = file.size {
      try SampleMemory.check(size / 2, of: file)
      bytes.reserveCapacity(size)
    }
    while case let piece = try file.readPiece(), !piece.isEmpty {
      bytes += piece
      // A number and its comma take two bytes at least.
      try SampleMemory.check(bytes.count / 2, of: file)
    }
    return bytes
  }

  /// A table that was written without names for its columns often has their numbers in the first line. That they are one
  /// sample cannot be excluded, but it would be the only one of its class.
  private static func refuseColumnNumbers(_ table: CSVTable, _ file: DataFile) throws(DiagnosticList) {
    guard table.rowCount > 1, table.columnCount > 2, table.lastColumnIsWhole else { return }
    let first = table.row(0)
    guard first.first == 0 || first.first == 1, zip(first, first.dropFirst()).allSatisfy({ $1 == $0 + 1 }) else {
      return
    }
    guard (1..<table.rowCount).allSatisfy({ table.row($0).last != first.last }) else { return }
    let shown = first.prefix(3).map { "\(Int($0))" }.joined(separator: ",") + (first.count > 3 ? ",…" : "")
    throw DiagnosticList(
      "the first line, \(shown), looks like a header of column numbers: no other row has the label \(Int(first.last!))",
      path: file.path, location: SourceLocation(file: file.name, line: table.lines[0], column: 1),
      hint: "say which it is in the scene's data: header: true, or header: false where it is a sample")
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
    // Labels from 1 number their classes, only not from 0.
    let areFromOne = training == nil && targets.min() == 1 && targets.max() == Float(limit)
    throw DiagnosticList(
      "label \(Int(exactly: targets[row]).map(String.init) ?? "\(targets[row])") is no class: "
        + (known ?? "classes count from 0, and \(table.rowCount) rows hold at most as many"),
      path: file.path, location: SourceLocation(file: file.name, line: table.lines[row], column: 1),
      hint: areFromOne
        ? "subtract 1 from every label" : "write labels with a decimal point where they are real targets")
  }
}
