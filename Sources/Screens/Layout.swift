/// What one part of a split rectangle asks for, in columns or rows.
public enum Extent: Hashable, Sendable {
  /// Exactly this many cells, fewer only where there is no room.
  case fixed(Int)
  /// At least this many cells, and a share of what is left over.
  case minimum(Int, share: Double = 1)
  /// A share of what the fixed and minimum parts leave.
  case share(Double = 1)

  var base: Int {
    switch self {
    case .fixed(let count), .minimum(let count, _): min(max(0, count), Rect.limit)
    case .share: 0
    }
  }

  var weight: Double {
    switch self {
    case .fixed: 0
    case .minimum(_, let share), .share(let share): share.isFinite ? max(0, share) : 0
    }
  }

  /// Lengths for `parts` within `total` cells.
  ///
  /// Fixed and minimum lengths are served first, in order, until the room is used up; the rest goes to the parts
  /// with a share, in proportion, the odd cells to the largest remainders (the earlier part first). The lengths
  /// never add up to more than `total`, and add up to exactly `total` as soon as one part has a share.
  public static func lengths(of parts: [Extent], within total: Int) -> [Int] {
    var left = max(0, total)
    var lengths = parts.map { part in
      let length = min(part.base, left)
      left -= length
      return length
    }
    let weights = parts.map(\.weight)
    let sum = weights.reduce(0, +)
    guard sum > 0, sum.isFinite, left > 0 else { return lengths }
    let room = left
    var remainders: [(remainder: Double, index: Int)] = []
    for (index, weight) in weights.enumerated() where weight > 0 {
      let exact = Double(room) * weight / sum
      let whole = min(Int(exact), left)
      lengths[index] += whole
      left -= whole
      remainders.append((exact - exact.rounded(.down), index))
    }
    remainders.sort { ($0.remainder, $1.index) > ($1.remainder, $0.index) }
    for entry in remainders.prefix(left) { lengths[entry.index] += 1 }
    return lengths
  }
}

extension Rect {
  /// Splits into parts on top of each other, `gap` empty rows between them; see ``Extent/lengths(of:within:)``.
  public func rows(_ parts: [Extent], gap: Int = 0) -> [Rect] {
    let gap = min(max(0, gap), Rect.limit)
    var top = y
    return Extent.lengths(of: parts, within: height - gap * max(0, parts.count - 1)).map { length in
      let length = min(length, max(0, maxY - top))
      defer { top += length + gap }
      return Rect(x: x, y: min(top, maxY), width: width, height: length)
    }
  }

  /// Splits into parts side by side, `gap` empty columns between them; see ``Extent/lengths(of:within:)``.
  public func columns(_ parts: [Extent], gap: Int = 0) -> [Rect] {
    let gap = min(max(0, gap), Rect.limit)
    var left = x
    return Extent.lengths(of: parts, within: width - gap * max(0, parts.count - 1)).map { length in
      let length = min(length, max(0, maxX - left))
      defer { left += length + gap }
      return Rect(x: min(left, maxX), y: y, width: length, height: height)
    }
  }
}

/// Which part of a long list is visible.
public enum Scrolling {
  /// The first visible entry so that the selected one is seen and no room is wasted at the end.
  ///
  /// - Parameters:
  ///   - count: entries in all.
  ///   - visible: entries that fit.
  ///   - selection: the entry that must be seen.
  ///   - previous: the first visible entry so far, kept where possible so that the picture does not jump.
  public static func offset(count: Int, visible: Int, selection: Int?, previous: Int = 0) -> Int {
    guard visible > 0, count > visible else { return 0 }
    var offset = min(max(0, previous), count - visible)
    if let selection {
      let selection = min(max(0, selection), count - 1)
      if selection < offset { offset = selection }
      if selection >= offset + visible { offset = selection - visible + 1 }
    }
    return offset
  }
}
