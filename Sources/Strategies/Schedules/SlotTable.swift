import Diagnostics
import Programs

/// A schedule as people draw it: devices as rows, slots of unit time as columns, `F0` in the slot in which microbatch 0 goes
/// forward.
///
///     time      0  1  2  3  4  5  6  7  8
///     device 0  F0 F1 ·  ·  B0─── ·  B1─── U
///     device 1  ·  F0 B0─── F1 B1─── ·  ·  U
///
/// An action of two slots is drawn on into the second; what takes no time stands behind what it follows.
public struct SlotTable: Hashable, Sendable {
  /// Devices that do the same at the same time.
  public struct Row: Hashable, Sendable {
    public var devices: [Int]
    public var slots: [ScheduleTiming.Slot]
  }

  /// A stretch of a line; `kind` says what is drawn, nil stands for rulers and labels.
  public struct Piece: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
      case label
      case idle
      case action(Action.Kind)
    }
    public var text: String
    public var kind: Kind
  }

  public let rows: [Row]
  /// Columns of the table.
  public let makespan: Int
  /// Whether cells name the stage: where some device has several.
  public let namesStages: Bool

  /// What the columns are.
  public static let unitCosts = "F = R = 1, B = 2, I = W = 1, X = U = 0; every stage the same, messages take no time"

  /// - Parameter timing: with whole numbers as durations (``ScheduleTiming/init(units:)``).
  public init(_ timing: ScheduleTiming) {
    makespan = Int(saturating: timing.makespan)
    namesStages = timing.slots.contains { Set($0.map(\.action.stage)).count > 1 }
    var rows: [Row] = []
    var places: [[ScheduleTiming.Slot]: Int] = [:]
    for (device, slots) in timing.slots.enumerated() {
      if let place = places[slots] {
        rows[place].devices.append(device)
      } else {
        places[slots] = rows.count
        rows.append(Row(devices: [device], slots: slots))
      }
    }
    self.rows = rows
  }

  /// The table in lines of at most `width` columns where that is enough for one slot: blocks below each other, the rest of
  /// them left out with a note.
  ///
  /// - Parameters:
  ///   - mostBlocks: blocks that are drawn; nil draws all.
  ///   - isASCII: draws with ASCII alone.
  public func lines(width: Int, mostBlocks: Int? = nil, isASCII: Bool = false) -> [[Piece]] {
    let drawing = SlotDrawing(self, isASCII: isASCII)
    let perBlock = max(1, (width - drawing.labelWidth - 2) / (drawing.cellWidth + 1))
    let blocks = (makespan + perBlock - 1) / perBlock
    let drawn = min(blocks, mostBlocks ?? blocks)
    var lines: [[Piece]] = []
    for block in 0..<drawn {
      let columns = block * perBlock..<min(makespan, (block + 1) * perBlock)
      if block > 0 { lines.append([]) }
      lines.append(drawing.ruler(columns))
      for (row, label) in zip(rows, drawing.labels) { lines.append(drawing.line(row, label: label, columns)) }
    }
    if drawn < blocks {
      lines.append([Piece(text: "\(makespan - drawn * perBlock) of \(makespan) slots are left out", kind: .label)])
    }
    return lines
  }

  /// ``lines(width:mostBlocks:isASCII:)`` without what its pieces mean.
  public func text(width: Int, mostBlocks: Int? = nil, isASCII: Bool = false) -> [String] {
    lines(width: width, mostBlocks: mostBlocks, isASCII: isASCII).map { line in
      var text = line.map(\.text).joined()
      while text.last == " " { text.removeLast() }
      return text
    }
  }
}
