/// A number of columns and rows of character cells.
public struct Size: Hashable, Sendable, CustomStringConvertible {
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// Negative extents count as none.
  public init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// Reads `100x30`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
      (0...Rect.limit).contains(width), (0...Rect.limit).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }

  /// `100x30`.
  public var description: String { "\(width)x\(height)" }
}

/// A cell's place: column `x` and row `y`, counted from the upper left, 0-based.
public struct Point: Hashable, Sendable {
  /// The column, from 0 at the left.
  public var x: Int
  /// The row, from 0 at the top.
  public var y: Int

  /// The cell in this column and row.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A rectangle of cells. Extents are never negative, and all four numbers are kept within `limit`, so that
/// arithmetic on rectangles cannot overflow.
public struct Rect: Hashable, Sendable {
  /// The largest distance from the origin, and the largest extent.
  public static let limit = 1 << 20

  /// The column, from 0 at the left.
  public let x: Int
  /// The row, from 0 at the top.
  public let y: Int
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int

  /// A rectangle by its upper left cell and its extents, each brought within the limits.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = min(max(x, -Rect.limit), Rect.limit)
    self.y = min(max(y, -Rect.limit), Rect.limit)
    self.width = min(max(width, 0), Rect.limit)
    self.height = min(max(height, 0), Rect.limit)
  }

  /// The rectangle of this size at the origin.
  public init(_ size: Size) {
    self.init(x: 0, y: 0, width: size.width, height: size.height)
  }

  /// No cells, at the origin.
  public static let zero = Rect(x: 0, y: 0, width: 0, height: 0)

  /// The first column to the right of the rectangle.
  public var maxX: Int { x + width }
  /// The first row below the rectangle.
  public var maxY: Int { y + height }
  /// Whether it has no cell.
  public var isEmpty: Bool { width == 0 || height == 0 }
  /// Columns and rows.
  public var size: Size { Size(width: width, height: height) }

  /// Whether the cell lies inside.
  public func contains(x: Int, y: Int) -> Bool {
    x >= self.x && x < maxX && y >= self.y && y < maxY
  }

  /// The cells of both; empty where they do not meet.
  public func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }

  /// Takes columns off left and right, and rows off top and bottom; stops at empty.
  public func inset(horizontal: Int = 0, vertical: Int = 0) -> Rect {
    Rect(
      x: x + min(horizontal, width), y: y + min(vertical, height), width: width - 2 * horizontal,
      height: height - 2 * vertical)
  }

  /// The part that starts after these columns and rows.
  public func dropping(columns: Int = 0, rows: Int = 0) -> Rect {
    let columns = min(max(columns, 0), width)
    let rows = min(max(rows, 0), height)
    return Rect(x: x + columns, y: y + rows, width: width - columns, height: height - rows)
  }

  /// One row of the rectangle, counted from its top; empty outside.
  public func row(_ index: Int) -> Rect {
    guard index >= 0, index < height else { return Rect(x: x, y: y, width: width, height: 0) }
    return Rect(x: x, y: y + index, width: width, height: 1)
  }

  /// A rectangle of at most this size in the middle of this one.
  public func centred(width: Int, height: Int) -> Rect {
    let width = min(max(width, 0), self.width)
    let height = min(max(height, 0), self.height)
    return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
  }
}
