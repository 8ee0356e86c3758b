/// What a search knows so far. No candidate is judged twice.
public struct SearchLedger: Sendable {
  /// A candidate that can be used.
  public struct Entry: Hashable, Sendable {
    public var candidate: Candidate
    public var seconds: Double
    public var peakBytes: Int?
    public var family: String
  }

  /// Candidates that cannot be used for one reason.
  public struct Refusal: Hashable, Sendable {
    public var reason: String
    public var count: Int
    /// The first of them.
    public var example: Candidate
  }

  /// Best first; of equals the one that was found first.
  public private(set) var ranking: [Entry] = []
  /// By reason, in the order in which they came up.
  public private(set) var refusals: [Refusal] = []
  public private(set) var judged = 0
  private var known: [Candidate: Judgement] = [:]

  public init() {}

  public var best: Entry? { ranking.first }

  func verdict(of candidate: Candidate) -> Judgement? { known[candidate] }

  mutating func note(_ candidate: Candidate, _ verdict: Judgement, family: String) {
    known[candidate] = verdict
    judged += 1
    switch verdict {
    case .feasible(let seconds, let peak):
      // Behind all that are not slower: found by halving, as there may be many.
      var (place, end) = (0, ranking.count)
      while place < end {
        let middle = (place + end) / 2
        if ranking[middle].seconds > seconds { end = middle } else { place = middle + 1 }
      }
      ranking.insert(Entry(candidate: candidate, seconds: seconds, peakBytes: peak, family: family), at: place)
    case .tooLarge: refuse(candidate, "needs more memory than the limit")
    case .refused(let reason): refuse(candidate, reason)
    }
  }

  private mutating func refuse(_ candidate: Candidate, _ reason: String) {
    if let place = refusals.firstIndex(where: { $0.reason == reason }) {
      refusals[place].count += 1
    } else {
      refusals.append(Refusal(reason: reason, count: 1, example: candidate))
    }
  }
}
