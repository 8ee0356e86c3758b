import Networks

/// A box of a layer's activations: ranges of samples, channels, rows and columns.
public struct Box: Hashable, Sendable, CustomStringConvertible {
  public var n: Range<Int>
  public var k: Range<Int>
  public var h: Range<Int>
  public var w: Range<Int>

  public init(n: Range<Int>, k: Range<Int>, h: Range<Int> = 0..<1, w: Range<Int> = 0..<1) {
    self.n = n
    self.k = k
    self.h = h
    self.w = w
  }

  /// All of `samples` of a layer of that shape.
  public init(samples: Range<Int>, shape: Shape) {
    self.init(n: samples, k: 0..<shape.channels, h: 0..<shape.height, w: 0..<shape.width)
  }

  public var extent: Extent4 { Extent4(n: n.count, k: k.count, h: h.count, w: w.count) }
  /// Words.
  public var count: Int { n.count * k.count * h.count * w.count }
  public var isEmpty: Bool { count == 0 }

  /// What both boxes contain; empty where they do not meet.
  public func intersection(_ other: Box) -> Box {
    Box(n: n.clamped(to: other.n), k: k.clamped(to: other.k), h: h.clamped(to: other.h), w: w.clamped(to: other.w))
  }

  /// True where every word of `other` is in this box.
  public func contains(_ other: Box) -> Bool { intersection(other) == other }

  /// This box without `other`: at most eight boxes that do not meet.
  public func subtracting(_ other: Box) -> [Box] {
    let common = intersection(other)
    if common.isEmpty { return isEmpty ? [] : [self] }
    var rest: [Box] = []
    var core = self
    for axis in [\Box.n, \Box.k, \Box.h, \Box.w] {
      let (whole, cut) = (core[keyPath: axis], common[keyPath: axis])
      for side in [whole.lowerBound..<cut.lowerBound, cut.upperBound..<whole.upperBound] where !side.isEmpty {
        var piece = core
        piece[keyPath: axis] = side
        rest.append(piece)
      }
      core[keyPath: axis] = cut
    }
    return rest
  }

  /// `n 0..<16 k 0..<8 h 0..<8 w 0..<8`
  public var description: String { "n \(n) k \(k) h \(h) w \(w)" }
}
