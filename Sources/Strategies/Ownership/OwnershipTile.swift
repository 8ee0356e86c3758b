import Networks
import Programs

/// A picture of what one device needs of an input: its own box, and around it the halo or whatever else it fetches, each
/// word marked with the number of the device that has it, and the zeros beyond the border of the image.
struct OwnershipTile {
  var device: Int
  var input: LayerOwnership.Input
  var rows: BoxAxis
  var columns: BoxAxis

  /// - Parameters:
  ///   - width: columns of the canvas at most.
  ///   - lines: lines below the title at most.
  func canvas(width: Int, lines: Int, glyphs: OwnershipCanvas.Glyphs) -> OwnershipCanvas {
    let unit = (input.fetched.map(\.from) + [device]).map { "\($0)".count }.max()! + 1
    let pieces = [input.needed] + input.own + input.fetched.map(\.box)
    let above = rows == .h ? input.padding.top : 0
    let below = rows == .h ? input.padding.bottom : 0
    let before = columns == .w ? input.padding.left : 0
    let after = columns == .w ? input.padding.right : 0
    let down = OwnershipAxis(
      bounds: pieces.map { $0[rows] }, unit: 1, least: 1, room: max(1, lines - 1 - above - below),
      uncut: rows == .n || rows == .k ? 3 : .max, kept: 32)
    let left = down.labelWidth(glyphs) + 1
    let across = OwnershipAxis(
      bounds: pieces.map { $0[columns] }, unit: unit, least: unit,
      room: max(unit, width - left - unit * (before + after)), step: unit)
    var canvas = OwnershipCanvas()
    canvas.put("device \(device)", x: 0, y: 0, role: .title)
    let inside = across.sizes.reduce(0, +)
    func padding(_ count: Int, x: Int, y: Int) {
      let text = String(repeating: " ", count: unit - 1) + String(glyphs.padding)
      canvas.put(String(repeating: text, count: count), x: x, y: y, role: .padding)
    }
    var x = left + unit * before
    for (position, size) in across.sizes.enumerated() {
      let label = across.label(position, glyphs)
      if label.count < size { canvas.put(label, x: x + (size - label.count + 1) / 2, y: 1, role: .scale) }
      x += size
    }
    var y = 2
    for _ in 0..<above {
      padding(before + inside / unit + after, x: left, y: y)
      y += 1
    }
    for (row, size) in down.sizes.enumerated() {
      let label = down.label(row, glyphs)
      canvas.put(label, x: left - 1 - label.count, y: y + (size - 1) / 2, role: .scale)
      for _ in 0..<size {
        padding(before, x: left, y: y)
        var x = left + unit * before
        for (column, size) in across.sizes.enumerated() {
          let (text, role) = filling(down.ranges[row], across.ranges[column], unit: unit, glyphs)
          canvas.put(String(repeating: text, count: size / unit + 1).prefix(size), x: x, y: y, role: role)
          x += size
        }
        padding(after, x: x, y: y)
        y += 1
      }
    }
    for _ in 0..<below {
      padding(before + inside / unit + after, x: left, y: y)
      y += 1
    }
    return canvas
  }

  /// What stands for one word: `" 0"` of one's own, `"░1"` of another's.
  private func filling(
    _ row: Range<Int>?, _ column: Range<Int>?, unit: Int, _ glyphs: OwnershipCanvas.Glyphs
  ) -> (String, OwnershipCanvas.Role) {
    func padded(_ text: String, _ first: Character) -> String {
      String(repeating: first, count: max(0, unit - text.count)) + text
    }
    guard let row, let column else { return (padded(String(glyphs.ellipsis), " "), .scale) }
    func meets(_ box: Box) -> Bool { box[rows].overlaps(row) && box[columns].overlaps(column) }
    if input.own.contains(where: meets) { return (padded("\(device)", " "), .own(device: device)) }
    guard let fetched = input.fetched.first(where: { meets($0.box) }) else { return (padded("-", " "), .scale) }
    return (padded("\(fetched.from)", glyphs.fetched), .fetched(device: fetched.from))
  }
}

/// The dimensions of an activation.
enum BoxAxis: String, CaseIterable {
  case n
  case k
  case h
  case w

  /// What stands beside it where nothing else is cut.
  var companion: BoxAxis {
    switch self {
    case .n: .k
    case .k: .n
    case .h: .w
    case .w: .h
    }
  }

  /// The two dimensions in which most happens, rows first: those whose ranges differ in `boxes`.
  static func pair(_ boxes: [Box], isImage: Bool) -> (rows: BoxAxis, columns: BoxAxis) {
    let cut = allCases.map { axis in (axis: axis, count: Set(boxes.map { $0[axis] }).count) }.filter { $0.count > 1 }
    switch cut.count {
    case 0: return isImage ? (.h, .w) : (.n, .k)
    case 1: return ordered(cut[0].axis, cut[0].axis.companion)
    default:
      let most = cut.sorted { $0.count > $1.count }
      return ordered(most[0].axis, most[1].axis)
    }
  }

  private static func ordered(_ a: BoxAxis, _ b: BoxAxis) -> (rows: BoxAxis, columns: BoxAxis) {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)! ? (a, b) : (b, a)
  }
}

extension Box {
  subscript(axis: BoxAxis) -> Range<Int> {
    switch axis {
    case .n: n
    case .k: k
    case .h: h
    case .w: w
    }
  }
}
