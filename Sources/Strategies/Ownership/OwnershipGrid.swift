/// A picture of an array of which devices hold boxes, as JAX's `visualize_array_sharding` draws it: a frame for every box,
/// and in it the numbers of the devices that hold it. `0,1` is a box that two devices hold; `0+1` one of which each has a
/// partial sum; boxes that overlap share the cells that they have in common.
struct OwnershipGrid {
  /// One device's box, projected on the two axes.
  struct Holding {
    var device: Int
    var rows: Range<Int>
    var columns: Range<Int>
    var summand = 0
  }

  var title: String
  var holdings: [Holding]

  /// - Parameters:
  ///   - width: columns of the canvas at most.
  ///   - lines: lines inside the frame at most.
  func canvas(width: Int, lines: Int, glyphs: OwnershipCanvas.Glyphs) -> OwnershipCanvas {
    let rows = OwnershipAxis(
      bounds: holdings.map(\.rows), unit: 1, least: 1, room: max(1, lines), gap: 1, uncut: 3, kept: Self.mostRows)
    let left = rows.labelWidth(glyphs) + 1
    let texts = labels(rows, holdings.map(\.columns))
    let least = min(max(3, (texts.map(\.count).max() ?? 0) + 2), max(3, width / 4))
    let columns = OwnershipAxis(
      bounds: holdings.map(\.columns), unit: 2, least: least, room: max(3, min(48, width - left - 2)),
      gap: 1, uncut: 14)
    var canvas = OwnershipCanvas()
    canvas.put("\(title)", x: 0, y: 0, role: .title)
    var x = left + 1
    for (position, size) in columns.sizes.enumerated() {
      let label = columns.label(position, glyphs)
      let text = label.count <= size ? label : String(label.prefix { $0.isNumber })
      if text.count <= size { canvas.put(text, x: x + (size - text.count) / 2, y: 1, role: .scale) }
      x += size + 1
    }
    var y = 3
    for (position, size) in rows.sizes.enumerated() {
      let label = rows.label(position, glyphs)
      canvas.put(label, x: left - 1 - label.count, y: y + (size - 1) / 2, role: .scale)
      y += size + 1
    }
    draw(rows, columns, x: left, y: 2, glyphs, on: &canvas)
    return canvas
  }

  /// Lines can be scrolled, so boxes below each other are not left out before they are very many.
  private static let mostRows = 32

  /// Which devices hold a cell, by summand.
  private struct Owners: Hashable {
    var summands: [Int: [Int]] = [:]
    /// Stands for cells that are left out.
    var isGap = false

    var text: String {
      summands.sorted { $0.key < $1.key }.map { LayerOwnership.list($0.value) }.joined(separator: "+")
    }
    var first: Int? { summands.values.joined().min() }
  }

  private func owners(_ row: Range<Int>?, _ column: Range<Int>?) -> Owners {
    guard let row, let column else { return Owners(isGap: true) }
    var owners = Owners()
    for holding in holdings where holding.rows.overlaps(row) && holding.columns.overlaps(column) {
      if owners.summands[holding.summand]?.contains(holding.device) != true {
        owners.summands[holding.summand, default: []].append(holding.device)
      }
    }
    for key in owners.summands.keys { owners.summands[key]?.sort() }
    return owners
  }

  private func labels(_ rows: OwnershipAxis, _ columns: [Range<Int>]) -> [String] {
    let axis = OwnershipAxis(bounds: columns, unit: 1, least: 1, room: 64)
    return rows.ranges.flatMap { row in axis.ranges.map { owners(row, $0).text } }
  }

  private func draw(
    _ rows: OwnershipAxis, _ columns: OwnershipAxis, x left: Int, y top: Int, _ glyphs: OwnershipCanvas.Glyphs,
    on canvas: inout OwnershipCanvas
  ) {
    let cells = rows.ranges.map { row in columns.ranges.map { owners(row, $0) } }
    func cell(_ row: Int, _ column: Int) -> Owners? {
      cells.indices.contains(row) && cells[row].indices.contains(column) ? cells[row][column] : nil
    }
    func start(_ sizes: [Int], _ position: Int) -> Int { sizes[..<position].reduce(0) { $0 + $1 + 1 } }
    /// Whether a stroke lies between two cells.
    func parted(_ a: Owners?, _ b: Owners?) -> Bool { a != b }
    for row in 0...rows.ranges.count {
      for column in 0...columns.ranges.count {
        let (x, y) = (left + start(columns.sizes, column), top + start(rows.sizes, row))
        let (before, above) = (cell(row - 1, column - 1), cell(row - 1, column))
        let (beside, here) = (cell(row, column - 1), cell(row, column))
        let directions =
          (parted(before, above) ? 1 : 0) + (parted(above, here) ? 2 : 0) + (parted(beside, here) ? 4 : 0)
          + (parted(before, beside) ? 8 : 0)
        canvas.put(String(glyphs.frame[directions]), x: x, y: y, role: .border)
        if column < columns.ranges.count, parted(above, here) {
          canvas.put(
            String(repeating: glyphs.frame[2], count: columns.sizes[column]), x: x + 1, y: y, role: .border)
        }
        if row < rows.ranges.count, parted(beside, here) {
          for line in 0..<rows.sizes[row] { canvas.put(String(glyphs.frame[1]), x: x, y: y + 1 + line, role: .border) }
        }
      }
    }
    write(cells, rows, columns, x: left, y: top, glyphs, on: &canvas)
  }

  /// The devices' numbers, once for each region of cells with the same owners.
  private func write(
    _ cells: [[Owners]], _ rows: OwnershipAxis, _ columns: OwnershipAxis, x left: Int, y top: Int,
    _ glyphs: OwnershipCanvas.Glyphs, on canvas: inout OwnershipCanvas
  ) {
    var seen = cells.map { $0.map { _ in false } }
    func start(_ sizes: [Int], _ position: Int) -> Int { sizes[..<position].reduce(0) { $0 + $1 + 1 } }
    for row in cells.indices {
      for column in cells[row].indices where !seen[row][column] {
        // The largest rectangle of equal cells from here on; a region of another shape gets several labels.
        let owners = cells[row][column]
        var lastColumn = column
        while lastColumn + 1 < cells[row].count, cells[row][lastColumn + 1] == owners, !seen[row][lastColumn + 1] {
          lastColumn += 1
        }
        var lastRow = row
        while lastRow + 1 < cells.count, cells[lastRow + 1][column...lastColumn].allSatisfy({ $0 == owners }) {
          lastRow += 1
        }
        for y in row...lastRow { for x in column...lastColumn { seen[y][x] = true } }
        let width = start(columns.sizes, lastColumn + 1) - start(columns.sizes, column) - 1
        let height = start(rows.sizes, lastRow + 1) - start(rows.sizes, row) - 1
        var text = owners.isGap ? String(glyphs.ellipsis) : owners.text.isEmpty ? "-" : owners.text
        if text.count > width { text = String(text.prefix(max(0, width - 1))) + String(glyphs.ellipsis) }
        canvas.put(
          text, x: left + 1 + start(columns.sizes, column) + (width - text.count) / 2,
          y: top + 1 + start(rows.sizes, row) + (height - 1) / 2,
          role: owners.first.map { .own(device: $0) } ?? .scale)
      }
    }
  }
}
