/// One device's memory: numbered slots, each with a block of words while it is defined.
///
/// Used by one thread at a time, its device's; blocks alone cross over to others. After the first steps neither defining
/// nor freeing, taking or putting allocates, locks or counts references: blocks of each size are kept in a list, and
/// those that were sent away come back through the pool's stack.
public final class DeviceMemory: @unchecked Sendable {
  // Sendable so that it can be made on one thread and handed to its device's; its owner keeps it to one at a time.

  /// The device's number, for messages.
  public let device: Int
  /// What each slot is.
  public let slots: [SlotDescription]

  private let pool = BlockPool.create()
  /// Per slot: its block, nil while undefined and for views.
  private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<BlockHeader>?>
  /// Per slot: the slot that owns the words, and where in it this one begins.
  private let places: UnsafeMutablePointer<Place>
  /// Per size class: idle blocks.
  private let idle: UnsafeMutablePointer<UnsafeMutablePointer<BlockHeader>?>
  private let classCount: Int
  private let account: MemoryAccount
  private var workspace: UnsafeMutablePointer<BlockHeader>?

  private struct Place {
    var owner: Int
    var offset: Int
    var words: Int
    var sizeClass: Int
    var kind: MemoryKind
  }

  /// Makes the memory and defines its persistent slots, with zeros.
  public init(device: Int, slots: [SlotDescription]) {
    self.device = device
    self.slots = slots
    let sizes = Array(Set(slots.filter { $0.parent == nil }.map(\.words))).sorted()
    let classes = Dictionary(uniqueKeysWithValues: zip(sizes, 0...))
    classCount = sizes.count
    account = MemoryAccount()
    idle = .allocate(capacity: max(classCount, 1))
    idle.initialize(repeating: nil, count: classCount)
    blocks = .allocate(capacity: max(slots.count, 1))
    blocks.initialize(repeating: nil, count: slots.count)
    places = .allocate(capacity: max(slots.count, 1))
    for (index, slot) in slots.enumerated() {
      var (owner, offset) = (index, 0)
      while let parent = slots[owner].parent {
        offset += slots[owner].offset
        owner = parent
      }
      precondition(offset >= 0 && offset + slot.words <= slots[owner].words, "view \(index) exceeds slot \(owner)")
      let place = Place(
        owner: owner, offset: offset, words: slot.words, sizeClass: classes[slots[owner].words]!,
        kind: slots[owner].kind)
      (places + index).initialize(to: place)
    }
    for (index, slot) in slots.enumerated() where slot.persistent && slot.parent == nil {
      define(index)
      zero(index)
    }
  }

  deinit {
    for slot in slots.indices { if let header = blocks[slot] { BlockPool.bringHome(header) } }
    for sizeClass in 0..<classCount { BlockPool.deallocateAll(idle[sizeClass]) }
    if let workspace { BlockPool.deallocate(workspace) }
    BlockPool.close(pool)
    blocks.deallocate()
    places.deallocate()
    idle.deallocate()
  }

  // MARK: - Defining, freeing, moving

  /// Gives an undefined slot a block, whose words are whatever they were before.
  public func define(_ slot: Int) {
    let place = ownPlace(slot)
    precondition(blocks[slot] == nil, "slot \(slot) of device \(device) is defined already")
    if idle[place.sizeClass] == nil { collect() }
    let header: UnsafeMutablePointer<BlockHeader>
    if let kept = idle[place.sizeClass] {
      header = kept
      idle[place.sizeClass] = kept.pointee.next
    } else {
      header = BlockPool.allocate(from: pool, words: place.words, sizeClass: place.sizeClass)
    }
    blocks[slot] = header
    account.add(place.words, place.kind)
  }

  /// Takes the block from a slot for use by others.
  public func free(_ slot: Int) {
    let header = remove(slot)
    header.pointee.pool == pool ? keep(header) : BlockPool.bringHome(header)
  }

