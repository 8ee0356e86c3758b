import Networks
import Programs

/// An array that every rank of a collective has, cut into pieces that have the same words on every rank.
///
/// Where a piece lies on a rank is told when it is asked for: ranks times pieces are a million on a thousand devices, of which a
/// ring touches each once or twice.
struct ExchangeArray {
  /// Words inside one buffer.
  struct Block {
    var count: Extent4
    var region: Region

    var words: Int { count.count }
  }

  /// Which words of the array lie in a buffer, from which word of it on.
  typealias Segment = (words: Range<Int>, buffer: Index<Buffer>, offset: Int)

  private enum Form {
    /// Per rank, where its words lie; and the words of each piece.
    case words(segments: [[Segment]], pieces: [[Range<Int>]])
    /// Per rank its buffer and the box that it holds; and the box of each piece.
    case boxes(buffers: [Index<Buffer>], wholes: [Box], pieces: [Box])
  }

  private let form: Form
  private let pieceCount: Int
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
    form = .words(segments: segments, pieces: pieces)
    pieceCount = pieces.count
    undefined = segments.map { _ in [] }
  }

  /// Pieces that are boxes; each rank's buffer holds `wholes[rank]`.
  init(buffers: [Index<Buffer>], wholes: [Box], boxes: [Box]) {
    form = .boxes(buffers: buffers, wholes: wholes, pieces: boxes)
    pieceCount = boxes.count
    undefined = buffers.map { _ in [] }
  }

  /// Every piece.
  var all: [Int] { Array(0..<pieceCount) }

  /// The blocks of some pieces on a rank, neighbours joined.
  func blocks(_ pieces: [Int], rank: Int) -> [Block] {
    var joined: [Block] = []
    for piece in pieces {
      eachBlock(of: piece, rank: rank) { block in
        if let last = joined.last, let both = last.joined(with: block) {
          joined[joined.count - 1] = both
        } else {
          joined.append(block)
        }
      }
    }
    return joined
  }

  private func eachBlock(of piece: Int, rank: Int, _ body: (Block) -> Void) {
    switch form {
    case .words(let segments, let pieces):
      for range in pieces[piece] {
        for segment in segments[rank] {
          let common = range.clamped(to: segment.words)
          guard !common.isEmpty else { continue }
          let first = segment.offset + common.lowerBound - segment.words.lowerBound
          body(
            Block(
              count: Extent4(n: 1, k: 1, h: 1, w: common.count),
              region: Region(buffer: segment.buffer, words: first..<first + common.count)))
        }
      }
    case .boxes(let buffers, let wholes, let pieces):
      let box = pieces[piece]
      guard !box.isEmpty else { return }
      body(Block(count: box.extent, region: Region(buffer: buffers[rank], of: box, in: wholes[rank])))
    }
  }

  /// Says that a rank's buffers were never written in this step.
  mutating func undefine(rank: Int) {
    var buffers: Set<Index<Buffer>> = []
    for piece in 0..<pieceCount { eachBlock(of: piece, rank: rank) { buffers.insert($0.region.buffer) } }
    undefined[rank] = buffers
  }

  /// True for the first write of a buffer.
  mutating func defines(_ buffer: Index<Buffer>, rank: Int) -> Bool {
    undefined[rank].isEmpty ? false : undefined[rank].remove(buffer) != nil
  }
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
