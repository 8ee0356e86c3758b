/// A grid of characters with meanings: pictures of ownership before anyone draws them on a terminal or into a file.
public struct OwnershipCanvas: Hashable, Sendable {
  /// What a cell means. Roles help to see; numbers and glyphs say it all without them.
  public enum Role: Hashable, Sendable {
    case text
    case title
    case border
    /// Numbers along the edges.
    case scale
    /// What a device has itself.
    case own(device: Int)
    /// What another device has and sends.
    case fetched(device: Int)
    /// Zeros beyond the border of the image.
    case padding
  }

  public struct Cell: Hashable, Sendable {
    public var glyph: Character
    public var role: Role
  }

  /// The glyphs of frames and marks.
  public struct Glyphs: Hashable, Sendable {
    /// Frame strokes by the directions in which they go: 1 up, 2 right, 4 down, 8 left.
    var frame: [Character]
    /// Stands before a number where words are fetched.
    var fetched: Character
    var padding: Character
    var ellipsis: Character
    /// From the first to the last.
    var to: Character
    var times: Character

    public static let unicode = Glyphs(
      frame: [" ", "│", "─", "└", "│", "│", "┌", "├", "─", "┘", "─", "┴", "┐", "┤", "┬", "┼"], fetched: "░",
      padding: "·", ellipsis: "…", to: "…", times: "×")
    public static let ascii = Glyphs(
      frame: [" ", "|", "-", "+", "|", "|", "+", "+", "-", "+", "-", "+", "+", "+", "+", "+"], fetched: ":",
      padding: ".", ellipsis: "~", to: "-", times: "x")
  }

  /// Lines of cells, not all of one length.
  public private(set) var lines: [[Cell]] = []

  public init() {}

  public var width: Int { lines.map(\.count).max() ?? 0 }
  public var height: Int { lines.count }

  /// The lines as text, without blanks at their ends.
  public var text: [String] {
    lines.map { line in
      var text = String(line.map(\.glyph))
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  /// Writes from a place to the right, enlarging the canvas; what lies left of it or above it is left out.
  mutating func put(_ text: some StringProtocol, x: Int, y: Int, role: Role = .text) {
    guard y >= 0 else { return }
    for (offset, glyph) in text.enumerated() where x + offset >= 0 {
      reach(x + offset, y)
      lines[y][x + offset] = Cell(glyph: glyph, role: role)
    }
  }

  /// Puts all of another canvas there.
  mutating func put(_ other: OwnershipCanvas, x: Int, y: Int) {
    guard x >= 0, y >= 0 else { return }
    for (row, line) in other.lines.enumerated() {
      for (column, cell) in line.enumerated() {
        reach(x + column, y + row)
        lines[y + row][x + column] = cell
      }
    }
  }

  /// Leaves out what does not fit into `width` columns and `height` lines.
  mutating func crop(width: Int, height: Int) {
    lines = lines.prefix(max(0, height)).map { Array($0.prefix(max(0, width))) }
  }

  private mutating func reach(_ x: Int, _ y: Int) {
    while lines.count <= y { lines.append([]) }
    let missing = x + 1 - lines[y].count
    if missing > 0 { lines[y] += Array(repeating: Cell(glyph: " ", role: .text), count: missing) }
  }
}

/// One axis of a picture: the ranges between which something changes, each with the columns or lines that it gets. What is
/// long is shortened, what is thin (a halo row) is always seen.
struct OwnershipAxis {
  /// Nil stands for ranges that are left out for lack of room.
  var ranges: [Range<Int>?]
  /// Columns or lines of each range.
  var sizes: [Int]

  /// - Parameters:
  ///   - bounds: ranges whose ends are seen.
  ///   - unit: columns or lines that one element gets at most.
  ///   - least: columns or lines that every range gets at least.
  ///   - room: columns or lines to share out; `gap` lie between two ranges.
  ///   - uncut: what an axis on which nothing changes gets at most.
  ///   - step: sizes are multiples of this.
  ///   - kept: so many ranges are seen even if they need more room.
  init(
    bounds: [Range<Int>], unit: Int, least: Int, room: Int, gap: Int = 0, uncut: Int = .max, step: Int = 1,
    kept: Int = 1
  ) {
    let cuts = Set(bounds.flatMap { [$0.lowerBound, $0.upperBound] }).sorted()
    let all = zip(cuts, cuts.dropFirst()).map { $0..<$1 }
    let possible = max(kept, (room + gap) / max(1, least + gap))
    if all.count > possible, possible >= 3 {
      ranges = all.prefix(possible - 2).map { $0 } + [nil] + [all[all.count - 1]]
    } else {
      ranges = Array(all.prefix(possible))
    }
    let wanted = ranges.map { max(least, ($0?.count ?? 0) * unit) }
    sizes = ranges.map { _ in least }
    var left = min(room, ranges.count == 1 ? uncut : room) - least * ranges.count - gap * max(0, ranges.count - 1)
    while left >= step {
      // The next column goes where most elements share one.
      let short = sizes.indices.filter { sizes[$0] < wanted[$0] }
      guard let most = short.max(by: { wanted[$0] * sizes[$1] < wanted[$1] * sizes[$0] }) else { break }
      sizes[most] += step
      left -= step
    }
  }

  /// `0…15`, or `7` for one element.
  func label(_ position: Int, _ glyphs: OwnershipCanvas.Glyphs) -> String {
    guard let range = ranges[position] else { return String(glyphs.ellipsis) }
    return range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)\(glyphs.to)\(range.upperBound - 1)"
  }

  /// The widest of all labels.
  func labelWidth(_ glyphs: OwnershipCanvas.Glyphs) -> Int { ranges.indices.map { label($0, glyphs).count }.max() ?? 0 }
}
