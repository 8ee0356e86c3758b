import Networks
import Programs

/// An array that every rank of a collective has, cut into pieces that have the same words on every rank.
struct ExchangeArray {
  /// Words inside one buffer.
  struct Block {
    var count: Extent4
    var region: Region

    var words: Int { count.count }
  }

  /// Which words of the array lie in a buffer, from which word of it on.
  typealias Segment = (words: Range<Int>, buffer: Index<Buffer>, offset: Int)

  /// The blocks of every piece on every rank: `places[rank][piece]`.
  private let places: [[[Block]]]
  /// Buffers that nothing was written to yet, per rank: the next write defines them.
  private(set) var undefined: [Set<Index<Buffer>>]

  /// Pieces `cuts` of one buffer per rank.
  init(buffers: [Index<Buffer>], cuts: [Range<Int>]) {
    self.init(segments: buffers.map { [(0..<(cuts.last?.upperBound ?? 0), $0, 0)] }, pieces: cuts.map { [$0] })
  }

  /// Pieces of an array that lies in several buffers.
  ///
  /// - Parameters:
  ///   - segments: Per rank, where its words lie; a rank that has only its own piece says nothing of the others.
  ///   - pieces: The words of each piece.
  init(segments: [[Segment]], pieces: [[Range<Int>]]) {
    places = segments.map { segments in
      pieces.map { ranges in
        ranges.flatMap { range in
          segments.compactMap { segment in
            let common = range.clamped(to: segment.words)
            guard !common.isEmpty else { return nil }
            let first = segment.offset + common.lowerBound - segment.words.lowerBound
            return Block(
              count: Extent4(n: 1, k: 1, h: 1, w: common.count),
              region: Region(buffer: segment.buffer, words: first..<first + common.count))
          }
        }
      }
    }
    undefined = segments.map { _ in [] }
  }

  /// Pieces that are boxes; each rank's buffer holds `wholes[rank]`.
  init(buffers: [Index<Buffer>], wholes: [Box], boxes: [Box]) {
    places = zip(buffers, wholes).map { buffer, whole in
      boxes.map { box in
        box.isEmpty ? [] : [Block(count: box.extent, region: Region(buffer: buffer, of: box, in: whole))]
      }
    }
    undefined = buffers.map { _ in [] }
  }

  /// Every piece.
  var all: [Int] { Array(places[0].indices) }

  /// Words of some pieces together.
  func words(_ pieces: [Int]) -> Int {
    pieces.reduce(0) { $0 + places[0][$1].reduce(0) { $0 + $1.words } }
  }

  /// The blocks of some pieces on a rank, neighbours joined.
  func blocks(_ pieces: [Int], rank: Int) -> [Block] {
    var joined: [Block] = []
    for block in pieces.lazy.flatMap({ places[rank][$0] }) {
      if let last = joined.last, let both = last.joined(with: block) {
        joined[joined.count - 1] = both
      } else {
        joined.append(block)
      }
    }
    return joined
  }

  /// Says that a rank's buffers were never written in this step.
  mutating func undefine(rank: Int) {
    undefined[rank] = Set(places[rank].joined().map(\.region.buffer))
  }

  /// True for the first write of a buffer.
  mutating func defines(_ buffer: Index<Buffer>, rank: Int) -> Bool { undefined[rank].remove(buffer) != nil }
}

extension ExchangeArray.Block {
  /// Both as one where they are words that follow each other.
  fileprivate func joined(with next: Self) -> Self? {
    guard words == count.w, next.words == next.count.w, region.buffer == next.region.buffer,
      region.offset + words == next.region.offset
    else { return nil }
    return Self(
      count: Extent4(n: 1, k: 1, h: 1, w: words + next.words),
      region: Region(buffer: region.buffer, words: region.offset..<region.offset + words + next.words))
  }
}
