/// Something that can be drawn: a value that draws itself into any rectangle, the empty one included.
public protocol Widget: Sendable {
  /// Draws within `rect` and nowhere else.
  func draw(into surface: inout Surface, in rect: Rect)
}

/// A line of text whose parts have roles.
public struct Line: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// A part of a line.
  public struct Part: Hashable, Sendable {
    /// What is written.
    public var text: String
    /// What it means.
    public var role: Role
    /// How it is written, beside what the role says.
    public var attributes: Attributes
  }

  /// The parts from left to right.
  public var parts: [Part]

  /// A line of one part.
  public init(_ text: String, role: Role = .text, attributes: Attributes = []) {
    parts = [Part(text: text, role: role, attributes: attributes)]
  }

  /// A line of plain text.
  public init(stringLiteral value: String) { self.init(value) }

  /// The columns it takes.
  public var columns: Int { parts.reduce(0) { $0 + $1.text.columns } }
  /// Its text without roles.
  public var text: String { parts.map(\.text).joined() }

  /// The two lines as one.
  public static func + (left: Line, right: Line) -> Line {
    var sum = left
    sum.parts += right.parts
    return sum
  }

  /// Draws the line in one row, cut with an ellipsis after `limit` columns; `role` replaces all roles where given.
  @discardableResult
  public func draw(into surface: inout Surface, x: Int, y: Int, limit: Int, role: Role? = nil) -> Int {
    guard limit > 0 else { return 0 }
    var column = x
    var left = columns
    for part in parts {
      let room = limit - (column - x)
      left -= part.text.columns
      guard room > 0 else { break }
      // A part that fits exactly while more follows must show that the line goes on.
      let fits = part.text.columns < room || (part.text.columns == room && left == 0)
      let text = fits ? part.text : part.text + "\u{20}"
      column += surface.text(
        text, x: column, y: y, limit: room, role: role ?? part.role, attributes: part.attributes)
      if !fits { break }
    }
    return column - x
  }

  /// The line broken at spaces into lines of at most `width` columns; longer words are broken where they must be.
  public func wrapped(to width: Int) -> [Line] {
    guard width > 0 else { return [] }
    var cells: [(scalar: Unicode.Scalar, part: Int)] = []
    for (index, part) in parts.enumerated() {
      cells += part.text.unicodeScalars.filter { $0.columns > 0 || $0 == "\t" }.map { ($0, index) }
    }
    var lines: [Line] = []
    var start = 0
    while start < cells.count {
      var end = start
      var columns = 0
      var lastSpace: Int?
      while end < cells.count, columns + cells[end].scalar.columns <= width {
        if cells[end].scalar == " " { lastSpace = end }
        columns += cells[end].scalar.columns
        end += 1
      }
      var next = end
      if end < cells.count {
        if cells[end].scalar == " " {
          next = end + 1
        } else if let lastSpace, lastSpace > start {
          end = lastSpace
          next = lastSpace + 1
        } else if end == start {
          // A wide scalar in a column of one: shown as a blank by the surface rather than looped over.
          end = start + 1
          next = end
        }
      }
      lines.append(assembled(cells[start..<end]))
      start = next
    }
    return lines.isEmpty ? [Line("")] : lines
  }

  private func assembled(_ cells: ArraySlice<(scalar: Unicode.Scalar, part: Int)>) -> Line {
    var line = Line("")
    line.parts = []
    var current: Int?
    for cell in cells {
      if cell.part != current {
        line.parts.append(Part(text: "", role: parts[cell.part].role, attributes: parts[cell.part].attributes))
        current = cell.part
      }
      line.parts[line.parts.count - 1].text.unicodeScalars.append(cell.scalar)
    }
    return line
  }
}

/// Lines of text, wrapped or cut.
public struct Paragraph: Widget {
  /// The lines before wrapping.
  public var lines: [Line]
  /// Whether long lines go on in the next row, or are cut.
  public var wraps: Bool
  /// Lines left out above.
  public var scroll: Int

  /// Styled lines.
  public init(_ lines: [Line], wraps: Bool = true, scroll: Int = 0) {
    self.lines = lines
    self.wraps = wraps
    self.scroll = scroll
  }

  /// One text in one role, split at line ends.
  public init(_ text: String, role: Role = .text, wraps: Bool = true) {
    self.init(
      text.split(separator: "\n", omittingEmptySubsequences: false).map { Line(String($0), role: role) }, wraps: wraps)
  }

  /// The rows it takes at this width.
  public func height(width: Int) -> Int {
    wraps ? lines.reduce(0) { $0 + $1.wrapped(to: width).count } : lines.count
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    let all = wraps ? lines.flatMap { $0.wrapped(to: rect.width) } : lines
    surface.withClip(rect) { surface in
      for (row, line) in all.dropFirst(max(0, scroll)).prefix(rect.height).enumerated() {
        line.draw(into: &surface, x: rect.x, y: rect.y + row, limit: rect.width)
      }
    }
  }
}
