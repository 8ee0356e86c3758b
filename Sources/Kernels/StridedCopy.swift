import Networks

/// A box of words of one slot, copied or added into a box of another: how slices, halos and columns of samples move.
public struct StridedCopy: Hashable, Sendable {
  /// Where a box lies in its slot: its first word, and the distance between neighbours in each dimension, in words.
  public struct Side: Hashable, Sendable {
    /// The box's first word.
    public var offset: Int
    /// Words from one neighbour to the next, per dimension.
    public var strides: Extent4

    /// The place of a box.
    public init(offset: Int, strides: Extent4) {
      self.offset = offset
      self.strides = strides
    }

    /// The place of a box that begins at `origin` in a contiguous array of `extent`.
    public init(origin: Extent4, in extent: Extent4) {
      strides = Extent4(n: extent.sampleCount, k: extent.h * extent.w, h: extent.w, w: 1)
      offset = origin.n * strides.n + origin.k * strides.k + origin.h * strides.h + origin.w
    }
  }

  private struct Dimension: Hashable, Sendable {
    var count: Int
    var source: Int
    var destination: Int
  }

  /// The box.
  public let count: Extent4
  /// Where the box is read.
  public let source: Side
  /// Where it is written.
  public let destination: Side
  /// Outermost first; neighbours that lie contiguously on both sides are one.
  private let first: Dimension
  private let second: Dimension
  private let third: Dimension
  private let inner: Dimension

  /// Prepares the copy of a box of `count` words.
  public init(count: Extent4, source: Side, destination: Side) {
    self.count = count
    self.source = source
    self.destination = destination
    let all = [
      Dimension(count: count.n, source: source.strides.n, destination: destination.strides.n),
      Dimension(count: count.k, source: source.strides.k, destination: destination.strides.k),
      Dimension(count: count.h, source: source.strides.h, destination: destination.strides.h),
      Dimension(count: count.w, source: source.strides.w, destination: destination.strides.w),
    ]
    var merged: [Dimension] = []
    for dimension in all where dimension.count != 1 {
      if let last = merged.last, last.source == dimension.count * dimension.source,
        last.destination == dimension.count * dimension.destination
      {
        merged[merged.count - 1] = Dimension(
          count: last.count * dimension.count, source: dimension.source, destination: dimension.destination)
      } else {
        merged.append(dimension)
      }
    }
    let one = Dimension(count: 1, source: 1, destination: 1)
    while merged.count < 4 { merged.insert(one, at: 0) }
    (first, second, third, inner) = (merged[0], merged[1], merged[2], merged[3])
  }

  /// Words of the box.
  public var words: Int { count.count }

  /// `destination = source`. The boxes do not overlap.
  public func copy(from sourceSlot: Int, to destinationSlot: Int, in memory: DeviceMemory) {
    eachRun(sourceSlot, destinationSlot, memory) { source, destination in
      if inner.source == 1, inner.destination == 1 {
        destination.update(from: source, count: inner.count)
      } else {
        for index in 0..<inner.count { destination[index * inner.destination] = source[index * inner.source] }
      }
    }
  }

  /// `destination += source`. The boxes do not overlap.
  public func accumulate(from sourceSlot: Int, to destinationSlot: Int, in memory: DeviceMemory) {
    eachRun(sourceSlot, destinationSlot, memory) { source, destination in
      if inner.source == 1, inner.destination == 1 {
        VectorLoops.add(source, to: destination, count: inner.count)
      } else {
        for index in 0..<inner.count { destination[index * inner.destination] += source[index * inner.source] }
      }
    }
  }

  @inline(__always) private func eachRun(
    _ sourceSlot: Int, _ destinationSlot: Int, _ memory: DeviceMemory,
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    guard count.count > 0 else { return }
    precondition(
      Self.fits(source, count, memory.words(of: sourceSlot))
        && Self.fits(destination, count, memory.words(of: destinationSlot)),
      "a copy from slot \(sourceSlot) to slot \(destinationSlot) of device \(memory.device) exceeds one of them")
    let source = memory.address(sourceSlot) + source.offset
    let destination = memory.address(destinationSlot) + destination.offset
    for i in 0..<first.count {
      for j in 0..<second.count {
        for k in 0..<third.count {
          body(
            source + i * first.source + j * second.source + k * third.source,
            destination + i * first.destination + j * second.destination + k * third.destination)
        }
      }
    }
  }

  private static func fits(_ side: Side, _ count: Extent4, _ words: Int) -> Bool {
    let strides = side.strides
    let last =
      side.offset + (count.n - 1) * strides.n + (count.k - 1) * strides.k + (count.h - 1) * strides.h
      + (count.w - 1) * strides.w
    return side.offset >= 0 && last < words
  }
}

extension DeviceMemory {
  /// `slot *= factor`
  public func scale(_ slot: Int, by factor: Float) {
    VectorLoops.scale(address(slot), by: factor, count: words(of: slot))
  }

  /// `destination += source`, slots of one size.
  public func accumulate(_ source: Int, into destination: Int) {
    precondition(words(of: source) == words(of: destination), "slots \(source) and \(destination) differ in size")
    VectorLoops.add(address(source), to: address(destination), count: words(of: source))
  }

  /// `destination = source`, slots of one size.
  public func copy(_ source: Int, to destination: Int) {
    precondition(words(of: source) == words(of: destination), "slots \(source) and \(destination) differ in size")
    address(destination).update(from: address(source), count: words(of: source))
  }
}
