import Synchronization

/// What precedes a block's words in memory. 64 bytes are set aside for it, so that the words are aligned to a cache line.
struct BlockHeader {
  /// The next block of a list: of the pool's returned blocks or of a memory's idle ones.
  var next: UnsafeMutablePointer<BlockHeader>?
  let pool: UnsafeMutablePointer<BlockPool>
  let words: Int
  /// The index of the size class at home.
  let sizeClass: Int

  static let stride = 64
}

/// Where a device's blocks come home to: a stack that any thread pushes to and the device alone empties, all at once, so
/// that no block can be confused with a later one at the same address (the ABA problem needs a pop of one).
///
/// The pool lives until its memory is gone and every block was given back: each of them counts as one reference, counted
/// when a block is allocated or deallocated, not when it moves.
struct BlockPool: ~Copyable {
  /// The address of the newest returned block's header; 0 for none, ``closed`` after the memory is gone.
  private let returned = Atomic<UInt>(0)
  private let references = Atomic<Int>(1)

  private static let closed: UInt = 1

  static func create() -> UnsafeMutablePointer<BlockPool> {
    let pool = UnsafeMutablePointer<BlockPool>.allocate(capacity: 1)
    pool.initialize(to: BlockPool())
    return pool
  }

  /// A new block of uninitialised words, which belongs to nobody yet.
  static func allocate(
    from pool: UnsafeMutablePointer<BlockPool>, words: Int, sizeClass: Int
  ) -> UnsafeMutablePointer<BlockHeader> {
    pool.pointee.references.wrappingAdd(1, ordering: .relaxed)
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: BlockHeader.stride + max(words, 1) * MemoryLayout<Float>.stride, alignment: BlockHeader.stride)
    let header = raw.bindMemory(to: BlockHeader.self, capacity: 1)
    header.initialize(to: BlockHeader(next: nil, pool: pool, words: words, sizeClass: sizeClass))
    (raw + BlockHeader.stride).bindMemory(to: Float.self, capacity: max(words, 1))
    return header
  }

  /// Gives the block's memory back to the system, and the pool's with the last reference.
  static func deallocate(_ header: UnsafeMutablePointer<BlockHeader>) {
    let pool = header.pointee.pool
    UnsafeMutableRawPointer(header).deallocate()
    release(pool)
  }

  /// Brings a block home from any thread; deallocates it if nobody is there any more.
  static func bringHome(_ header: UnsafeMutablePointer<BlockHeader>) {
    let pool = header.pointee.pool
    var newest = pool.pointee.returned.load(ordering: .relaxed)
    while newest != closed {
      header.pointee.next = UnsafeMutablePointer(bitPattern: newest)
      let (done, current) = pool.pointee.returned.weakCompareExchange(
        expected: newest, desired: UInt(bitPattern: header), successOrdering: .releasing, failureOrdering: .relaxed)
      if done { return }
      newest = current
    }
    deallocate(header)
  }

  /// All blocks that came home, linked by `next`. Called by the home device alone.
  static func collect(_ pool: UnsafeMutablePointer<BlockPool>) -> UnsafeMutablePointer<BlockHeader>? {
    if pool.pointee.returned.load(ordering: .relaxed) == 0 { return nil }
    return UnsafeMutablePointer(bitPattern: pool.pointee.returned.exchange(0, ordering: .acquiring))
  }

  /// Ends the home: what lies there is deallocated now, what is still away when it is given back.
  static func close(_ pool: UnsafeMutablePointer<BlockPool>) {
    deallocateAll(UnsafeMutablePointer(bitPattern: pool.pointee.returned.exchange(closed, ordering: .acquiring)))
    release(pool)
  }

  /// Deallocates a list of blocks that nobody owns.
  static func deallocateAll(_ list: UnsafeMutablePointer<BlockHeader>?) {
    var list = list
    while let header = list {
      list = header.pointee.next
      deallocate(header)
    }
  }

  private static func release(_ pool: UnsafeMutablePointer<BlockPool>) {
    guard pool.pointee.references.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
    pool.deinitialize(count: 1)
    pool.deallocate()
  }
}
