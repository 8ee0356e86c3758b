/// Float32 words with one owner, aligned to a cache line: what a message between devices carries.
///
/// Sending moves the block, nothing is copied and nothing is counted. A block that is dropped, on whatever thread, goes
/// home to the memory that allocated it (by one compare-and-swap) and is used again there; if that memory is gone, the
/// block is deallocated.
public struct Block: ~Copyable, @unchecked Sendable {
  // Sendable: the words are reachable through this value alone, and it cannot be copied.
  let header: UnsafeMutablePointer<BlockHeader>

  init(owning header: UnsafeMutablePointer<BlockHeader>) { self.header = header }

  /// A block that belongs to no device: deallocated when it is dropped.
  public init(_ values: [Float]) {
    let pool = BlockPool.create()
    header = BlockPool.allocate(from: pool, words: values.count, sizeClass: 0)
    BlockPool.close(pool)
    address.update(from: values, count: values.count)
  }

  deinit { BlockPool.bringHome(header) }

  /// Float32 words.
  public var words: Int { header.pointee.words }

  /// A copy of the words.
  public var values: [Float] { Array(UnsafeBufferPointer(start: address, count: words)) }

  var address: UnsafeMutablePointer<Float> { header.words }
}

extension UnsafeMutablePointer<BlockHeader> {
  /// The block's first word.
  var words: UnsafeMutablePointer<Float> {
    (UnsafeMutableRawPointer(self) + BlockHeader.stride).assumingMemoryBound(to: Float.self)
  }
}

extension Block {
  /// Ends this value without giving its words back: somebody else owns them now.
  consuming func release() -> UnsafeMutablePointer<BlockHeader> {
    let header = header
    discard self
    return header
  }
}
