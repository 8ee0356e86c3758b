import Programs
import Screens
import Strategies

/// Draws the schedule as a table of slots, with its bubble and what devices keep: the same that `partita plan` prints, with
/// colours.
struct SlotTableDrawing: Widget {
  var facts: ScheduleFacts
  var scroll: Int

  func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let lines = lines(width: rect.width, isASCII: surface.glyphs.isASCII)
    let first = min(scroll, max(0, Paragraph(lines).height(width: rect.width) - rect.height))
    Paragraph(lines, scroll: first).draw(into: &surface, in: rect)
  }

  private func lines(width: Int, isASCII: Bool) -> [Line] {
    let drawn = facts.table.lines(width: width, mostBlocks: Self.mostBlocks, isASCII: isASCII).map { pieces in
      pieces.reduce(Line("")) { $0 + Line($1.text, role: Self.role($1.kind)) }
    }
    let table = facts.memoryTable
    let widths = (table.first ?? []).indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    let memory = table.map { row in
      Line(zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  "))
    }
    return drawn + [Line("")] + facts.bubbleText.map { Line($0) } + [Line("")] + memory
      + [Line(""), Line("slots: \(SlotTable.unitCosts)", role: .dim)]
  }

  /// More blocks than anybody scrolls through.
  private static let mostBlocks = 40

  private static func role(_ kind: SlotTable.Piece.Kind) -> Role {
    switch kind {
    case .label: .dim
    case .idle: .idle
    case .action(let action): SpanLook(action).role
    }
  }
}