  /// True while the slot, or for a view its parent, has a block.
  public func isDefined(_ slot: Int) -> Bool { blocks[place(slot).owner] != nil }

  /// The slot's block, which leaves this memory: sending moves it. The slot becomes undefined.
  public func take(_ slot: Int) -> Block {
    Block(owning: remove(slot))
  }

  /// Defines an undefined slot with a block that comes from elsewhere, of exactly the slot's size.
  public func put(_ block: consuming Block, into slot: Int) {
    let place = ownPlace(slot)
    let header = block.release()
    precondition(blocks[slot] == nil, "slot \(slot) of device \(device) is defined already")
    precondition(
      header.pointee.words == place.words,
      "slot \(slot) of device \(device) has \(place.words) words, but a block of \(header.pointee.words) was put there")
    blocks[slot] = header
    account.add(place.words, place.kind)
  }

  // MARK: - Values

  /// A copy of the slot's words, for set-up, tests and checkpoints.
  public func read(_ slot: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: address(slot), count: place(slot).words))
  }

  /// Overwrites the slot's words; `values` has exactly as many.
  public func write(_ values: [Float], to slot: Int) {
    precondition(values.count == place(slot).words, "slot \(slot) has \(place(slot).words) words, not \(values.count)")
    address(slot).update(from: values, count: values.count)
  }

  /// Overwrites the slot's words with zeros.
  public func zero(_ slot: Int) { address(slot).update(repeating: 0, count: place(slot).words) }

  /// Words of the slot.
  public func words(of slot: Int) -> Int { place(slot).words }

  // MARK: - Accounting

  /// Bytes of defined slots and of the workspace.
  public var usedBytes: MemoryBytes { account.used }
  /// The most that was ever used since the beginning or the last ``resetPeaks()``.
  public var peakBytes: MemoryBytes { account.peak }
  /// Begins peaks anew at what is used now.
  public func resetPeaks() { account.resetPeaks() }

  /// Makes sure that kernels find that many words to work in. They ask themselves on first use; asking before a run
  /// keeps the first step free of allocation. The workspace is a kind of its own.
  public func reserveWorkspace(words: Int) {
    let old = workspace?.pointee.words ?? 0
    guard words > old else { return }
    if let workspace { BlockPool.deallocate(workspace) }
    workspace = BlockPool.allocate(from: pool, words: words, sizeClass: -1)
    account.add(words - old, .workspace)
  }

  // MARK: - For kernels

  /// The slot's first word.
  func address(_ slot: Int) -> UnsafeMutablePointer<Float> {
    let place = place(slot)
    guard let header = blocks[place.owner] else {
      preconditionFailure("slot \(slot) of device \(device) is not defined")
    }
    return header.words + place.offset
  }

  /// Words whose content lasts until the kernel that asked returns.
  func workspace(words: Int) -> UnsafeMutablePointer<Float> {
    reserveWorkspace(words: max(words, 1))
    return workspace!.words
  }

  // MARK: - Inside

  private func place(_ slot: Int) -> Place {
    precondition(slots.indices.contains(slot), "device \(device) has no slot \(slot)")
    return places[slot]
  }

  private func ownPlace(_ slot: Int) -> Place {
    let place = place(slot)
    precondition(place.owner == slot, "slot \(slot) of device \(device) is a view of slot \(place.owner)")
    return place
  }

  private func remove(_ slot: Int) -> UnsafeMutablePointer<BlockHeader> {
    let place = ownPlace(slot)
    guard let header = blocks[slot] else { preconditionFailure("slot \(slot) of device \(device) is not defined") }
    blocks[slot] = nil
    account.add(-place.words, place.kind)
    return header
  }

  private func keep(_ header: UnsafeMutablePointer<BlockHeader>) {
    let sizeClass = header.pointee.sizeClass
    header.pointee.next = idle[sizeClass]
    idle[sizeClass] = header
  }

  private func collect() {
    var list = BlockPool.collect(pool)
    while let header = list {
      list = header.pointee.next
      keep(header)
    }
  }
}
