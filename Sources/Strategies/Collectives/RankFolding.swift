/// The ranks of an exchange in rounds of pairs. Where their number P is no power of two, the first 2r ranks stand together
/// in twos, r = P - 2^k: the second of each two gives what it has to the first and takes the result from it.
struct RankFolding {
  /// log2 of the number of ``core`` ranks.
  let rounds: Int
  /// The ranks that take part in the rounds, by place: a power of two of them.
  let core: [Int]
  /// Folded ranks, each with the core rank that acts for it.
  let extras: [(rank: Int, host: Int)]

  init(peers: Int) {
    var rounds = 0
    while 2 << rounds <= peers { rounds += 1 }
    let size = 1 << rounds
    let folded = peers - size
    self.rounds = rounds
    core = (0..<size).map { $0 < folded ? 2 * $0 : $0 + folded }
    extras = (0..<folded).map { (2 * $0 + 1, 2 * $0) }
  }

  /// The ranks that a place stands for, consecutive.
  func ranks(of place: Int) -> [Int] { place < extras.count ? [core[place], core[place] + 1] : [core[place]] }

  /// The place whose rank exchanges with `place` when the distance is `distance`, a power of two.
  func partner(of place: Int, distance: Int) -> Int { place ^ distance }

  /// The places of the block of `distance` places that contains `place`.
  func block(of place: Int, distance: Int) -> Range<Int> {
    let first = place / distance * distance
    return first..<first + distance
  }

  /// Distances from the largest to 1: the rounds of halving. Doubling goes the other way.
  var distances: [Int] { (0..<rounds).reversed().map { 1 << $0 } }

}
