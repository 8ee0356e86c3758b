import Networks

/// Which sample stands where in which batch.
///
/// Steps run through epochs; batches of an epoch follow one another in file order or in that epoch's permutation, and an
/// incomplete last batch is dropped. The permutation of epoch `e` is that of `CounterRandom(seed, "shuffle", e)`, so the
/// order depends on neither devices nor history.
public struct BatchOrder: Hashable, Sendable {
  /// Training samples.
  public let samples: Int
  /// Decides the permutations.
  public let seed: UInt64
  /// True for a new permutation every epoch, false for file order.
  public let shuffle: Bool

  /// The order of a set of `samples`.
  public init(samples: Int, seed: UInt64, shuffle: Bool) {
    self.samples = samples
    self.seed = seed
    self.shuffle = shuffle
  }

  /// Whole batches of an epoch; 0 where a batch is larger than the set.
  public func stepsPerEpoch(batch: Int) -> Int { batch > 0 ? samples / batch : 0 }

  /// Samples that an epoch visits.
  public func samplesPerEpoch(batch: Int) -> Int { stepsPerEpoch(batch: batch) * batch }

  /// The order of one epoch: all samples, those of a dropped batch last.
  public func order(epoch: Int) -> [Int] {
    guard shuffle else { return Array(0..<samples) }
    return CounterRandom(seed: seed, stream: "shuffle", ordinal: epoch).permutation(samples)
  }

  /// The sample at `position` (from 0) of the batch of `step` (from 0). Takes time in proportion to the set when
  /// shuffling: use a ``BatchCursor`` for many.
  ///
  /// - Precondition: `0 < batch <= samples` and `position` is in `0..<batch`.
  public func sample(step: Int, position: Int, batch: Int) -> Int {
    let place = place(step: step, position: position, batch: batch)
    return shuffle ? order(epoch: place.epoch)[place.index] : place.index
  }

  /// The whole batch of `step`.
  public func indices(step: Int, batch: Int) -> [Int] {
    let first = place(step: step, position: 0, batch: batch)
    return Array(order(epoch: first.epoch)[first.index..<first.index + batch])
  }

  fileprivate func place(step: Int, position: Int, batch: Int) -> (epoch: Int, index: Int) {
    let steps = stepsPerEpoch(batch: batch)
    precondition(steps > 0, "a batch is at least 1 and at most the whole set")
    precondition(step >= 0 && position >= 0 && position < batch, "a place inside a batch")
    return (step / steps, step % steps * batch + position)
  }
}

/// A ``BatchOrder`` that remembers the current epoch's permutation: constant time per sample, one array per epoch. Every
/// reader has its own.
public struct BatchCursor: Sendable {
  /// What the cursor reads.
  public let order: BatchOrder
  private var epoch: Int?
  private var permutation: [Int] = []

  /// A cursor that has not read yet.
  public init(_ order: BatchOrder) { self.order = order }

  /// The sample at `position` of the batch of `step`, as ``BatchOrder/sample(step:position:batch:)``.
  public mutating func sample(step: Int, position: Int, batch: Int) -> Int {
    let place = order.place(step: step, position: position, batch: batch)
    guard order.shuffle else { return place.index }
    turn(to: place.epoch)
    return permutation[place.index]
  }

  /// Samples at `positions` of the batch of `step`, written into `indices` from its start.
  ///
  /// - Precondition: `indices` has room for `positions`, which lie in `0..<batch`.
  public mutating func fill(_ indices: inout [Int], step: Int, positions: Range<Int>, batch: Int) {
    guard !positions.isEmpty else { return }
    _ = order.place(step: step, position: positions.upperBound - 1, batch: batch)
    let first = order.place(step: step, position: positions.lowerBound, batch: batch)
    if order.shuffle { turn(to: first.epoch) }
    for offset in 0..<positions.count {
      indices[offset] = order.shuffle ? permutation[first.index + offset] : first.index + offset
    }
  }

  private mutating func turn(to wanted: Int) {
    guard epoch != wanted else { return }
    permutation = order.order(epoch: wanted)
    epoch = wanted
  }
}
