import Diagnostics

/// Rows of words in aligned columns for a terminal or a file: the first column to the left, the others to the right.
public struct TextTable: Sendable {
  private var rows: [[String]] = []

  public init(header: [String]) { rows = [header] }

  /// Cells hide nothing and are one line each.
  public mutating func append(_ row: [String]) { rows.append(row.map(\.visible)) }

  /// One line per row, columns two blanks apart, no blanks at line ends.
  public var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
