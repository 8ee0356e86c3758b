/// One character cell.
public struct Cell: Hashable, Sendable {
  /// What is shown; NUL in the right half of a scalar that is two columns wide.
  public var scalar: Unicode.Scalar
  /// What the cell means.
  public var role: Role
  /// How it looks, beside what the theme gives its role.
  public var attributes: Attributes

  /// A cell with this scalar.
  public init(_ scalar: Unicode.Scalar, role: Role = .text, attributes: Attributes = []) {
    self.scalar = scalar
    self.role = role
    self.attributes = attributes
  }

  /// An empty cell.
  public static let blank = Cell(" ")

  /// Whether this is the right half of the cell to its left.
  public var isRightHalf: Bool { scalar == "\0" }
}

/// A grid of cells that views draw into: a value, without a terminal behind it.
///
/// Every operation is total: what falls outside the clip is left out, at every size, 0 × 0 included. Coordinates
/// are absolute everywhere; a clip hides, it does not move the origin.
public struct Surface: Hashable, Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The glyphs widgets draw with; an ASCII set also folds all text to ASCII.
  public let glyphs: GlyphSet
  /// The cells by rows, `width * height` of them.
  public private(set) var cells: [Cell]
  /// Where drawing shows; the whole surface unless inside ``withClip(_:_:)``.
  public private(set) var clip: Rect
  /// Where the hardware cursor rests: the selected row or the text input. Screen readers follow it. Nil hides it.
  public private(set) var cursor: Point?

  /// The most columns and the most rows of a surface.
  public static let largest = 4096

  /// A blank surface; each extent is kept within 0 and ``largest``.
  public init(width: Int, height: Int, glyphs: GlyphSet = .unicode) {
    let bounds = Rect(x: 0, y: 0, width: min(width, Self.largest), height: min(height, Self.largest))
    self.width = bounds.width
    self.height = bounds.height
    self.glyphs = glyphs
    clip = bounds
    cells = Array(repeating: .blank, count: bounds.width * bounds.height)
  }

  /// A blank surface.
  public init(_ size: Size, glyphs: GlyphSet = .unicode) {
    self.init(width: size.width, height: size.height, glyphs: glyphs)
  }

  /// All of the surface.
  public var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }
  /// Columns and rows.
  public var size: Size { Size(width: width, height: height) }

  /// The cell at a place; a blank one outside.
  public subscript(x: Int, y: Int) -> Cell {
    bounds.contains(x: x, y: y) ? cells[y * width + x] : .blank
  }

  /// Draws with everything outside `rect` left untouched. Clips nest: the inner one counts inside the outer one.
  public mutating func withClip<Result>(_ rect: Rect, _ body: (inout Surface) throws -> Result) rethrows -> Result {
    let outer = clip
    clip = outer.intersection(rect)
    defer { clip = outer }
    return try body(&self)
  }

  /// Rests the hardware cursor at a place, if that is inside the clip; the last call counts.
  public mutating func placeCursor(x: Int, y: Int) {
    if clip.contains(x: x, y: y) { cursor = Point(x: x, y: y) }
  }

  /// Has no hardware cursor shown, as where a dialog without a selection covers what had it.
  public mutating func hideCursor() { cursor = nil }

  /// Draws one scalar. A wide one that does not fit leaves a blank; control and combining scalars draw nothing.
  public mutating func put(
    _ scalar: Unicode.Scalar, x: Int, y: Int, role: Role = .text, attributes: Attributes = []
  ) {
    let columns = scalar.columns
    guard columns > 0, clip.contains(x: x, y: y) else { return }
    var scalar = glyphs.folded(scalar)
    let isWide = columns == 2 && scalar.columns == 2
    let fits = !isWide || clip.contains(x: x + 1, y: y)
    if !fits { scalar = " " }
    release(x: x, y: y)
    cells[y * width + x] = Cell(scalar, role: role, attributes: attributes)
    if isWide && fits {
      release(x: x + 1, y: y)
      cells[y * width + x + 1] = Cell("\0", role: role, attributes: attributes)
    }
  }

  /// Blanks the other half of a wide scalar before one of its halves is overwritten.
  private mutating func release(x: Int, y: Int) {
    let index = y * width + x
    if cells[index].isRightHalf, x > 0 { cells[index - 1].scalar = " " }
    if x + 1 < width, cells[index + 1].isRightHalf { cells[index + 1].scalar = " " }
  }

  /// Writes one line of text from a place to the right.
  ///
  /// Tabs, line ends and no-break spaces count as one space, other control scalars are left out, so no text can carry escape
  /// sequences to a terminal.
  /// - Parameters:
  ///   - limit: the columns it may take; longer text ends in an ellipsis.
  /// - Returns: the columns taken.
  @discardableResult
  public mutating func text(
    _ text: some StringProtocol, x: Int, y: Int, limit: Int? = nil, role: Role = .text, attributes: Attributes = []
  ) -> Int {
    var scalars = text.unicodeScalars.map { ["\t", "\n", "\r", "\u{a0}"].contains($0) ? " " : $0 }
    if let limit {
      guard limit > 0 else { return 0 }
      scalars = Self.cut(scalars, to: limit, ellipsis: glyphs.ellipsis)
    }
    var column = x
    for scalar in scalars {
      let width = glyphs.folded(scalar).columns
      guard scalar.columns > 0 else { continue }
      put(scalar, x: column, y: y, role: role, attributes: attributes)
      column += width
    }
    return column - x
  }

  private static func cut(_ scalars: [Unicode.Scalar], to limit: Int, ellipsis: Unicode.Scalar) -> [Unicode.Scalar] {
    var columns = 0
    var kept = 0
    for (index, scalar) in scalars.enumerated() {
      columns += scalar.columns
      if columns > limit { return scalars.prefix(kept) + [ellipsis] }
      if columns < limit { kept = index + 1 }
    }
    return scalars
  }

  /// Fills a rectangle with one scalar.
  public mutating func fill(
    _ rect: Rect, _ scalar: Unicode.Scalar = " ", role: Role = .text, attributes: Attributes = []
  ) {
    let visible = rect.intersection(clip)
    let step = max(1, glyphs.folded(scalar).columns)
    for y in visible.y..<visible.maxY {
      for x in stride(from: visible.x, to: visible.maxX, by: step) {
        put(scalar, x: x, y: y, role: role, attributes: attributes)
      }
    }
  }

  /// Gives all cells of a rectangle a role and attributes, and keeps what they show.
  public mutating func tint(_ rect: Rect, role: Role? = nil, adding attributes: Attributes = []) {
    let visible = rect.intersection(clip)
    for y in visible.y..<visible.maxY {
      for x in visible.x..<visible.maxX {
        if let role { cells[y * width + x].role = role }
        cells[y * width + x].attributes.formUnion(attributes)
      }
    }
  }

  /// A stroke to the right.
  public mutating func horizontalLine(x: Int, y: Int, length: Int, role: Role = .border) {
    fill(Rect(x: x, y: y, width: length, height: 1), glyphs.horizontal, role: role)
  }

  /// A stroke downwards.
  public mutating func verticalLine(x: Int, y: Int, length: Int, role: Role = .border) {
    fill(Rect(x: x, y: y, width: 1, height: length), glyphs.vertical, role: role)
  }

  /// A frame with a title in its upper edge; nothing where there is no room for two strokes.
  /// - Returns: the room inside the frame.
  @discardableResult
  public mutating func box(_ rect: Rect, title: String = "", note: String = "", focused: Bool = false) -> Rect {
    guard rect.width >= 2, rect.height >= 2 else { return rect.inset(horizontal: 1, vertical: 1) }
    let role: Role = focused ? .focusedBorder : .border
    horizontalLine(x: rect.x + 1, y: rect.y, length: rect.width - 2, role: role)
    horizontalLine(x: rect.x + 1, y: rect.maxY - 1, length: rect.width - 2, role: role)
    verticalLine(x: rect.x, y: rect.y + 1, length: rect.height - 2, role: role)
    verticalLine(x: rect.maxX - 1, y: rect.y + 1, length: rect.height - 2, role: role)
    put(glyphs.topLeft, x: rect.x, y: rect.y, role: role)
    put(glyphs.topRight, x: rect.maxX - 1, y: rect.y, role: role)
    put(glyphs.bottomLeft, x: rect.x, y: rect.maxY - 1, role: role)
    put(glyphs.bottomRight, x: rect.maxX - 1, y: rect.maxY - 1, role: role)
    var used = 0
    if !title.isEmpty, rect.width > 6 {
      // The frame's colour is not the only sign of focus: its title gets a mark.
      let marked = focused ? "\(glyphs.selected) \(title)" : title
      used = text(" \(marked) ", x: rect.x + 1, y: rect.y, limit: rect.width - 2, role: focused ? .accent : .title)
    }
    let room = rect.width - 3 - used
    if !note.isEmpty, note.columns + 2 <= room {
      text(" \(note) ", x: rect.maxX - 1 - note.columns - 2, y: rect.y, role: .dim)
    }
    return rect.inset(horizontal: 1, vertical: 1)
  }
}
