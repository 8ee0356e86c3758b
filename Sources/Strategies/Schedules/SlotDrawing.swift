import Programs

/// How a ``SlotTable`` comes into lines: cells of one width, blanks between them.
struct SlotDrawing {
  private let table: SlotTable
  private let idle: String
  private let fill: Character
  let labels: [String]
  let labelWidth: Int
  /// Of one slot.
  private(set) var cellWidth = 1

  init(_ table: SlotTable, isASCII: Bool) {
    self.table = table
    idle = isASCII ? "." : "·"
    fill = isASCII ? "-" : "─"
    labels = table.rows.map { row in
      let list = LayerOwnership.list(row.devices)
      return (row.devices.count == 1 ? "device " : "devices ") + (list.count > 16 ? list.prefix(15) + "…" : list)
    }
    labelWidth = max(4, labels.map(\.count).max() ?? 0)
    for row in table.rows {
      for cell in Self.cells(row, names: table.namesStages) {
        // A cell of n slots has n - 1 blanks' room more.
        let room = cell.slots.count
        cellWidth = max(cellWidth, (cell.label.count + cell.after.count + 1 + room - 1) / room - 1)
      }
    }
  }

  /// What fills some slots of a row, with what takes no time behind it.
  private struct Cell {
    var slots: Range<Int>
    var kind: Action.Kind
    var label: String
    /// Empty, or letters of actions without duration.
    var after = ""
  }

  private static func label(_ action: Action, names: Bool) -> String {
    names ? action.description : "\(action.kind.rawValue)\(action.microbatch.map(String.init) ?? "")"
  }

  private static func cells(_ row: SlotTable.Row, names: Bool) -> [Cell] {
    var cells: [Cell] = []
    for slot in row.slots.prefix(lastAtWork(row)) {
      if slot.end > slot.start {
        cells.append(
          Cell(slots: Int(slot.start)..<Int(slot.end), kind: slot.action.kind, label: label(slot.action, names: names)))
      } else if !cells.isEmpty {
        cells[cells.count - 1].after += names ? label(slot.action, names: true) : String(slot.action.kind.rawValue)
      }
    }
    return cells
  }

  /// How many of a row's slots end with the last one that takes time.
  private static func lastAtWork(_ row: SlotTable.Row) -> Int {
    row.slots.lastIndex { $0.end > $0.start }.map { $0 + 1 } ?? 0
  }

  /// The times at which slots begin, as far as there is room.
  func ruler(_ columns: Range<Int>) -> [SlotTable.Piece] {
    var text = "time".padded(to: labelWidth) + "  "
    var place = 0
    for column in columns {
      let wanted = (column - columns.lowerBound) * (cellWidth + 1)
      guard place <= wanted else { continue }
      text += String(repeating: " ", count: wanted - place) + "\(column) "
      place = wanted + "\(column) ".count
    }
    return [SlotTable.Piece(text: text, kind: .label)]
  }

  func line(_ row: SlotTable.Row, label: String, _ columns: Range<Int>) -> [SlotTable.Piece] {
    var pieces = [SlotTable.Piece(text: label.padded(to: labelWidth) + "  ", kind: .label)]
    var column = columns.lowerBound
    func rest(to end: Int) {
      guard column < end else { return }
      let cells = Array(repeating: idle.padded(to: cellWidth), count: end - column).joined(separator: " ")
      pieces.append(SlotTable.Piece(text: cells + " ", kind: .idle))
      column = end
    }
    for cell in Self.cells(row, names: table.namesStages) where cell.slots.overlaps(columns) {
      rest(to: cell.slots.lowerBound)
      let drawn = cell.slots.clamped(to: columns)
      let room = drawn.count * (cellWidth + 1) - 1
      let begin = drawn.lowerBound == cell.slots.lowerBound ? cell.label : ""
      let end = drawn.upperBound == cell.slots.upperBound ? cell.after : ""
      let line = cell.slots.count > 1 ? fill : " "
      let body = begin + String(repeating: line, count: max(0, room - begin.count - end.count)) + end
      pieces.append(SlotTable.Piece(text: body + " ", kind: .action(cell.kind)))
      column = drawn.upperBound
    }
    rest(to: columns.upperBound)
    if columns.upperBound == table.makespan {
      for slot in row.slots.dropFirst(Self.lastAtWork(row)) {
        let text = Self.label(slot.action, names: table.namesStages) + " "
        pieces.append(SlotTable.Piece(text: text, kind: .action(slot.action.kind)))
      }
    }
    return pieces
  }
}

extension String {
  /// With blanks up to `columns`.
  fileprivate func padded(to columns: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, columns - count))
  }
}
